"""After each night: how champion and baseline would do on the units still to come, which no job has seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic
from models import Adapted, metrics
from models.base import Array
from qc_app import framing
from qc_app.jobs import night as nights
from qc_app.jobs.model.answers import Answers, baseline
from qc_app.jobs.model.standing import answer_now
from qc_app.plant import Plant
from qc_app.replay.calendar import ORIGIN, Played
from qc_app.store import Store

FEWEST = 5
MOST = 1000


@dataclass(frozen=True, slots=True)
class Night:
    """One stage, characteristic and night of a replay.

    Parameters
    ----------
    pack, stage, characteristic : str
    day : str
        Plant day.
    night : int
        0 is the stage's first.
    units, labels : int
        Known after the night.
    verdict, reason : str
        Of the decision that fell in it, or what the night decided instead.
    tier, champion : str
        Who answers after it.
    champion_labels : int
        Labels the champion stands on.
    metric : str
        ``nrmse`` (lower is better), or for a defect ``brier_skill`` (higher is better; 0 is the true share).
    score, baseline : float or None
        Of who answers, and of the mean of the stage's labels, on later units; None where it cannot be told.
    weight : float
        Of this night in a summary: 1, or for a defect the Brier score of the true share on the later units, so that
        the summary is the skill on all of them together and not a mean of quotients with nearly nothing below the line.
    coverage : float or None
        Share of later units inside the 90 % interval.
    later : int
        Later units that were scored.
    alarms : int
        Open at the stage.
    alarm_kinds : str
    """

    pack: str
    stage: str
    characteristic: str
    day: str
    night: int
    units: int
    labels: int
    verdict: str
    reason: str
    tier: str
    champion: str
    champion_labels: int
    metric: str
    score: float | None
    baseline: float | None
    weight: float
    coverage: float | None
    later: int
    alarms: int
    alarm_kinds: str


def scored(store: Store, plant: Plant, answers: Answers, played: Played, day: int) -> list[Night]:
    """Return one row a characteristic of a stage after the night of a day.

    Parameters
    ----------
    store : Store
    plant : Plant
    answers : Answers
    played : Played
        Holds the true values; they go nowhere but into the scores.
    day : int
        Of the replay.
    """
    night = nights.Night(store, plant, ORIGIN.date() + timedelta(days=day), store.clock.now(), answers)
    return [_row(night, played, what, day) for what in played.stage.characteristics]


def _row(night: nights.Night, played: Played, what: Characteristic, day: int) -> Night:
    store, stage = night.store, played.stage
    rows, known = night.rows(stage), night.labels(stage, what)
    task = framing.task(stage, what.name, rows, known, gauge_sd=night.gauge_sd(stage, what))
    answer = answer_now(night, stage, what)
    naive = baseline(task) if len(task.support_y) else None
    later = _later(played, what, day)
    verdict, reason = _verdict(store, stage.id, what.name, night.cutoff)
    alarms = store.journal.alarms.list(stage=stage.id)
    champion = store.journal.models.get(answer.model_id) if answer.tier in {"champion", "previous"} else None
    return Night(
        pack=night.plant.name,
        stage=stage.id,
        characteristic=what.name,
        day=night.day.isoformat(),
        night=day - played.first_day,
        units=rows.height,
        labels=known.height,
        verdict=verdict,
        reason=reason,
        tier=answer.tier,
        champion=answer.model_id,
        champion_labels=champion.n_labels if champion else 0,
        metric="brier_skill" if what.kind == "binary" else "nrmse",
        score=_score(answer.model, what, later),
        baseline=_score(naive, what, later),
        weight=float(np.var(later.y)) if what.kind == "binary" and len(later.y) else 1.0,
        coverage=_coverage(answer.model, what, later),
        later=len(later.y),
        alarms=len(alarms),
        alarm_kinds=" ".join(sorted({a.kind for a in alarms})),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Later:
    """Units to come: parameters, times, true values, and the spread of the stage."""

    x: Array
    t: Array
    y: Array
    spread: float


def _later(played: Played, what: Characteristic, day: int) -> _Later:
    rows = played.after(day).filter(pl.col(what.name).is_finite())
    rows = rows.gather_every(max(1, rows.height // MOST)) if rows.height else rows
    x, t = framing.inputs(played.stage, rows.rename({"time": "t_event"}))
    every = played.units.filter(pl.col(what.name).is_finite())[what.name].to_numpy()
    return _Later(x, t, rows[what.name].to_numpy(), float(np.std(every)) if len(every) else 0.0)


def _score(model: Adapted | None, what: Characteristic, later: _Later) -> float | None:
    y, spread = later.y, later.spread
    if model is None or len(y) < FEWEST:
        return None
    mean = model.predict(later.x, later.t).mean
    if what.kind == "binary":
        reference = float(np.mean((y - y.mean()) ** 2))
        return 1 - float(np.mean((y - mean) ** 2)) / reference if reference > 0 else None
    found = metrics.nrmse(y, mean, spread) if spread > 0 else float("nan")
    return found if np.isfinite(found) else None


def _coverage(model: Adapted | None, what: Characteristic, later: _Later) -> float | None:
    if model is None or what.kind == "binary" or len(later.y) < FEWEST:
        return None
    said = model.predict(later.x, later.t)
    return metrics.coverage(later.y, said.lower, said.upper)


def _verdict(store: Store, stage: str, characteristic: str, now: datetime) -> tuple[str, str]:
    last = store.journal.decisions.list(stage=stage, characteristic=characteristic, last=1)
    if last and last[0].at == now:
        return last[0].verdict, last[0].sentence
    runs = store.journal.runs.list(job=f"adapt {characteristic}", stage=stage, last=1)
    return ("none", runs[0].sentence) if runs and runs[0].started == now else ("asleep", "nothing came")
