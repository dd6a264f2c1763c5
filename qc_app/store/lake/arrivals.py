"""What is new in a delivery: duplicates out, revisions counted, rows in the shape of the table."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from data_connectors.base import MEASUREMENT_COLUMNS, OPTIONAL_COLUMNS
from qc_app.errors import StoreError
from qc_app.records import Counts
from qc_app.store.lake.table import SEQ, Snapshot

_REQUIRED = ("unit_id", "t_event", "t_ingest", "row_hash")
_TIME = pl.Datetime("us", "UTC")


def stored_columns(parameters: Sequence[str]) -> dict[str, pl.DataType]:
    """Return the columns of a measurement table: a row's own, the order of arrival, then the parameters.

    Delta has no unsigned integers, so a row's hash is stored as the signed number of the same bits.
    """
    own: dict[str, pl.DataType] = {}
    for name, dtype in (MEASUREMENT_COLUMNS | OPTIONAL_COLUMNS).items():
        own[name] = pl.Int64() if name == "row_hash" else _instance(dtype)
        if name == "t_ingest":
            own[SEQ] = pl.Int64()
    return own | {name: pl.Float64() for name in parameters}


def empty(columns: Sequence[str]) -> pl.DataFrame:
    """Return no rows of the given columns, of a stage that has no table yet."""
    shape = stored_columns(())
    return pl.DataFrame(schema={name: shape[name] for name in columns})


def shaped(rows: pl.DataFrame, source: str, parameters: Sequence[str], stage: str) -> pl.DataFrame:
    """Return `rows` with exactly the stored columns but the order of arrival; a NaN is no value.

    Raises
    ------
    StoreError
        If a row has no unit, time or hash, or a column is of the wrong type.
    """
    columns = {name: dtype for name, dtype in stored_columns(parameters).items() if name != SEQ}
    missing = [name for name in _REQUIRED if name not in rows.columns or rows[name].null_count()]
    if missing and (rows.height or rows.width):
        raise StoreError(
            f"rows of source {source!r} for stage {stage!r} lack {', '.join(missing)} - conform them before storing"
        )
    if not rows.height:
        return pl.DataFrame(schema=columns)
    hashed = rows.with_columns(_signed(rows["row_hash"]), pl.lit(source).alias("source"))
    picked = [
        (pl.col(name) if name in hashed.columns else pl.lit(None).alias(name)).cast(dtype)
        for name, dtype in columns.items()
    ]
    return hashed.select(picked).with_columns(pl.col(pl.Float64).fill_nan(None))


def fresh(rows: pl.DataFrame, stored: Snapshot, source: str) -> tuple[pl.DataFrame, int, int]:
    """Return the rows not yet stored in order of delivery, and how many of them are new units and revisions.

    A row is a duplicate if the same content of the same unit came from the same source before, at any time.
    """
    if not rows.height:
        return rows, 0, 0
    low, high = rows["unit_id"].min(), rows["unit_id"].max()
    files = stored.overlapping("unit_id", low, high)
    known = (
        stored.scan(files)
        .filter(pl.col("unit_id").is_between(pl.lit(low), pl.lit(high)), pl.col("source") == source)
        .select("unit_id", "row_hash")
        .collect()
    )
    first = rows["unit_id"].is_first_distinct()
    once = rows if first.all() else rows.unique(["unit_id", "row_hash"], keep="first", maintain_order=True)
    left = once.join(known, on=["unit_id", "row_hash"], how="anti", maintain_order="left") if known.height else once
    first = first if left is rows else left["unit_id"].is_first_distinct()
    if known.height:
        first &= ~left["unit_id"].is_in(known["unit_id"].unique().implode())
    new = int(first.sum())
    return left, new, left.height - new


def arranged(rows: pl.DataFrame, version: int) -> pl.DataFrame:
    """Return `rows` numbered in order of arrival and sorted by event time, so that files cover narrow spans."""
    numbered = rows.with_columns((pl.int_range(rows.height, dtype=pl.Int64) + (version << 32)).alias(SEQ))
    ordered = [*rows.columns[:4], SEQ, *rows.columns[4:]]
    placed = numbered.select(ordered)
    return placed if rows["t_event"].is_sorted() else placed.sort("t_event", maintain_order=True)


def counted(
    where: str, *, received: int, delivered: int, new: int, revisions: int, quarantined: int, dropped: int = 0
) -> Counts:
    """Return the counts of a commit.

    Raises
    ------
    StoreError
        If a received record is neither among the rows, nor in quarantine, nor dropped: it would be lost in silence.
    """
    counts = Counts(received, new, revisions, delivered - new - revisions, quarantined, dropped)
    if not counts.balanced:
        raise StoreError(
            f"{where}: received {received}, but {delivered} rows, {quarantined} quarantined and {dropped} dropped -"
            " every record must be in one of them"
        )
    return counts


def _signed(hashes: pl.Series) -> pl.Series:
    return hashes.reinterpret(signed=True) if hashes.dtype == pl.UInt64 else hashes.cast(pl.Int64)


def _instance(dtype: object) -> pl.DataType:
    if dtype == pl.Boolean:
        return pl.Boolean()
    return _TIME if dtype == _TIME else pl.String()
