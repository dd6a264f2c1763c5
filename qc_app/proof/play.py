"""One simulated plant played night by night through the jobs of the night, and what each night said."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from data_connectors.synthetic import Fault
from qc_app.clock import ManualClock
from qc_app.jobs.learner.train import train
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.model.inheritance import Recipe
from qc_app.jobs.night import Night
from qc_app.jobs.nightly import nightly
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import Plant, digest, render
from qc_app.proof.episodes import START, Call
from qc_app.proof.works import plant_of
from qc_app.settings import Settings
from qc_app.store import Store, open_store

FIRST_NIGHT = 14
AT_HOUR = 1
"""Of the night, UTC: 02:00 on the plant's clock in winter."""
#: Steps that neither watch nor judge: a proof does not read what they write.
LEFT_OUT = frozenset({"choose", "foresee", "explain", "gain", "perform", "losses", "retune", "watch", "upkeep"})
UPKEEP_DAYS = 7

Heard = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Told:
    """What one night says of one stage.

    Parameters
    ----------
    alarms : frozenset of Call
        Conditions that stand: kinds of drift that matter, failed sensors, other kinds of alarms.
    moved : frozenset of Call
        All of that, and drift that is told without an alarm.
    """

    alarms: frozenset[Call]
    moved: frozenset[Call]


@dataclass(slots=True)
class Played:
    """A plant that was played: its nights by stage, and the open store.

    Parameters
    ----------
    plant : Plant
    faults : tuple of Fault
    days : int
    store : Store
    answers : Answers
    nights : dict
        ``(stage, day)`` -> what was said.
    failures : list of str
        Sentences of steps that failed.
    """

    plant: Plant
    faults: tuple[Fault, ...]
    days: int
    store: Store
    answers: Answers
    nights: dict[tuple[str, int], Told] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def told(self, stage: str, day: int) -> Told:
        """Return what the night of a day said of a stage; of a stage that slept, what was said before."""
        while day >= FIRST_NIGHT and (stage, day) not in self.nights:
            day -= 1
        return self.nights.get((stage, day), Told(frozenset(), frozenset()))


def night_at(day: int) -> datetime:
    """Return the moment of the night of a day.

    Examples
    --------
    >>> night_at(14).isoformat()
    '2026-01-15T01:00:00+00:00'
    """
    return START + timedelta(days=day, hours=AT_HOUR)


def played(
    seed: int,
    stages: tuple[str, ...],
    faults: tuple[Fault, ...],
    days: int,
    *,
    learner: str,
    judged: Callable[[Played], object],
    heard: Heard,
) -> object:
    """Play a plant in a folder that is removed afterwards, and return what `judged` makes of it.

    Parameters
    ----------
    seed : int
        Of the plant.
    stages : tuple of str
    faults : tuple of Fault
    days : int
    learner : str
        Kind of the prior that all stages share.
    judged : callable
        Reads the played plant while its store is open.
    heard : callable
        Hears what is done, and the share that is done.
    """
    plant = plant_of(seed, stages, faults)
    with tempfile.TemporaryDirectory(prefix="qc-proof-") as folder:
        clock = ManualClock(START)
        with open_store(Settings(home=Path(folder) / "home"), create=True, clock=clock) as store:
            store.journal.plants.save(render(plant), digest(plant), "proof", "proof on the simulated plant", START)
            play = Played(plant, faults, days, store, Answers(store.registry))
            for day in range(FIRST_NIGHT, days + 1):
                heard(f"day {day} of {days}", (day - FIRST_NIGHT) / (days - FIRST_NIGHT + 1))
                clock.moment = night_at(day)
                _night(play, day, learner)
            return judged(play)


def _night(play: Played, day: int, learner: str) -> None:
    if day == FIRST_NIGHT:
        _first_prior(play, learner)
    left_out = LEFT_OUT if day % UPKEEP_DAYS else LEFT_OUT - {"upkeep"}
    nightly(play.store, play.plant, answers=play.answers, leave_out=left_out)
    for stage in play.plant.stages:
        play.nights[stage.id, day] = _told(play.store, stage.id, night_at(day))
    failed = [run.sentence for run in play.store.journal.runs.list(last=80) if run.status == "failed"]
    play.failures += [sentence for sentence in failed if sentence not in play.failures]


def _first_prior(play: Played, learner: str) -> None:
    """Train the first prior with the learner asked for; every later one is made by its recipe."""
    ingest(play.store, play.plant)
    now = play.store.clock.now()
    train(Night(play.store, play.plant, now.date(), now, play.answers), "the first", Recipe(learner))


def _told(store: Store, stage: str, at: datetime) -> Told:
    reports = [r for r in store.journal.drift.newest(stage) if r.at >= at - timedelta(hours=12)]
    monitored = store.journal.runs.list(job="monitor", stage=stage, last=1)
    sensors = {Call(f["kind"], f["column"]) for run in monitored for f in run.numbers.get("faults", [])}
    alarms = {
        Call(a.kind, a.subject) for a in store.journal.alarms.list(stage=stage) if a.abnormal and a.kind not in _DRIFT
    }
    moved = {Call(r.drift_of, r.subject) for r in reports if r.drifted}
    mattering = {Call(r.drift_of, r.subject) for r in reports if r.matters}
    return Told(frozenset(mattering | sensors | alarms), frozenset(moved | sensors | alarms))


_DRIFT = frozenset({"drift", "bad_data"})
"""Told by the verdicts and the failed sensors, which are looked at themselves."""
