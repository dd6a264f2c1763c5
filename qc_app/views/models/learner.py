"""The learner itself: is it still good, whom does it believe, what does it cost, what was changed and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from qc_app.language import tr
from qc_app.plant import Plant
from qc_app.records import Alarm, Decision, Run
from qc_app.store import Store
from qc_app.views.moments import wall_ms_of
from qc_app.views.recorded import recorded

NIGHTS = 400
WATCH = "watch"
KIND = "learner_degraded"

_POINT: dict[str, Any] = {
    "t": pl.Float64,
    "day": pl.Date,
    "gain": pl.Float64,
    "average": pl.Float64,
    "lower": pl.Float64,
    "centre": pl.Float64,
    "out": pl.Boolean,
}
_NIGHT: dict[str, Any] = {
    "plant_day": pl.Date,
    "labels": pl.Int64,
    "adapted": pl.Float64,
    "unadapted": pl.Float64,
    "baseline": pl.Float64,
    "coverage": pl.Float64,
    "adapt_s": pl.Float64,
    "train_s": pl.Float64,
    "memory_mb": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class LearnerView:
    """How the learner stands.

    Parameters
    ----------
    state : str
        "watch" while it counts as degraded, "unknown" before it was ever judged, else "ok".
    sentence : str
        The night's judgement.
    points : polars.DataFrame
        ``t`` (wall milliseconds), ``day, gain, average, lower, centre, out``: the chart, since the present settings.
    nights : polars.DataFrame
        Newest first: labels scored, mean losses in spreads of the stage, coverage, seconds, memory.
    recipe : str
        What the prior in force is made with, in words.
    shares : mapping of str to float
        How much each combined learner is believed.
    priors : polars.DataFrame
        Verdicts about priors and settings, newest first.
    alarm : Alarm or None
    """

    state: str
    sentence: str
    points: pl.DataFrame
    nights: pl.DataFrame
    recipe: str
    shares: Mapping[str, float]
    priors: pl.DataFrame
    alarm: Alarm | None


def learner_view(store: Store, plant: Plant) -> LearnerView:
    """Read how the learner stood night by night."""
    runs = [run for run in store.journal.runs.list(job=WATCH, last=NIGHTS) if run.status == "done"]
    open_ones = [a for a in store.journal.alarms.list(open_only=True, stage="") if a.kind == KIND]
    last = runs[-1] if runs else None
    recipe = last.numbers["recipe"] if last else {}
    decisions = store.journal.decisions.list(stage="", characteristic="", last=60)
    return LearnerView(
        state="unknown" if last is None else "watch" if last.numbers["degraded"] else "ok",
        sentence=recorded(last.sentence) if last else tr("Not judged yet: the first night does it."),
        points=_points([run for run in runs if run.numbers["recipe"] == recipe], plant),
        nights=pl.DataFrame([_night(run) for run in reversed(runs)], schema=_NIGHT, orient="row"),
        recipe=_recipe(recipe),
        shares=dict(sorted((last.numbers["evidence"] if last else {}).items(), key=lambda item: -item[1])),
        priors=_priors(decisions),
        alarm=open_ones[-1] if open_ones else None,
    )


def _points(runs: list[Run], plant: Plant) -> pl.DataFrame:
    """One row a point of the chart: nights whose labels still wait for more add none."""
    rows, seen = [], 0
    for run in runs:
        chart = run.numbers["chart"]
        if chart["points"] <= seen:
            continue
        seen = chart["points"]
        at = datetime.combine(run.plant_day, time(plant.day_starts), tzinfo=ZoneInfo(plant.zone))
        average, lower = chart["average"], chart["lower"]
        out = average is not None and average < lower
        rows.append((wall_ms_of(at, plant.zone), run.plant_day, chart["gain"], average, lower, chart["centre"], out))
    return pl.DataFrame(rows, schema=_POINT, orient="row")


def _night(run: Run) -> tuple[Any, ...]:
    sums, cost = run.numbers["sums"], run.numbers["cost"]
    labels = int(sums["labels"])
    losses = [sums[key] / labels if labels else None for key in ("adapted", "unadapted", "baseline")]
    coverage = sums["inside"] / sums["intervals"] if sums["intervals"] else None
    return (run.plant_day, labels, *losses, coverage, cost["adapt_s"], cost["train_s"], cost["memory_mb"])


def _recipe(recipe: Mapping[str, Any]) -> str:
    """Say what a prior is made with.

    Examples
    --------
    >>> _recipe({"learner": "portfolio", "settings": {}}), _recipe({"learner": "warm_start", "settings": {"limit": 36}})
    ('portfolio', 'warm_start (limit 36)')
    """
    if not recipe:
        return ""
    told = [f"{name} {_told(value)}" for name, value in recipe["settings"].items()]
    return f"{recipe['learner']} ({'; '.join(told)})" if told else str(recipe["learner"])


def _told(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_told(part) for part in value)
    if isinstance(value, dict):
        return _recipe(value)
    return str(value)


def _priors(decisions: list[Decision]) -> pl.DataFrame:
    schema: dict[str, Any] = {
        "at": pl.Datetime("us", "UTC"),
        "verdict": pl.String,
        "sentence": pl.String,
        "rule": pl.String,
        "challenger": pl.String,
    }
    newest = sorted(decisions, key=lambda d: d.at, reverse=True)
    rows = [(d.at, d.verdict, d.sentence, d.rule, (d.challenger or "")[:8]) for d in newest]
    return pl.DataFrame(rows, schema=schema, orient="row")
