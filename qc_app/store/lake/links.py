"""From what units were made: append-only like all of the lake; what is withdrawn stays on record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl

from data_connectors.base import LINK_COLUMNS
from qc_app.errors import StoreError
from qc_app.store.lake.reading import Window, read
from qc_app.store.lake.table import SEQ, Snapshot, Table

_TIME = pl.Datetime("us", "UTC")
_IDENTITY = ("unit_id", "parent_stage", "parent")
#: `t_event` and `t_ingest` are both the moment at which the link became known.
_STORED: dict[str, pl.DataType] = {
    "unit_id": pl.String(), "t_event": _TIME, "t_ingest": _TIME, SEQ: pl.Int64(),
    "parent_stage": pl.String(), "parent": pl.String(), "share": pl.Float64(),
    "source": pl.String(), "withdrawn": pl.Boolean(),
}  # fmt: skip
READ = pl.Schema({**LINK_COLUMNS, "source": pl.String, "t_known": _TIME})


def append(table: Table, links: pl.DataFrame, source: str, at: datetime, *, whole: bool, withdrawn: bool) -> int:
    """Append what is new of `links`, and return how many links changed.

    Parameters
    ----------
    table : Table
    links : polars.DataFrame
        Columns of `LINK_COLUMNS`.
    source : str
        Who says so.
    at : datetime
        When it became known, aware.
    whole : bool
        The delivery tells all parents of its units at the stages it names: what `source` said before is withdrawn.
    withdrawn : bool
        These links are no longer true.

    Raises
    ------
    StoreError
        If a unit or a parent is missing.
    """
    if links.select(pl.any_horizontal(pl.col(_IDENTITY).is_null()).any()).item():
        raise StoreError(f"links of source {source!r} lack a unit, a stage or a parent - complete them before storing")
    base = table.ensure(_STORED)
    stored = _latest(base, links["unit_id"].unique().to_list(), None)
    told = links.unique(_IDENTITY, keep="last", maintain_order=True).with_columns(
        source=pl.lit(source), withdrawn=pl.lit(withdrawn)
    )
    told = pl.concat([told, _dropped(stored, told, source)]) if whole else told
    known = stored.select(*_IDENTITY, "share", "withdrawn")
    fresh = told.join(known, on=[*_IDENTITY, "share", "withdrawn"], how="anti", nulls_equal=True)
    nothing = fresh.filter(pl.col("withdrawn")).join(known, on=_IDENTITY, how="anti")  # was never said
    fresh = fresh.join(nothing, on=_IDENTITY, how="anti")
    if fresh.height:
        number = pl.int_range(fresh.height, dtype=pl.Int64) + ((base.version + 1) << 32)
        moment = pl.lit(at).cast(_TIME)
        rows = fresh.with_columns(number.alias(SEQ), moment.alias("t_event"), moment.alias("t_ingest"))
        table.append(base, rows.select(list(_STORED)))
    return fresh.height


def select(
    table: Table,
    units: Collection[str] | None,
    parents: Collection[str] | None,
    parent_stage: str | None,
    known_at: datetime | None,
) -> pl.DataFrame:
    """Return the links that hold, columns of `READ`, by unit."""
    base = table.snapshot()
    if base is None:
        return pl.DataFrame(schema=READ)
    tests = [pl.col("parent").is_in(list(parents))] if parents is not None else []
    tests += [pl.col("parent_stage") == parent_stage] if parent_stage is not None else []
    found = _latest(base, units, known_at, pl.all_horizontal(tests) if tests else None)
    held = found.filter(~pl.col("withdrawn")).rename({"t_ingest": "t_known"})
    return held.select(READ.names()).sort("unit_id", "parent_stage", "parent")


def _latest(
    base: Snapshot, units: Collection[str] | None, known_at: datetime | None, where: pl.Expr | None = None
) -> pl.DataFrame:
    """Return the last that was said of each link, withdrawn or not."""
    mine = pl.col("unit_id").is_in(list(units)) if units is not None else pl.lit(value=True)
    window = Window(_IDENTITY, known_at=known_at, where=mine if where is None else mine & where)
    return read(base, window, [*_IDENTITY, "share", "source", "withdrawn", "t_ingest"])


def _dropped(stored: pl.DataFrame, told: pl.DataFrame, source: str) -> pl.DataFrame:
    """Return what the source said before of the same units and stages and says no more."""
    before = stored.filter((pl.col("source") == source) & ~pl.col("withdrawn"))
    asked = before.join(told.select("unit_id", "parent_stage").unique(), on=["unit_id", "parent_stage"], how="semi")
    gone = asked.join(told, on=_IDENTITY, how="anti").with_columns(withdrawn=pl.lit(value=True))
    return gone.select(told.columns)
