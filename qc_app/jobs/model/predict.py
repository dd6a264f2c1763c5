"""Predict every unit that has no prediction yet; after a change of model, the recent ones anew."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from data_connectors.schema import Characteristic, Stage
from qc_app import framing
from qc_app.jobs.faultpoint import reached
from qc_app.jobs.model.standing import answer_now
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result

RECENT = timedelta(days=7)
RECENT_UNITS = 2000


def predict(night: Night, stage: Stage, what: Characteristic) -> Result:
    """Write predictions of new units, and of recent ones if another model answers than before.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic

    Returns
    -------
    Result
    """
    answer = answer_now(night, stage, what)
    if answer.model is None:
        return Result("no prediction: no model, and no label for a baseline", {"predicted": 0, "tier": "none"})
    rows = _wanted(night, stage, what, answer.model_id)
    if rows.height:
        x, t = framing.inputs(stage, rows)
        frame = framing.unfold(
            answer.model.predict(x, t),
            rows,
            characteristic=what.name,
            tier=answer.tier,
            model_id=answer.model_id,
            at=night.cutoff,
        )
        night.permit()
        night.store.lake.append_predictions(stage.id, frame)
        reached("after_predict")
    numbers = {"predicted": rows.height, "tier": answer.tier, "model": answer.model_id}
    return Result(f"{rows.height} units predicted by {answer.tier} {answer.model_id}", numbers)


def _wanted(night: Night, stage: Stage, what: Characteristic, model_id: str) -> pl.DataFrame:
    rows = night.rows(stage)
    newest = night.store.lake.predictions(stage.id, characteristic=what.name, last=1)
    if newest.is_empty() or rows.is_empty():
        return rows
    since = newest["t_event"][0] - RECENT
    recent = rows.filter(pl.col("t_event") >= since)
    done = night.store.lake.predictions(stage.id, characteristic=what.name, since=since)
    by_now = done.filter(pl.col("model_id") == model_id) if _changed(newest, model_id) else done
    missing = recent.join(by_now, on="unit_id", how="anti", maintain_order="left")
    if not _changed(newest, model_id):
        return missing
    fresh = missing.filter(~pl.col("unit_id").is_in(done["unit_id"].implode()))
    old = missing.filter(pl.col("unit_id").is_in(done["unit_id"].implode())).tail(RECENT_UNITS)
    return pl.concat([old, fresh]).sort("t_event", "unit_id")


def _changed(newest: pl.DataFrame, model_id: str) -> bool:
    return bool(newest["model_id"][0] != model_id)
