"""Predictions in the lake: every one ever made is kept, the newest of a unit is the one that is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from qc_app.errors import StoreError
from qc_app.records import PREDICTION_COLUMNS
from qc_app.store.lake.reading import Window, read
from qc_app.store.lake.table import SEQ, Table

_TIME = pl.Datetime("us", "UTC")
_STORED: dict[str, pl.DataType] = {"unit_id": pl.String(), "t_event": _TIME, SEQ: pl.Int64(), **PREDICTION_COLUMNS}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which predictions to read; None: any."""

    characteristic: str | None = None
    unit_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    last: int | None = None
    history: bool = False


def append(table: Table, frame: pl.DataFrame, stage_id: str) -> None:
    """Append predictions in one commit.

    Raises
    ------
    StoreError
        If a unit, time or characteristic is missing, a column is unknown, or the disk refuses.
    """
    unknown = sorted(set(frame.columns) - set(PREDICTION_COLUMNS))
    lacking = [c for c in ("unit_id", "t_event", "characteristic") if c not in frame.columns or frame[c].null_count()]
    if unknown or lacking:
        raise StoreError(
            f"predictions of stage {stage_id!r}: unknown columns {unknown}, missing {lacking}"
            f" - needs {list(PREDICTION_COLUMNS)}"
        )
    base = table.ensure(_STORED)
    number = pl.int_range(frame.height, dtype=pl.Int64) + ((base.version + 1) << 32)
    filled = [
        (pl.col(c) if c in frame.columns else pl.lit(None).alias(c)).cast(d) for c, d in PREDICTION_COLUMNS.items()
    ]
    rows = frame.select(*filled, number.alias(SEQ)).select(list(_STORED)).sort("t_event", maintain_order=True)
    table.append(base, rows)


def select(table: Table, asked: Asked) -> pl.DataFrame:
    """Return the predictions asked for, sorted by event time."""
    base = table.snapshot()
    if base is None:
        return pl.DataFrame(schema=PREDICTION_COLUMNS)
    wanted = {"characteristic": asked.characteristic, "unit_id": asked.unit_id}
    tests = [pl.col(name) == value for name, value in wanted.items() if value is not None]
    where = pl.all_horizontal(tests) if tests else None
    identity = ("unit_id", "characteristic")
    window = Window(identity, asked.since, asked.until, None, asked.last, asked.history, where)
    return read(base, window, list(PREDICTION_COLUMNS))
