"""Columns of sources: what came, what is missing, and what waits for somebody's word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from data_connectors.schema import Source
from qc_app.language import figures_of, tr
from qc_app.records import SourceColumn
from qc_app.store import Store
from qc_app.views.data.words import changes, column_words, delivery_words

_TIME = pl.Datetime("us", "UTC")
_PROPOSALS: dict[str, Any] = {
    "id": pl.Int64, "at": _TIME, "stage": pl.String, "source": pl.String, "kind": pl.String, "column": pl.String,
    "name": pl.String, "unit": pl.String, "sentence": pl.String,
}  # fmt: skip
_COLUMNS: dict[str, Any] = {
    "stage": pl.String, "source": pl.String, "column": pl.String, "state": pl.String, "usually": pl.String,
    "first_seen": _TIME, "last_seen": _TIME, "missing_since": _TIME,
}  # fmt: skip


def proposals_table(store: Store, sources: Sequence[Source]) -> pl.DataFrame:
    """Return the changes of columns that wait for somebody's word, the newest first."""
    names = {source.name for source in sources}
    found = [p for p in store.journal.schemas.proposals() if p.source in names]
    rows = [
        (
            p.id,
            p.at,
            p.stage,
            p.source,
            p.kind,
            p.column,
            p.name,
            p.detail.get("unit", ""),
            delivery_words(p.sentence),
        )
        for p in reversed(found)
    ]
    return pl.DataFrame(rows, schema=_PROPOSALS, orient="row").with_columns(changes())


def columns_table(store: Store, sources: Sequence[Source]) -> pl.DataFrame:
    """Return every column that these sources ever brought; those that are missing first, then those nobody declared."""
    names = {source.name for source in sources}
    found = [c for c in store.journal.schemas.columns() if c.source in names]
    found.sort(key=lambda c: (c.missing_since is None, c.state == "declared", c.source, c.name))
    rows = [
        (c.stage, c.source, c.name, c.state, _usually(c), c.first_seen, c.last_seen, c.missing_since) for c in found
    ]
    return pl.DataFrame(rows, schema=_COLUMNS, orient="row").with_columns(column_words())


def _usually(column: SourceColumn) -> str:
    if not column.n:
        return tr("no numbers")
    lower, upper = (figures_of(f"{value:.4g}") for value in (column.low, column.high))
    return tr("{lower} to {upper}", lower=lower, upper=upper)
