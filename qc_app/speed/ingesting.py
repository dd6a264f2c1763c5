"""From a CSV file to the lake, against polars alone reading and writing the same data."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from data_connectors.schema import Parameter, Source, Stage
from qc_app.clock import ManualClock
from qc_app.errors import StoreError
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import Plant
from qc_app.settings import Settings
from qc_app.speed.measures import Progress, Size, Speed
from qc_app.store import open_store

_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_TARGET = 3.0
_REPEATS = 2


def ingesting(size: Size, folder: Path, progress: Progress) -> Speed:
    """Read one CSV file through connector, conform and lake, and by polars alone into Parquet; the best of two each.

    Parameters
    ----------
    size : Size
        `columns` are unit, time and parameters.
    folder : Path
        Empty; everything is written there.
    progress : callable

    Returns
    -------
    Speed
        `ratio`: the product's time over polars'.
    """
    incoming = folder / "incoming"
    incoming.mkdir()
    names = [f"p{i:02}" for i in range(size.columns - 2)]
    csv = incoming / "delivery.csv"
    progress("writing the delivery", 0, 2 * _REPEATS)
    written = _write(csv, size.rows, names)
    own, alone = [], []
    for i in range(_REPEATS):
        progress("reading with polars alone", 2 * i, 2 * _REPEATS)
        alone.append(_seconds(lambda: _polars_alone(csv, folder / "alone.parquet", names)))
        progress("reading into the lake", 2 * i + 1, 2 * _REPEATS)
        own.append(_seconds(lambda i=i: _product(incoming, folder / f"home-{i}", names, size.rows)))  # type: ignore[misc]
    ratio = min(own) / min(alone)
    return Speed(
        f"read {size.rows:,} rows x {size.columns} columns of CSV into the lake",
        {
            "product_s": min(own),
            "polars_s": min(alone),
            "rows_per_s": size.rows / min(own),
            "csv_mb": written / 1e6,
        },
        ratio,
        f"at most {_TARGET:g} x the time of polars alone",
        ratio <= _TARGET,
    )


def _write(path: Path, rows: int, names: list[str]) -> int:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({name: rng.normal(100, 10, rows).round(3) for name in names})
    moments = pl.Series(np.arange(rows) * 1_000_000 + int(_BEGAN.timestamp()) * 1_000_000).cast(pl.Datetime("us"))
    frame.select(
        pl.Series("unit_id", np.arange(rows)).cast(pl.String).str.zfill(9),
        moments.dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("time"),
        *names,
    ).write_csv(path)
    return path.stat().st_size


def _polars_alone(csv: Path, parquet: Path, names: list[str]) -> None:
    types: dict[str, type[pl.DataType]] = {"unit_id": pl.String, "time": pl.String, **dict.fromkeys(names, pl.Float64)}
    frame = pl.read_csv(csv, schema=types)
    frame.with_columns(pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC")).write_parquet(parquet)


def _product(incoming: Path, home: Path, names: list[str], rows: int) -> None:
    stage = Stage("speed", "line", "speed", tuple(Parameter(n, low=-1e6, high=1e6) for n in names), ())
    source = Source("delivery", "file_folder", "speed", settings={"path": str(incoming), "settle_s": 0.0})
    plant = Plant("Speed", stages=(stage,), sources=(source,))
    clock = ManualClock(_BEGAN + timedelta(seconds=rows + 60))
    settings = Settings(home=home, database_url=None, lake_url=None)
    with open_store(settings, create=True, clock=clock) as store:
        run = ingest(store, plant)
        stored = store.lake.counts(stage.id, source.name).new
    if stored != rows:
        raise StoreError(f"speed: {stored} of {rows} rows reached the lake ({run.sentence}) - no figure")


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
