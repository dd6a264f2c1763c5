"""A source that delivers what a test says, in the order it says, and may be killed at any point of a reading."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_connectors import catalog
from data_connectors.base import Batch, Column, Conformed, Probe
from data_connectors.schema import Characteristic, Parameter, Source, Stage
from qc_app.clock import ManualClock
from qc_app.jobs import faultpoint
from qc_app.jobs.sources import ingest as reading
from qc_app.plant import Plant, digest, render
from qc_app.settings import Settings
from qc_app.store import Store, open_store

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
PARAMETERS = (Parameter("force", "kN"), Parameter("temp", "degC"))
STAGE = Stage("press", "A", "press", PARAMETERS, (Characteristic("width", "mm"),))
PROCESS = Source("process", "scripted", "press", zone="UTC", lateness_s=60)
LAB = Source("lab", "scripted", "press", "labels", zone="UTC")
PLANT = Plant("Works", stages=(STAGE,), sources=(PROCESS, LAB))


class Killed(BaseException):
    """The process dies here: nothing catches it, nothing after it happens."""


@dataclass
class Script:
    """What each source has to say from which place on, and what it was told to forget."""

    batches: dict[str, list[Batch]] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)

    def say(self, source: Source, *batches: Batch) -> None:
        kept = self.batches.setdefault(source.name, [])
        for batch in batches:
            kept.append(replace(batch, after=json.dumps({"n": len(kept) + 1})))

    def connector(self, source: Source, _now: Callable[[], datetime], _spool: Path | None = None) -> Scripted:
        return Scripted(source, self)


@dataclass
class Scripted:
    source: Source
    script: Script
    kind = "scripted"

    def read(self, _stage: Stage, since: str | None):
        first = json.loads(since)["n"] if since else 0
        yield from self.script.batches.get(self.source.name, [])[first:]

    def acknowledge(self, after: str) -> None:
        self.script.acknowledged[self.source.name] = json.loads(after)["n"]

    def discover(self) -> list[Column]:
        return []

    def check(self) -> list[Probe]:
        return []

    def preview(self, _stage: Stage, _rows: int = 20) -> Conformed:
        raise AssertionError("nobody previews a script")

    def close(self) -> None:
        pass


def home_of(folder: Path, plant: Plant = PLANT, now: datetime = NOW) -> Store:
    store = open_store(Settings(home=folder), create=True, clock=ManualClock(now))
    if store.journal.plants.current() is None:
        store.journal.plants.save(render(plant), digest(plant), "test", "", now)
    return store


@contextmanager
def dying_at(point: str):
    """Let the process 'die' when it passes a fault point: as an exception that nothing handles."""

    def reached(name: str) -> None:
        if name == point:
            raise Killed(point)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "reached", reached)
        yield


POINTS: Sequence[str] = ("after_hold", "before_books", "after_store")
assert set(POINTS) <= set(faultpoint.POINTS)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """Let every source of kind ``scripted`` read from this script."""
    made = Script()
    monkeypatch.setitem(catalog._OWN, "scripted", "tests.scripted:Scripted")
    monkeypatch.setattr(reading, "make_connector", made.connector)
    return made
