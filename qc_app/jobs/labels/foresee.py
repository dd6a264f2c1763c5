"""How far the error of a stage would fall with more labels: its sisters' learning curves, anchored at its own error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from data_connectors.schema import Characteristic, Stage
from models import labels
from models.base import Array, BoolArray, Task
from models.errors import NotEnoughData, NotThisKind, StateError
from models.words import counted
from qc_app import framing
from qc_app.jobs.labels.choose import asked
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.records import LabelPlan
from qc_app.store import CHOSEN

MORE = (5, 10, 20, 40)


def foresee(night: Night, stage: Stage, what: Characteristic) -> Result:
    """Write what more labels would bring, or why it cannot be said; nothing is done while nothing came.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic

    Returns
    -------
    Result
    """
    known = night.labels(stage, what)
    prior = night.store.journal.models.pointers("", "").champion
    basis = [known.height, str(known["t_known"].max()), prior]
    before = night.store.journal.queue.planned(stage.id, what.name)
    if before is not None and before.values.get("basis") == basis:
        return Result(before.sentence, {"labels": known.height}, skipped=True)
    sentence, values = _found(night, stage, what)
    night.permit()
    plan = LabelPlan(stage.id, what.name, night.cutoff, sentence, {"basis": basis, **values})
    night.store.journal.queue.plan(plan)
    return Result(sentence, {"labels": known.height})


def curves_of(numbers: Mapping[str, Any], stage: Stage, what: Characteristic) -> labels.Curves:
    """Return the learning curves of the sisters in the numbers of a prior; none for a stranger."""
    found = numbers.get("curves", {}).get(framing.family_name(stage, what))
    return (
        labels.Curves((), (), np.zeros((0, 0))) if found is None else labels.Curves.from_json(found).without(stage.id)
    )


def _found(night: Night, stage: Stage, what: Characteristic) -> tuple[str, dict[str, Any]]:
    if what.kind == "binary":
        return "for a defect the effect of more labels is not foretold", {}
    prior = night.store.journal.models.pointers("", "").champion
    numbers = night.store.journal.models.get(prior).numbers if prior else {}
    task = night.task(stage, what)
    n, errors = len(task.support_y), np.zeros(0)
    try:
        own = labels.left_out(asked(night), task, which=_fair(night, stage, what, task))
        errors = own.errors[np.isfinite(own.errors)]
        curves = curves_of(numbers, stage, what)
        sizes = sorted({n + more for more in MORE} | {2 * n} | set(curves.sizes))
        told = labels.outlook(curves, n, errors, sizes, known=own.known if len(errors) else None)
    except (NotEnoughData, NotThisKind, StateError) as error:
        return _unknown(n, errors, what, str(error)), {"own": len(errors)}
    points = [[p.labels, p.error, p.lower, p.upper] for p in (told.now, *told.then)]
    return told.sentence(what.unit), {"points": points, "sisters": told.sisters, "own": told.own}


def _unknown(n: int, errors: Array, what: Characteristic, reason: str) -> str:
    if not len(errors):
        return f"what more labels would bring cannot be said: {reason}"
    now = f"{counted(n, 'label')}: ±{np.abs(errors).mean():.2g} {what.unit}".rstrip()
    return f"{now} on labels left out in turn; what more would bring cannot be said: {reason}"


def _fair(night: Night, stage: Stage, what: Characteristic, task: Task) -> BoolArray:
    """Return which labels of the task were not chosen by the queue: errors on those would be no sample."""
    known = night.labels(stage, what).sort("t_event", "unit_id").tail(framing.SUPPORT_CAP)
    fair = (known["picked"] != CHOSEN).to_numpy()
    return fair if len(fair) == len(task.support_y) else np.ones(len(task.support_y), dtype=bool)
