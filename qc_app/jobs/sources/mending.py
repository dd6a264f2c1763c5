"""After somebody's word on a changed column: its history is joined, or what was held back is let go."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl

from data_connectors.base import Conformed
from data_connectors.rows.row_hash import row_hash
from data_connectors.rows.treatment import HELD
from data_connectors.rows.units import convert
from data_connectors.rows.values import Reading, numbers
from data_connectors.schema import Parameter, Source, Stage
from qc_app.jobs.refresh import feeds, follow
from qc_app.jobs.sources.columns import widened
from qc_app.jobs.sources.ingest import checkpoint, stored
from qc_app.jobs.step import Permit, Result, always
from qc_app.plant import Plant
from qc_app.records import Proposal
from qc_app.store import Store


def mended(store: Store, plant: Plant, number: int, permit: Permit = always) -> Result:
    """Store the rows again, as revisions, as they are after an answered proposal; nothing that was known is lost.

    Parameters
    ----------
    store : Store
    plant : Plant
        As it is defined since the answer.
    number : int
        Of the proposal; an accepted ``renamed``, or an answered ``unit_changed``.
    permit : callable
        Raises if another scheduler leads now.

    Returns
    -------
    Result
        How many rows got their values.
    """
    proposal = store.journal.schemas.proposal(number)
    stage = plant.stage(proposal.stage)
    source = next(s for s in plant.sources if s.name == proposal.source)
    rows = store.lake.measurements(stage.id).filter(pl.col("source") == source.name)
    rows = (
        _joined(rows, proposal, stage, source) if proposal.kind == "renamed" else _freed(rows, proposal, stage, source)
    )
    permit()
    after = checkpoint(store, source)
    if rows.is_empty() or after is None:
        return Result(f"no row of {stage.id!r} waited for this", {"mended": 0})
    rows = _hashed(rows.with_columns(t_ingest=pl.lit(store.clock.now()).dt.convert_time_zone("UTC")))
    made = Conformed(rows, (), rows.height)
    counts = stored(store, source, widened(stage, rows), made, after)
    predicted, _ = follow(store, plant, feeds(plant, {source.name}), permit=permit)
    words = f"{counts.revisions + counts.new} rows of {stage.id!r} have their {proposal.name}"
    return Result(words + (f"; {predicted} predictions" if predicted else ""), {"mended": rows.height})


def _joined(rows: pl.DataFrame, proposal: Proposal, stage: Stage, source: Source) -> pl.DataFrame:
    """Return the rows that came under the new name, with their values under the old one."""
    if not {proposal.column, proposal.name} <= set(rows.columns):
        return rows.clear()
    rows = rows.filter(pl.col(proposal.name).is_null() & pl.col(proposal.column).is_not_null())
    parameter = _parameter(stage, proposal.name)
    values = _converted(rows[proposal.column], source.units.get(parameter.name, parameter.unit), parameter)
    return rows.with_columns(values, pl.lit(None, pl.Float64).alias(proposal.column))


def _freed(rows: pl.DataFrame, proposal: Proposal, stage: Stage, source: Source) -> pl.DataFrame:
    """Return the rows whose value was held back, with the value as the source's unit of today makes it."""
    parameter = _parameter(stage, proposal.name)
    sign = f'{json.dumps(parameter.name, ensure_ascii=False)}: ["bad", "{HELD}"'
    rows = rows.filter(pl.col("quality").str.contains(sign, literal=True))
    notes = [json.loads(text) for text in rows["quality"]]
    raw = pl.DataFrame({"raw": [note[parameter.name][2] for note in notes]}, schema={"raw": pl.String})
    delivered = source.units.get(parameter.name, parameter.unit)
    read = numbers(raw, [Reading("raw", "raw")], source.decimal)[0].values
    left = [{name: said for name, said in note.items() if name != parameter.name} for note in notes]
    quality = [json.dumps(note, ensure_ascii=False) if note else None for note in left]
    return rows.with_columns(_converted(read, delivered, parameter), pl.Series("quality", quality, dtype=pl.String))


def _parameter(stage: Stage, name: str) -> Parameter:
    return next(p for p in stage.parameters if p.name == name)


def _converted(values: pl.Series, delivered: str, parameter: Parameter) -> pl.Series:
    """Return values in the plant's unit; what is physically impossible is no value."""
    plain = values.cast(pl.Float64).fill_null(np.nan).to_numpy()
    found = pl.Series(parameter.name, convert(plain, delivered, parameter.unit, f"parameter {parameter.name!r}"))
    low = found < parameter.low if parameter.low is not None else None
    high = found > parameter.high if parameter.high is not None else None
    for impossible in (low, high):
        found = found.set(impossible, None) if impossible is not None else found
    return found.fill_nan(None)


def _hashed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the hash that the same content has when it is conformed."""
    said: list[Any] = ["unit_id", "t_source", "quality", *(c.name for c in rows if c.dtype == pl.Float64)]
    return rows.with_columns(row_hash(rows.select(said)))
