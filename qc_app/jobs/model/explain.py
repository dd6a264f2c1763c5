"""Explain the units that matter, before anyone asks; and any other unit when someone does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from models.explain import Explainer
from qc_app import framing
from qc_app.errors import ActionError
from qc_app.jobs.faultpoint import reached
from qc_app.jobs.model.answers import Answer
from qc_app.jobs.model.standing import answer_now
from qc_app.jobs.monitoring.conditions import ABNORMAL, outside
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.records import Explanation, Why

LOOKED_AT = 200
LATEST = 3
AT_ONCE = 10
PAST = 5000

Wanted = list[tuple[str, Why]]


def explain(night: Night, stage: Stage, what: Characteristic, *, latest: int = LATEST, most: int = AT_ONCE) -> Result:
    """Explain new units that are predicted out of specification, strange or outside the domain, and the latest few.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic
    latest : int
        How many of the latest units are explained even if nothing is the matter with them.
    most : int
        Units a step, so that a stage that is off altogether does not hold up the others.

    Returns
    -------
    Result
    """
    answer = answer_now(night, stage, what)
    if answer.model is None:
        return Result("nothing to explain: nobody answers yet", {"explained": 0})
    newest = night.store.lake.predictions(stage.id, characteristic=what.name, last=LOOKED_AT)
    known = {(e.unit_id, e.model_id) for e in night.store.journal.explanations.list(stage.id, what.name)}
    mine = newest.filter(pl.col("model_id") == answer.model_id)
    wanted = [(unit, why) for unit, why in matter(mine, what, latest) if (unit, answer.model_id) not in known]
    made = explained(night, stage, what, answer, wanted[:most])
    night.permit()
    night.store.journal.explanations.put(made)
    reached("after_explain")
    return Result(f"{len(made)} units explained", {"explained": len(made)})


def explain_unit(night: Night, stage: Stage, what: Characteristic, unit_id: str) -> Explanation:
    """Explain one unit, whoever asks for it; nothing is stored.

    Raises
    ------
    ActionError
        If the stage has no such unit, or nobody can answer for the stage.
    """
    answer = answer_now(night, stage, what)
    if answer.model is None:
        raise ActionError(f"nobody answers for {stage.id!r} / {what.name!r} yet - enter labels, or run a night first")
    found = explained(night, stage, what, answer, [(unit_id, "asked")])
    if not found:
        raise ActionError(f"stage {stage.id!r} has no unit {unit_id!r} - look for its id on the Stage page")
    return found[0]


def matter(predictions: pl.DataFrame, what: Characteristic, latest: int = LATEST) -> Wanted:
    """Return the units of which someone will ask why, the gravest reason first, then the newest.

    Parameters
    ----------
    predictions : polars.DataFrame
        Newest prediction of each unit, by event time.
    what : Characteristic
    latest : int
        How many of the latest units are named even if nothing is the matter with them.
    """
    newest_first = predictions.reverse()
    inside = newest_first["in_domain"].fill_null(value=True)
    tests: tuple[tuple[Why, pl.Series], ...] = (
        ("out of specification", outside(newest_first["mean"], what) & inside),
        ("strange", newest_first["anomaly"] > ABNORMAL),
        ("outside the domain", ~inside),
    )
    found: Wanted = [(unit, why) for why, test in tests for unit in newest_first.filter(test)["unit_id"]]
    found += [(unit, "latest") for unit in newest_first["unit_id"].head(latest)]
    first: dict[str, Why] = {}
    for unit, why in found:
        first.setdefault(unit, why)
    return list(first.items())


def explained(
    night: Night, stage: Stage, what: Characteristic, answer: Answer, wanted: Sequence[tuple[str, Why]]
) -> list[Explanation]:
    """Explain units of a stage with the model that answers; units that the lake does not hold are left out."""
    rows = night.rows(stage)
    why = dict(wanted)
    units = rows.filter(pl.col("unit_id").is_in(list(why)))
    if answer.model is None or units.is_empty():
        return []
    explainer = Explainer.of(answer.model, night.answers.task(answer, night.task(stage, what)), night.seed(stage, what))
    past = rows.join(night.labels(stage, what).select("unit_id", "value"), on="unit_id", how="inner").tail(PAST)
    past_x, _ = framing.inputs(stage, past)
    columns = [p.name for p in stage.parameters]
    fixed = {p.name for p in stage.parameters if not p.settable}
    made = []
    for unit_id, t_event, x, t in zip(units["unit_id"], units["t_event"], *framing.inputs(stage, units), strict=True):
        others = np.flatnonzero((past["unit_id"] != unit_id).to_numpy())
        found = explainer.explain(x, float(t), past_x[others])
        content = framing.told(found, x, columns, past[others.tolist()], fixed) | {"tier": answer.tier}
        made.append(
            Explanation(stage.id, what.name, unit_id, answer.model_id, t_event, night.cutoff, why[unit_id], content)
        )
    return made
