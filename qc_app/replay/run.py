"""The replay itself: day by day, drop, ingest, night, score."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from qc_app.clock import ManualClock
from qc_app.errors import ActionError
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.nightly import When, nightly
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import Plant, digest, render
from qc_app.records import Counts
from qc_app.replay.calendar import ORIGIN, Played, calendar
from qc_app.replay.drops import Drops
from qc_app.replay.scoring import Night, scored
from qc_app.settings import Settings
from qc_app.store import Store, open_store

TRAIN_AFTER_WAVES = 4
NIGHT_AFTER = timedelta(hours=20)
Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Conserved:
    """What became of everything that one source offered."""

    source: str
    offered: int
    counts: Counts

    @property
    def balanced(self) -> bool:
        """Whether nothing was lost and nothing invented (promise S4)."""
        return self.counts.balanced and self.counts.received == self.offered


@dataclass(frozen=True, slots=True)
class Replayed:
    """A pack that was played: one row a stage, characteristic and night, the balance of every source, what failed."""

    pack: str
    nights: tuple[Night, ...]
    sources: tuple[Conserved, ...]
    failures: tuple[str, ...]


def replay(
    folder: Path,
    home: Path,
    *,
    labels_per_night: int = 5,
    nights_per_stage: int = 6,
    seed: int = 0,
    told: Told | None = None,
) -> Replayed:
    """Play one pack through connectors, store and jobs on a clock of its own.

    Parameters
    ----------
    folder : Path
        The pack.
    home : Path
        An empty or new folder: the plant that is made of it.
    labels_per_night : int
        Labels that become known for each stage and night, a day late or more.
    nights_per_stage : int
        Plant days over which the units of a stage are spread.
    seed : int
    told : callable, optional
        Hears what is done, and the share that is done.

    Returns
    -------
    Replayed

    Raises
    ------
    PackError
        If the folder holds no pack.
    ActionError
        If the home is in use.
    """
    if (home / "journal.sqlite").exists():
        raise ActionError(f"{home} holds a plant already - a replay needs a folder of its own")
    waves = calendar(folder, nights_per_stage, seed)
    drops = Drops(home / "drop", labels_per_night, seed)
    plant = _plant(folder.name, waves, drops)
    with open_store(Settings(home=home), create=True, clock=ManualClock(ORIGIN)) as store:
        store.journal.plants.save(render(plant), digest(plant), "replay", "replay of a pack", ORIGIN)
        player = _Player(store, plant, drops, Answers(store.registry), told or (lambda _what, _share: None))
        rows = [row for i, wave in enumerate(waves) for row in player.wave(wave, i, len(waves))]
        player.rest()
        failures = [r.sentence for r in store.journal.runs.list() if r.status == "failed"]
        return Replayed(plant.name, tuple(rows), tuple(_balance(store, plant, drops)), tuple(failures))


@dataclass(slots=True)
class _Player:
    store: Store
    plant: Plant
    drops: Drops
    answers: Answers
    told: Told

    def wave(self, wave: list[Played], number: int, of: int) -> list[Night]:
        """Play the days of stages that run side by side; a prior that is due is trained before the next wave."""
        rows: list[Night] = []
        days = range(wave[0].first_day, max(p.days().stop for p in wave))
        for day in days:
            words = f"{self.plant.name}: wave {number + 1} of {of}, day {day - days.start + 1} of {len(days)}"
            self.told(words, (number + (day - days.start) / len(days)) / of)
            active = [p for p in wave if day in p.days()]
            training: When = "due" if number == 0 or day == days.start else "never"
            self._day(active, day, training)
            for played in active:
                rows += scored(self.store, self.plant, self.answers, played, day)
        return rows

    def rest(self) -> None:
        """Let the last labels come in, so that everything offered is accounted for."""
        for day in self.drops.waiting():
            _set(self.store, day)
            self._late(set(self.drops.labels(day)))

    def _day(self, active: list[Played], day: int, training: When) -> None:
        for played in active:
            self.drops.day(played, day)
        late = set(self.drops.labels(day)) - {p.stage.id for p in active}
        _set(self.store, day)
        self._late(late)
        stages = [p.stage for p in active]
        nightly(self.store, self.plant, stages=stages, training=training, answers=self.answers)

    def _late(self, stages: set[str]) -> None:
        """Labels that come after their stage was over are read, without a night."""
        if stages:
            ingest(self.store, self.plant, sources=[s for s in self.plant.sources if s.stage in stages])


def _plant(name: str, waves: list[list[Played]], drops: Drops) -> Plant:
    played = [p for wave in waves for p in wave]
    sources = [source for p in played for source in drops.sources(p)]
    days = TRAIN_AFTER_WAVES * len(waves[0][0].days())
    return Plant(name, train_every_days=days, stages=tuple(p.stage for p in played), sources=tuple(sources))


def _balance(store: Store, plant: Plant, drops: Drops) -> Iterator[Conserved]:
    for source in plant.sources:
        room = store.journal.labels if source.carries == "labels" else store.lake
        yield Conserved(source.name, drops.offered[source.name], room.counts(source.stage, source.name))


def _set(store: Store, day: int) -> None:
    if isinstance(store.clock, ManualClock):
        store.clock.moment = ORIGIN + timedelta(days=day) + NIGHT_AFTER
