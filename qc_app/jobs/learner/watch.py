"""The learner is watched like a process: gain, coverage, evidence, cost of the night; an alarm when it degrades."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from models.shares import member_shares
from models.state import from_bytes
from qc_app.errors import StoreError
from qc_app.jobs.learner.degrading import Standing, Watched, standing
from qc_app.jobs.learner.gain import JOB as GAIN
from qc_app.jobs.meter import Meter
from qc_app.jobs.model.answers import STATE
from qc_app.jobs.monitoring.alarms import Condition, settle
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result
from qc_app.records import Run

log = logging.getLogger(__name__)

JOB = "watch"
KIND = "learner_degraded"
NIGHTS = 400


def watch(night: Night) -> Result:
    """Add up the night, judge it in the row of nights before it, and settle the alarm.

    Parameters
    ----------
    night : Night

    Returns
    -------
    Result
        Numbers: sums of the night, the chart's newest point, belief in each learner, cost.
    """
    today = _sums(night.store.journal.runs.list(job=GAIN, plant_day=night.day))
    recipe, shares = _prior(night)
    found = standing([*history(night.store.journal.runs.list(job=JOB, last=NIGHTS), recipe, night.day),
                      *([watched(night.day, today)] if today["labels"] else [])])  # fmt: skip
    conditions = [Condition(KIND, "", "medium", found.sentence)] if found.degraded else []
    settle(night.store, "", (KIND,), conditions, night.cutoff)
    numbers = {
        "sums": today,
        "recipe": recipe,
        "evidence": shares,
        "cost": _cost(night),
        "degraded": found.degraded,
        "chart": _newest_point(found),
    }
    return Result(found.sentence, numbers)


def history(runs: Sequence[Run], recipe: Mapping[str, Any], before: date | None = None) -> list[Watched]:
    """Return the nights with labels since the present settings came into force, the oldest first."""
    found: list[Watched] = []
    for run in runs:
        if run.status != "done" or (before is not None and run.plant_day >= before):
            continue
        if run.numbers.get("recipe") != recipe:
            found = []
        elif run.numbers["sums"]["labels"]:
            found.append(watched(run.plant_day, run.numbers["sums"]))
    return found


def watched(day: date, sums: Mapping[str, Any]) -> Watched:
    """Return the sums of one night as a value of the chart."""
    gained = float(sums["baseline"]) - float(sums["adapted"])
    counts = (int(sums["intervals"]), int(sums["inside"]))
    return Watched(day, int(sums["labels"]), gained, float(sums["squares"]), *counts)


def _sums(runs: Sequence[Run]) -> dict[str, float]:
    keys = ("labels", "adapted", "unadapted", "baseline", "squares", "intervals", "inside")
    parts = [n for run in runs if run.status == "done" for n in run.numbers["what"].values()]
    return {key: float(sum(part.get(key, 0) for part in parts)) for key in keys}


def _prior(night: Night) -> tuple[dict[str, Any], dict[str, float]]:
    """Return what the prior in force was made with, and how much it believes each learner."""
    prior_id = night.store.journal.models.pointers("", "").champion
    if prior_id is None:
        return {}, {}
    try:
        data, manifest = night.store.registry.get(prior_id)
    except StoreError as error:
        log.warning("the prior in force cannot be read: %s", error)
        return {}, {}
    recipe = {"learner": manifest["learner"], "settings": manifest["settings"]}
    return recipe, member_shares(from_bytes(data[STATE]))


def _cost(night: Night) -> dict[str, float]:
    runs = night.store.journal.runs.list(plant_day=night.day)
    took = {job: [(r.ended - r.started).total_seconds() for r in runs if r.ended and r.job.split()[0] == job]
            for job in ("adapt", "train")}  # fmt: skip
    longest = max(took["adapt"], default=0.0)
    found = {"adapt_s": sum(took["adapt"]), "longest_adapt_s": longest, "train_s": sum(took["train"])}
    return {name: round(v, 3) for name, v in found.items()} | {"memory_mb": Meter().read()["memory_mb"]}


def _newest_point(found: Standing) -> dict[str, float | int | None]:
    if not found.points:
        return {"points": 0, "gain": None, "average": None, "lower": None, "centre": None}
    drawn = len(found.average) > 0
    return {
        "points": len(found.points),
        "gain": found.points[-1].mean,
        "average": float(found.average[-1]) if drawn else None,
        "lower": float(found.lower[-1]) if drawn else None,
        "centre": found.centre,
    }
