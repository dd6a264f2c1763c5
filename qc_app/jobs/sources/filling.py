"""Rows that tell a unit in part: what the store has of it stands where they say nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl

from data_connectors.base import Conformed
from data_connectors.schema import Source, Stage
from qc_app.store import Store


def completed(store: Store, source: Source, stage: Stage, made: Conformed, units: Collection[str]) -> Conformed:
    """Return what was conformed with some units completed by what is stored of them, which stays as it is.

    Parameters
    ----------
    store : Store
    source : Source
        Only what it told itself counts.
    stage : Stage
    made : Conformed
        Of measurements.
    units : collection of str
    """
    mine = made.rows["unit_id"].is_in(list(units))
    part = made.rows.filter(mine)
    if not part.height:
        return made
    moments: list[datetime] = part["t_event"].sort().to_list()
    there = store.lake.measurements(stage.id, since=moments[0], until=moments[-1])
    there = there.filter((pl.col("source") == source.name) & pl.col("unit_id").is_in(part["unit_id"].implode()))
    whole = filled(part, there, [p.name for p in stage.parameters], told=False)
    return replace(made, rows=pl.concat([made.rows.filter(~mine), whole]))


def filled(rows: pl.DataFrame, before: pl.DataFrame, parameters: Sequence[str], *, told: bool = True) -> pl.DataFrame:
    """Return rows in which a value that the source does not tell any more stands as it is stored.

    A row that then says nothing else than the stored one is the stored one, and counts as a duplicate: a history may
    hold fewer tags than were heard.

    Parameters
    ----------
    rows, before : polars.DataFrame
        Conformed rows, and what is stored of the same units (one row a unit).
    parameters : sequence of str
    told : bool
        Where both are there: whether what is told now stands, or what is stored.

    Examples
    --------
    >>> names = ["unit_id", "t_event", "row_hash", "x", "y"]
    >>> came = pl.DataFrame([("A", 1, 7, 1.0, None), ("B", 2, 8, 2.0, 3.0)], schema=names, orient="row")
    >>> held = pl.DataFrame([("A", 1, 5, 1.0, 9.0)], schema=names, orient="row")
    >>> filled(came, held, ["x", "y"]).rows()
    [('A', 1, 5, 1.0, 9.0), ('B', 2, 8, 2.0, 3.0)]
    """
    both = [name for name in parameters if name in rows.columns and name in before.columns]
    if not rows.height or not before.height or not both:
        return rows
    old = before.select("unit_id", *(pl.col(name).alias(f"{name} before") for name in ("t_event", "row_hash", *both)))
    joined = rows.join(old, on="unit_id", how="left", maintain_order="left")
    order = [(name, f"{name} before") if told else (f"{name} before", name) for name in both]
    values = [pl.coalesce(*pair).alias(name) for pair, name in zip(order, both, strict=True)]
    same = [value.eq_missing(pl.col(f"{name} before")) for value, name in zip(values, both, strict=True)]
    repeats = pl.all_horizontal(pl.col("t_event") == pl.col("t_event before"), *same).fill_null(value=False)
    hashed = pl.when(repeats).then("row_hash before").otherwise("row_hash").alias("row_hash")
    return joined.with_columns(hashed, *values).select(rows.columns)
