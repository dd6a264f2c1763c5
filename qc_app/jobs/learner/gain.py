"""What adapting was worth at one stage: the labels that came since the last look, beside what was said before."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from models.base import Array
from models.errors import ModelsError
from models.words import counted
from qc_app import framing
from qc_app.errors import StoreError
from qc_app.jobs.model.track import track
from qc_app.jobs.model.trial import loss
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result

log = logging.getLogger(__name__)

JOB = "gain"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

Numbers = dict[str, float | int]


def gain(night: Night, stage: Stage) -> Result:
    """Score three answers to the labels that became known since the last look.

    Adapted: what was said of the unit before its label was known. Unadapted: the same prior without a single label of
    the stage. Baseline: the mean of the labels known before. Losses are in standard deviations of the stage's labels
    (for a defect: squared errors of the probability), so stages can be added up.

    Parameters
    ----------
    night : Night
    stage : Stage

    Returns
    -------
    Result
        ``numbers["what"]``: characteristic -> sums over the labels.
    """
    since = _since(night, stage)
    found = {what.name: _scored(night, stage, what, since) for what in stage.characteristics}
    kept = {name: numbers for name, numbers in found.items() if numbers["labels"]}
    labels = sum(int(numbers["labels"]) for numbers in kept.values())
    return Result(_sentence(kept, labels), {"until": night.cutoff.isoformat(), "what": kept}, skipped=not labels)


def _since(night: Night, stage: Stage) -> datetime:
    done = [r for r in night.store.journal.runs.list(job=JOB, stage=stage.id, last=30) if r.status == "done"]
    return datetime.fromisoformat(done[-1].numbers["until"]) if done else _NEVER


def _scored(night: Night, stage: Stage, what: Characteristic, since: datetime) -> Numbers:
    binary = what.kind == "binary"
    rows = track(night, stage, what).drop_nulls(["mean", "naive"]).filter(pl.col("t_known") > since)
    champion = night.store.journal.models.pointers(stage.id, what.name).champion
    if rows.is_empty() or champion is None:
        return {"labels": 0}
    scale = 1.0 if binary else float(night.labels(stage, what)["value"].to_numpy().std())
    if not scale > 0:
        return {"labels": 0}
    bare = _unadapted(night, stage, champion, rows)
    if bare is None:
        return {"labels": 0}
    y = rows["value"].to_numpy()
    adapted, baseline, unadapted = (
        loss(y, said, binary=binary) / scale for said in (rows["mean"].to_numpy(), rows["naive"].to_numpy(), bare)
    )
    difference = baseline - adapted
    told = rows.drop_nulls(["lower", "upper"]) if not binary else rows.clear()
    inside = ((told["value"] >= told["lower"]) & (told["value"] <= told["upper"])).sum()
    return {
        "labels": rows.height,
        "adapted": float(adapted.sum()),
        "unadapted": float(unadapted.sum()),
        "baseline": float(baseline.sum()),
        "squares": float((difference**2).sum()),
        "intervals": told.height,
        "inside": int(inside),
    }


def _unadapted(night: Night, stage: Stage, champion: str, rows: pl.DataFrame) -> Array | None:
    """Return what the champion's prior says of the units without a label of the stage; None if it cannot be loaded."""
    try:
        prior, task = night.answers.recipe(champion)
    except (StoreError, ModelsError) as error:
        log.warning("nothing can be compared at stage %r: %s", stage.id, error)
        return None
    units = night.rows(stage).join(rows.select("unit_id"), on="unit_id", how="inner")
    ordered = rows.select("unit_id").join(units, on="unit_id", how="left", maintain_order="left")
    x, t = framing.inputs(stage, ordered)
    return prior.adapt(task.keep(np.arange(0))).predict(x, t).mean


def _sentence(kept: dict[str, Numbers], labels: int) -> str:
    if not labels:
        return "no label came that could be compared"
    return "; ".join(f"{name}: {_told(numbers)}" for name, numbers in kept.items())


def _told(n: Numbers) -> str:
    adapted, unadapted, baseline = (float(n[key]) / int(n["labels"]) for key in ("adapted", "unadapted", "baseline"))
    words = f"error {adapted:.2f} of a spread on {counted(int(n['labels']), 'label')}"
    return f"{words}, {unadapted:.2f} unadapted, {baseline:.2f} by the mean"
