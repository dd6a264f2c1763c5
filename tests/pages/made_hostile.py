"""Plants with names that mean harm or trouble, and one whose stage has ten thousand parameters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from data_connectors.schema import Parameter, Stage
from qc_app.plant import Plant
from tests.pages import made_plants as made
from tests.pages.made_drift import steady
from tests.pages.made_reasons import explained

#: Kind of name -> what every name of a plant is made with.
NAMES = {
    "markup": made.NASTY
    + " <script>alert(2)</script> $x^2$ :material/home: [l](javascript:alert(3)) `c` &amp; {{7*7}}",
    "long": "überlang-" * 20,
    "right to left": "מכבש חם־7 مكبس ساخن",
}
WIDE = 10_000


def named(kind: str, home: Path) -> Path:
    """A plant in which plant, stage, line, family, parameters and characteristics are all named so."""
    word = NAMES[kind]
    names = [f"{n} {word}" for n in range(8)]
    of = made.stage("rolling-1")
    parameters = tuple(replace(p, name=_cut(names[n])) for n, p in enumerate(of.parameters))
    what = tuple(replace(c, name=_cut(names[6 + n])) for n, c in enumerate(of.characteristics))
    stage = Stage(_cut(word), _cut(word), _cut(word), parameters, what)
    plant = made.plant_of((stage,), _cut(word))
    with made.founded(home, plant) as store:
        made.fill(store, plant, stage, 1)
        explained(store, stage, what[0])
        steady(store, plant)
        store.journal.alarms.raise_("drift", stage.id, what[0].name, "high", word, word, made.NOW)
        store.journal.events.add(made.Event(stage.id, made.NOW - timedelta(days=1), "note", word, word))
    return home


def wide(home: Path) -> Path:
    """One stage of ten thousand parameters, with forty units."""
    stage = Stage("wide", "L", "wide", tuple(Parameter(f"p{n:05}") for n in range(WIDE)), (made.THICKNESS,))
    plant = made.plant_of((stage,))
    with made.founded(home, plant) as store:
        units = [f"W-{n}" for n in range(40)]
        times = [made.NOW - timedelta(hours=40 - n) for n in range(40)]
        values = np.random.default_rng(3).normal(size=(40, WIDE))
        frame = pl.DataFrame(
            {"unit_id": units, "t_event": times, "t_source": times, "t_ingest": times}
            | {
                "source": ["wide files"] * 40,
                "quality": ["good"] * 40,
                "row_hash": pl.Series(range(40), dtype=pl.UInt64),
            }
            | {p.name: values[:, n] for n, p in enumerate(stage.parameters)}
        ).with_columns(pl.col("t_event", "t_source", "t_ingest").cast(pl.Datetime("us", "UTC")))
        store.lake.commit(stage, "wide files", frame, "all", 40, 0)
        said = {"mean": [2.5] * 40, "lower": [2.45] * 40, "upper": [2.55] * 40, "level": [0.9] * 40}
        store.lake.append_predictions(stage.id, pl.DataFrame(
            {"unit_id": units, "t_event": times, "characteristic": ["thickness"] * 40, **said}
            | {"anomaly": [0.1] * 40, "in_domain": [True] * 40, "tier": ["champion"] * 40, "model_id": ["m"] * 40}
            | {"t_predicted": times}
        ).with_columns(pl.col("t_event", "t_predicted").cast(pl.Datetime("us", "UTC"))))  # fmt: skip
    return home


def no_stage(home: Path) -> Path:
    made.founded(home, Plant("New works", zone=made.ZONE)).close()
    return home


def _cut(name: str) -> str:
    return name[:200].strip()
