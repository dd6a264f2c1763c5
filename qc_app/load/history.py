"""A large plant with a past, made at once: what ninety days of nights leave behind, for pages to read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from data_connectors.rows.row_hash import row_hash
from data_connectors.schema import Characteristic, Parameter, Stage
from qc_app.access import Actor
from qc_app.actions import apply_plant
from qc_app.load.making import QUALITY
from qc_app.plant import Plant, render
from qc_app.records import Label, Latest
from qc_app.settings import Settings
from qc_app.store import Store, conservation, open_store

PARAMETERS = 20
UNITS_A_DAY = 144
LABELLED = 50
ALARMED = 10
#: So many stages have rows; the others have all that a night writes about them.
WITH_ROWS = 10
_OF_QUALITY = ("adapt", "judge", "predict", "choose", "foresee", "explain")
_STEPS = ("monitor", *(f"{job} {QUALITY}" for job in _OF_QUALITY), "report")
_ACTOR = Actor("bench", "administrator")


def made(home: Path, stages: int, days: int) -> Plant:
    """Make the plant and its past, up to now.

    Parameters
    ----------
    home : Path
        New.
    stages, days : int

    Returns
    -------
    Plant
    """
    plant = Plant("Pages", stages=tuple(_stage(i) for i in range(stages)))
    now = datetime.now(UTC)
    with open_store(Settings(home=home, database_url=None, lake_url=None), create=True) as store:
        apply_plant(store, _ACTOR, render(plant), "bench", "the pages bench")
        rng = np.random.default_rng(0)
        store.journal.latest.put([Latest(s.id, QUALITY, now, _newest(rng, now)) for s in plant.stages])
        for stage in plant.stages[::ALARMED]:
            store.journal.alarms.raise_("drift", stage.id, QUALITY, "medium", "p000 has shifted.", "Look at it.", now)
        for stage in plant.stages[:WITH_ROWS]:
            _rows(store, stage, days, now, rng)
    _nights(home / "journal.sqlite", plant, days, now)
    return plant


def _stage(i: int) -> Stage:
    parameters = tuple(Parameter(f"p{j:03}", "mm") for j in range(PARAMETERS))
    quality = Characteristic(QUALITY, "mm", lower=9.0, target=10.0, upper=11.0)
    return Stage(f"stage-{i:04}", f"line-{i % 20:02}", f"family-{i % 7}", parameters, (quality,))


def _newest(rng: np.random.Generator, now: datetime) -> dict[str, object]:
    spark = [round(float(v), 3) for v in rng.normal(10, 0.2, 60)]
    named = {"drift": "none", "drift_sentence": "", "state": "ok", "state_sentence": "nothing abnormal", "spark": spark}
    counts = {"units": 13_000, "labels": 260, "labels_owed": 3, "n_labels": 260, "share_out": 0.01, "stable": True}
    figures = {
        "index": "Cpk",
        "index_value": 1.4,
        "index_lower": 1.2,
        "index_upper": 1.6,
        "nrmse": 0.5,
        "coverage": 0.91,
        "tier": "champion",
    }
    moments = dict.fromkeys(("last_unit_at", "last_label_at", "model_at"), now.isoformat())
    return {**named, **counts, **figures, **moments, "model_id": "0123456789abcdef"}


def _rows(store: Store, stage: Stage, days: int, now: datetime, rng: np.random.Generator) -> None:
    """Store units, predictions and results of one stage."""
    n = days * UNITS_A_DAY
    begin, step = now - timedelta(days=days), timedelta(days=1) / UNITS_A_DAY
    moments = pl.Series([begin + k * step for k in range(n)], dtype=pl.Datetime("us", "UTC"))
    units = pl.Series("unit_id", [f"{stage.id}-{k:06}" for k in range(n)])
    values = rng.normal(100.0, 10.0, (n, len(stage.parameters)))
    rows = pl.DataFrame([units, moments.alias("t_event")]).with_columns(
        pl.Series(p.name, values[:, j]) for j, p in enumerate(stage.parameters)
    )
    rows = rows.with_columns(t_ingest="t_event", row_hash=row_hash(rows))
    conservation.book(store, store.lake.commit(stage, "made", rows, "1", n, 0))
    mean = 10.0 + 0.02 * (values[:, 0] - 100.0)
    said = pl.DataFrame([units, moments.alias("t_event")]).with_columns(
        pl.lit(QUALITY).alias("characteristic"),
        pl.Series("mean", mean),
        pl.Series("lower", mean - 0.4),
        pl.Series("upper", mean + 0.4),
        pl.lit(0.9).alias("level"),
        pl.Series("anomaly", rng.random(n)),
        pl.lit(value=True).alias("in_domain"),
        pl.lit("champion").alias("tier"),
        pl.lit("0123456789abcdef").alias("model_id"),
        pl.col("t_event").alias("t_predicted"),
    )
    store.lake.append_predictions(stage.id, said)
    labels = [
        Label(stage.id, QUALITY, units[k], float(mean[k]), moments[k], moments[k] + timedelta(hours=6), "made")
        for k in range(0, n, LABELLED)
    ]
    store.journal.labels.commit(stage.id, "made", labels, "1", len(labels), 0, now)


def _nights(journal: Path, plant: Plant, days: int, now: datetime) -> None:
    """Write the runs of past nights straight into the journal's file: a night writes them one by one."""
    with sqlite3.connect(journal) as connection:
        connection.executemany(
            "INSERT INTO runs (job, stage, plant_day, status, started, ended, sentence, numbers, repeats)"
            " VALUES (?, ?, ?, 'done', ?, ?, 'nothing abnormal', '{\"units\": 144, \"predicted\": 144}', 0)",
            _runs(plant, days, now),
        )
    connection.close()


def _runs(plant: Plant, days: int, now: datetime) -> Iterator[tuple[str, str, str, int, int]]:
    for back in range(days, 0, -1):
        at = now - timedelta(days=back)
        micros = int(at.timestamp() * 1e6)
        yield "night", "", at.date().isoformat(), micros, micros + 3_600_000_000
        for stage in plant.stages:
            for job in _STEPS:
                yield job, stage.id, at.date().isoformat(), micros, micros + 1_000_000
