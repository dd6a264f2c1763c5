"""A continuous stage from files: its windows are units, whole after late files and crashes, and models read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from data_connectors.rows.windows import sound, tall, unit_rows
from data_connectors.schema import Characteristic, Parameter, Stage, Window
from qc_app.clock import ManualClock
from qc_app.jobs.nightly import nightly
from qc_app.jobs.sources import ingest as ingesting
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import Plant, digest, render
from qc_app.settings import Settings
from qc_app.store import Store, open_store

from .conftest import START, drop, source

WINDOW = Window(1800, 1800, dead_s=600, hold_s=600)
KILN = Stage("kiln", "A", "kiln", (Parameter("feed", "t/h"), Parameter("heat", "degC")),
             (Characteristic("moisture", "%"),), window=WINDOW)  # fmt: skip
TAGS = ["feed", "heat"]


def samples(day: int) -> pl.DataFrame:
    """A day of values a minute and a half apart; now and then the feeder says nothing, and once rubbish."""
    rng = np.random.default_rng(day)
    n = 960
    times = [START + timedelta(days=day, seconds=90 * i) for i in range(n)]
    feed = [None if rng.random() < 0.1 else f"{v:.3f}" for v in 10 + np.cumsum(rng.normal(0, 0.1, n))]
    feed[100] = "n/a"
    return pl.DataFrame({"time": [t.isoformat() for t in times], "feed": feed, "heat": 900 + rng.normal(0, 5, n)})


@dataclass
class Kiln:
    folder: object
    store: Store
    plant: Plant

    def deliver(self, name: str, frame: pl.DataFrame) -> None:
        drop(self.folder, "kiln", "measurements", name, frame)

    def truth(self, frames: list[pl.DataFrame], told) -> pl.DataFrame:
        every = pl.concat(frames).with_columns(
            pl.col("time").str.to_datetime(time_zone="UTC"), pl.col("feed").cast(pl.Float64, strict=False),
            q=pl.when(pl.col("feed") == "n/a").then(pl.lit("bad")).otherwise(pl.lit("good")),
        )  # fmt: skip
        made = unit_rows(sound(tall(every, "time", TAGS, {"feed": "q"})), WINDOW, TAGS)
        return made.filter(pl.col("t_event") - timedelta(seconds=WINDOW.dead_s) <= told)

    def units(self) -> pl.DataFrame:
        names = [f"{tag}.{s}" for tag in TAGS for s in ("mean", "sd", "slope", "min", "max", "last", "good")]
        return self.store.lake.measurements("kiln", columns=["unit_id", "t_event", *names])


@pytest.fixture
def kiln(tmp_path):
    drops = tmp_path / "drop"
    plant = Plant(
        "Kiln", stages=(KILN,), sources=(source(drops, "kiln", "measurements"), source(drops, "kiln", "labels"))
    )
    with open_store(Settings(home=tmp_path / "home"), create=True, clock=ManualClock(START)) as store:
        store.journal.plants.save(render(plant), digest(plant), "test", "", START)
        yield Kiln(drops, store, plant)


def same(a: pl.DataFrame, b: pl.DataFrame) -> bool:
    return a.sort("unit_id").equals(b.select(a.columns).sort("unit_id"))


def test_units_are_those_of_all_samples_however_they_come(kiln: Kiln):
    day = samples(0)
    newest = START + timedelta(seconds=90 * 959)
    early, late, rest = day[:300], day[300:420], day[420:]
    for name, part in (("a", early), ("c", rest), ("b", late)):  # the second part comes last
        kiln.deliver(name, part)
        assert "failed" not in ingest(kiln.store, kiln.plant).sentence
    assert same(kiln.units(), kiln.truth([day], newest))
    counts = kiln.store.lake.counts("kiln", "kiln measurements")
    assert (counts.received, counts.new) == (960, 960)
    before = kiln.store.lake.version("kiln")
    ingest(kiln.store, kiln.plant)
    assert kiln.store.lake.version("kiln") == before  # nothing came, nothing is done


def test_a_crash_between_samples_and_units_loses_nothing(kiln: Kiln, monkeypatch):
    day = samples(0)
    kiln.deliver("a", day[:500])

    def dies(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ingesting, "assemble", dies)
        with pytest.raises(KeyboardInterrupt):
            ingest(kiln.store, kiln.plant)
    assert kiln.units().is_empty()
    assert kiln.store.lake.rows_of("kiln", "kiln measurements") == 500
    ingest(kiln.store, kiln.plant)
    assert same(kiln.units(), kiln.truth([day[:500]], START + timedelta(seconds=90 * 499)))


def test_the_night_learns_from_windows(kiln: Kiln):
    for day in range(3):
        kiln.deliver(f"d{day}", samples(day))
        kiln.store.clock.moment = START + timedelta(days=day, hours=26)
        if day:
            made = kiln.units().filter(pl.col("t_event") < START + timedelta(days=day)).gather_every(3)
            drop(kiln.folder, "kiln", "labels", f"d{day}", made.select(
                "unit_id", pl.col("t_event").dt.to_string("iso:strict").alias("time"),
                (0.5 * pl.col("feed.mean")).alias("moisture")))  # fmt: skip
        run = nightly(kiln.store, kiln.plant, training="now" if day == 2 else "due")
        assert (run.status, run.numbers["failed"]) == ("done", 0), run.sentence
    champion = kiln.store.journal.models.pointers("kiln", "moisture").champion
    assert "feed.slope" in kiln.store.registry.get(champion)[1]["columns"]
    said = kiln.store.lake.predictions("kiln", characteristic="moisture")
    assert said.height == kiln.units().height
