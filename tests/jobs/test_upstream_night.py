"""The night with values of a stage further up: adapts, predicts and explains with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data_connectors.schema import Feed, Parameter, Stage
from qc_app.clock import ManualClock
from qc_app.jobs.nightly import nightly
from qc_app.plant import Plant, digest, render
from qc_app.settings import Settings
from qc_app.store import open_store

from .conftest import NIGHT, PER_DAY, START, drop, source, stage

NIGHTS = 5


def plant_of(folder: Path, takes: tuple[str, ...]) -> Plant:
    melt = Stage("melt", "A", "melt", (Parameter("heat", "degC"),), ())
    press = replace(stage("press", upper=None), upstream=("melt",), fed_by=(Feed("melt", takes),) if takes else ())
    sources = [source(folder, s, "measurements") for s in ("melt", "press")] + [source(folder, "press", "labels")]
    parents = replace(sources[1], parents={"melt": "melt"})
    return Plant("Line", stages=(melt, press), sources=(sources[0], parents, sources[2]))


def day_of(day: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A day of melts and of what was pressed of them: the width follows the heat far more than the force."""
    rng = np.random.default_rng(day)
    heat, force = rng.normal(1500, 10, PER_DAY), rng.normal(10, 1, PER_DAY)
    times = [START + timedelta(days=day, minutes=30 * i) for i in range(PER_DAY)]
    melts = pl.DataFrame({"unit_id": [f"M{day}-{i}" for i in range(PER_DAY)], "time": [t.isoformat() for t in times],
                          "heat": heat})  # fmt: skip
    pressed = pl.DataFrame(
        {
            "unit_id": [f"P{day}-{i}" for i in range(PER_DAY)],
            "time": [(t + timedelta(hours=1)).isoformat() for t in times],
            "force": force,
            "temp": rng.normal(50, 2, PER_DAY),
            "melt": melts["unit_id"],
            "width": 10 + 0.2 * (heat - 1500) + 0.1 * (force - 10) + rng.normal(0, 0.1, PER_DAY),
        }
    )
    return melts, pressed


def played(folder: Path, takes: tuple[str, ...]):
    """Return explanations and errors of what was predicted before the results came, after some nights."""
    plant = plant_of(folder / "drop", takes)
    with open_store(Settings(home=folder / "home"), create=True, clock=ManualClock(START)) as store:
        store.journal.plants.save(render(plant), digest(plant), "test", "", START)
        for day in range(NIGHTS):
            melts, pressed = day_of(day)
            drop(folder / "drop", "melt", "measurements", f"d{day}", melts)
            drop(folder / "drop", "press", "measurements", f"d{day}", pressed.drop("width"))
            if day:
                known = day_of(day - 1)[1].gather_every(2).select("unit_id", "time", "width")
                drop(folder / "drop", "press", "labels", f"d{day}", known)
            store.clock.moment = START + timedelta(days=day) + NIGHT
            run = nightly(store, plant, training="now" if day == 2 else "due")
            assert run.status == "done", run.sentence
            assert run.numbers["failed"] == 0, run.sentence
        champion = store.journal.models.pointers("press", "width").champion
        columns = store.registry.get(champion)[1]["columns"]
        said = store.lake.predictions("press", characteristic="width").filter(
            pl.col("t_event") >= START + timedelta(days=NIGHTS - 1)
        )
        truth = day_of(NIGHTS - 1)[1].select("unit_id", "width")
        pairs = said.join(truth, on="unit_id")
        error = float((pairs["mean"] - pairs["width"]).abs().mean())
        return columns, error, store.journal.explanations.list("press", "width")


@pytest.mark.slow
def test_nights_adapt_predict_and_explain_with_what_comes_down_the_line(tmp_path):
    with_columns, with_error, explained = played(tmp_path / "with", ("parameters",))
    without_columns, without_error, _ = played(tmp_path / "without", ())
    assert with_columns == ["force", "temp", "melt.heat"]
    assert without_columns == ["force", "temp"]
    assert with_error < 0.5 * without_error
    assert explained
    assert all(e.content["parts"][0]["name"] == "melt.heat" for e in explained[-3:])
