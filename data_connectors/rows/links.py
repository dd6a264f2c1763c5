"""From which units of stages further up a unit was made, as a source's own columns say."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from data_connectors.base import LINK_COLUMNS
from data_connectors.names import normal
from data_connectors.rows.unit_ids import unit_ids

#: Between two parents in one cell.
SEPARATOR = ";"


def links_of(frame: pl.DataFrame, unit_column: str, parents: Mapping[str, str]) -> pl.DataFrame:
    """Read the parents of the units in a delivery.

    Parameters
    ----------
    frame : polars.DataFrame
        As delivered, with the column of the unit and those of its parents.
    unit_column : str
    parents : mapping of str to str
        Stage -> column; a cell may name several parents, with a semicolon between them, which share alike.

    Returns
    -------
    polars.DataFrame
        Columns of `LINK_COLUMNS`, one row a parent; a unit without an id or a parent has none. Where a unit comes
        twice the later row says who its parents are.

    Examples
    --------
    >>> frame = pl.DataFrame({"coil": ["C1", "C2"], "slabs": ["S1; S2", ""]})
    >>> links_of(frame, "coil", {"casting-1": "slabs"}).rows()
    [('C1', 'casting-1', 'S1', 0.5), ('C1', 'casting-1', 'S2', 0.5)]
    """
    units = unit_ids(frame[normal(unit_column)])
    parts = [_of_stage(units, frame[normal(column)], stage) for stage, column in parents.items()]
    return pl.concat(parts) if parts else pl.DataFrame(schema=LINK_COLUMNS)


def _of_stage(units: pl.DataFrame, told: pl.Series, stage: str) -> pl.DataFrame:
    named = told.cast(pl.Int64, strict=False) if _whole(told) else told
    cells = pl.DataFrame({"unit_id": units["unit_id"], "cell": named.cast(pl.String)})
    usable = cells.filter(units["reason"].is_null()).unique("unit_id", keep="last", maintain_order=True)
    split = usable.with_columns(pl.col("cell").str.split(SEPARATOR)).explode("cell")
    parent = unit_ids(split["cell"])
    sound = split.select("unit_id", parent=parent["unit_id"]).filter(parent["reason"].is_null())
    once = sound.unique(maintain_order=True)
    return once.select(
        "unit_id",
        pl.lit(stage).alias("parent_stage"),
        "parent",
        (1.0 / pl.len().over("unit_id")).alias("share"),
    ).cast(pl.Schema(LINK_COLUMNS))  # fmt: skip


def _whole(told: pl.Series) -> bool:
    """Tell ids that a spreadsheet stores as floats."""
    return told.dtype.is_float() and bool((told.drop_nulls() == told.drop_nulls().floor()).all())
