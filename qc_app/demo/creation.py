"""Set up a home with the simulated plant: history, a trained prior, nights that already ran, a running clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from qc_app.access import Actor
from qc_app.actions.plant import apply_plant
from qc_app.clock import ManualClock
from qc_app.demo.definition import NIGHT_AT, ZONE, plant_definition, told_faults
from qc_app.errors import StoreError
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.nightly import nightly
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import Plant, render
from qc_app.settings import FILE, Settings
from qc_app.store import Store, open_store
from qc_app.store.durable import write_durably

CLOCK = "clock.json"
LABELS_EVERY = timedelta(days=7)
#: Nights that are run, counted back from the last; the first trains. The gap before the last leaves two days of units
#: that no champion knows, without which autocorrelated parameters allow no verdict on drift.
NIGHTS_BACK = (5, 3, 2, 0)

Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Demo:
    """What was set up.

    Parameters
    ----------
    home : Path
    plant : Plant
    now : datetime
        Plant time at which the clock started to run.
    units, labels, alarms : int
        How much there is to look at.
    sentence : str
        The same in words.
    """

    home: Path
    plant: Plant
    now: datetime
    units: int
    labels: int
    alarms: int
    sentence: str


def create_demo(
    home: Path,
    *,
    seed: int = 1,
    weeks: int = 6,
    speed: float = 60.0,
    now: datetime | None = None,
    told: Told | None = None,
) -> Demo:
    """Fill an empty home with the simulated plant and start its clock.

    Parameters
    ----------
    home : Path
        Must not hold a plant yet.
    seed : int
        Of the plant; the same seed and `now` give the same plant.
    weeks : int
        Length of the history, 2 or more.
    speed : float
        Plant seconds a wall second from now on.
    now : datetime, optional
        Where the history ends (aware); default: the machine's time.
    told : callable, optional
        Hears what is done and the share that is done.

    Returns
    -------
    Demo

    Raises
    ------
    StoreError
        If there is a plant in `home` already, or the folder cannot be written.
    """
    _require_empty(home)
    end = (now or datetime.now(UTC)).replace(microsecond=0)
    start = end - timedelta(weeks=max(weeks, 2))
    evenings = _nights(end)
    plant = plant_definition(seed, start, faults=told_faults(evenings[-1]))
    clock = ManualClock(start)
    say = told or (lambda _what, _share: None)
    with open_store(Settings(home=home), create=True, clock=clock) as store:
        apply_plant(store, Actor("demo", "administrator"), render(plant), "the simulated plant is set up")
        _history(store, plant, clock, evenings[0], say)
        _run_nights(store, plant, clock, evenings, say)
        clock.moment = end
        ingest(store, plant)
        made = _made(store, home, plant, end)
    start_clock(home, end, speed)
    _open_door(home)
    say("done", 1.0)
    return made


def start_clock(home: Path, moment: datetime, speed: float) -> None:
    """Let plant time run from `moment` on, `speed` times as fast as the wall's."""
    told = {"origin": datetime.now(UTC).isoformat(), "plant_origin": moment.isoformat(), "speed": speed}
    write_durably(home / CLOCK, json.dumps(told).encode())


def _open_door(home: Path) -> None:
    """Let everyone at this machine look at the simulated plant without an account; nothing in it is worth one."""
    if not (home / FILE).exists():
        write_durably(home / FILE, b'sign_in = "open"  # this machine alone; "accounts" asks people to sign in\n')


def _require_empty(home: Path) -> None:
    if (home / "journal.sqlite").exists() or (home / CLOCK).exists():
        raise StoreError(f"a plant, finished or not, is in {home} already - name another --home or remove that folder")


def _nights(end: datetime) -> list[datetime]:
    """The moments of the nights that are run, in order; the newest is the last before `end`."""
    zone = ZoneInfo(ZONE)
    today = end.astimezone(zone).date()
    moments = [datetime.combine(today - timedelta(days=d), time.fromisoformat(NIGHT_AT), zone) for d in range(9)]
    past = [m.astimezone(UTC) for m in moments if m <= end]
    return [past[back] for back in NIGHTS_BACK]


def _history(store: Store, plant: Plant, clock: ManualClock, until: datetime, say: Told) -> None:
    """Read the past through the ordinary ingest: results week by week as they became known, process data at once."""
    laboratories = [s for s in plant.sources if s.carries == "labels"]
    first = clock.moment
    while clock.moment + LABELS_EVERY < until:
        clock.advance(LABELS_EVERY)
        say("history: laboratory", 0.15 * (clock.moment - first) / (until - first))
        ingest(store, plant, sources=laboratories)
    clock.moment = until
    say("history: process data", 0.15)
    ingest(store, plant)


def _run_nights(store: Store, plant: Plant, clock: ManualClock, moments: list[datetime], say: Told) -> None:
    answers = Answers(store.registry)
    for i, moment in enumerate(moments):
        clock.moment = moment

        def heard(what: str, done: int, of: int, *, i: int = i) -> None:
            say(f"night {i + 1} of {len(moments)}: {what}", 0.25 + 0.7 * (i + done / max(of, 1)) / len(moments))

        nightly(store, plant, told=heard, answers=answers)


def _made(store: Store, home: Path, plant: Plant, now: datetime) -> Demo:
    units = sum(store.lake.units(stage.id) for stage in plant.stages)
    labels = sum(store.journal.labels.count(s.id, c.name) for s in plant.stages for c in s.characteristics)
    alarms = len(store.journal.alarms.list(open_only=True))
    words = f"{len(plant.stages)} stages, {units} units, {labels} results, {alarms} open alarms"
    return Demo(home, plant, now, units, labels, alarms, words)
