"""A small plant that drops CSV files, on a clock that moves when told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data_connectors.schema import Characteristic, Parameter, Source, Stage
from qc_app.clock import ManualClock
from qc_app.jobs.learner import train
from qc_app.jobs.nightly import nightly
from qc_app.plant import Gate, Plant, digest, render
from qc_app.settings import Settings
from qc_app.store import Store, open_store

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
NIGHT = timedelta(hours=20)
PER_DAY = 24


def stage(name, upper=20.0):
    return Stage(
        name, "A", "press", (Parameter("force", "kN", low=0.0), Parameter("temp", "degC")),
        (Characteristic("width", "mm", lower=0.0, target=10.0, upper=upper),),
    )  # fmt: skip


def source(folder, stage_id, carries):
    settings = {"path": str(folder / stage_id / carries), "pattern": "*.csv", "settle_s": 0}
    Path(str(settings["path"])).mkdir(parents=True, exist_ok=True)
    return Source(f"{stage_id} {carries}", "file_folder", stage_id, carries, zone="UTC", settings=settings)


def drop(folder, stage_id, carries, name, frame):
    aside = folder / stage_id / carries / f"{name}.tmp"
    frame.write_csv(aside)
    aside.rename(aside.with_suffix(".csv"))


def units_of(stage_id, day, *, shift=0.0):
    rng = np.random.default_rng([day, sum(map(ord, stage_id))])
    force, temp = rng.normal(10 + shift, 1, PER_DAY), rng.normal(50, 2, PER_DAY)
    width = force + 0.1 * (temp - 50) + rng.normal(0, 0.1, PER_DAY)
    times = [(START + timedelta(days=day, minutes=30 * i)).isoformat() for i in range(PER_DAY)]
    names = [f"{stage_id}-{day}-{i}" for i in range(PER_DAY)]
    return pl.DataFrame({"unit_id": names, "time": times, "force": force, "temp": temp, "width": width})


@dataclass
class Works:
    """The plant, its folder, and what makes its days."""

    folder: Path
    stages: tuple[str, ...] = ("p-1",)
    gate: Gate = field(default_factory=Gate)
    upper: float = 20.0

    def plant(self):
        sources = tuple(source(self.folder / "drop", s, c) for s in self.stages for c in ("measurements", "labels"))
        return Plant("Works", stages=tuple(stage(s, self.upper) for s in self.stages), sources=sources, gate=self.gate)

    def home(self):
        return self.folder / "home"

    def open(self, day=0) -> Store:
        store = open_store(
            Settings(home=self.home()), create=True, clock=ManualClock(START + timedelta(days=day) + NIGHT)
        )
        plant, current = self.plant(), store.journal.plants.current()
        if current is None or current.digest != digest(plant):
            store.journal.plants.save(render(plant), digest(plant), "test", "", START)
        return store

    def day(self, day, *, labels=8, shift=0.0, stages=None):
        """Drop the units of a day, and labels of the day before."""
        for s in stages or self.stages:
            drop(self.folder / "drop", s, "measurements", f"d{day}", units_of(s, day, shift=shift).drop("width"))
            if day and labels:
                some = units_of(s, day - 1).gather_every(PER_DAY // labels).select("unit_id", "time", "width")
                drop(self.folder / "drop", s, "labels", f"d{day}", some)

    def nights(self, days, **options):
        """Drop and run each day's night."""
        with self.open() as store:
            runs = []
            for day in days:
                self.day(day, **options)
                store.clock.moment = START + timedelta(days=day) + NIGHT
                runs.append(nightly(store, self.plant()))
            return runs


@pytest.fixture(autouse=True, scope="package")
def fast_learner():
    """The jobs are tested, not the portfolio."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "LEARNER", "ridge")
        yield


@pytest.fixture(scope="session")
def played(tmp_path_factory) -> Callable[..., Works]:
    """Give the plant of some stages after so many plain nights, each played once a run; to look at or to copy."""
    made: dict[tuple[tuple[str, ...], int], Works] = {}

    def get(nights: int, stages: tuple[str, ...] = ("p-1",)) -> Works:
        if (stages, nights) not in made:
            works = Works(tmp_path_factory.mktemp(f"played-{nights}"), stages)
            if nights > 1:
                shutil.copytree(get(nights - 1, stages).folder, works.folder, dirs_exist_ok=True)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(train, "LEARNER", "ridge")
                works.nights([nights - 1])
            made[stages, nights] = works
        return made[stages, nights]

    return get


@pytest.fixture(scope="session")
def grown(played):
    """A plant of one stage after seven nights, to look at."""
    return played(7)


@pytest.fixture
def after(tmp_path, played) -> Callable[..., Works]:
    """Give a plant of one's own, after so many plain nights."""

    def copied(nights: int, stages: tuple[str, ...] = ("p-1",)) -> Works:
        shutil.copytree(played(nights, stages).folder, tmp_path, dirs_exist_ok=True)
        return Works(tmp_path, stages)

    return copied


@pytest.fixture
def works(tmp_path):
    return Works(tmp_path)
