"""Books: what became of every record, by source and hour of arrival."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import polars as pl

from data_connectors.schema import Source
from qc_app.store import Store

_COUNTS = ("received", "new", "revisions", "duplicates", "quarantined", "dropped")
_SCHEMA: dict[str, Any] = {
    "hour": pl.Datetime("us", "UTC"),
    "stage": pl.String,
    "source": pl.String,
    **dict.fromkeys(_COUNTS, pl.Int64),
    "balanced": pl.Boolean,
}


def books_table(store: Store, sources: Sequence[Source], hours: int = 48) -> pl.DataFrame:
    """Return the books of some sources, one row a source and hour in which something came, the newest first.

    Parameters
    ----------
    store : Store
    sources : sequence of Source
    hours : int
        How far to look back.

    Returns
    -------
    polars.DataFrame
        hour (UTC, when records arrived), stage, source, received, new, revisions, duplicates, quarantined, dropped,
        balanced.
    """
    wanted = {(source.stage, source.name) for source in sources}
    since = store.clock.now() - timedelta(hours=hours)
    rows = [
        (b.hour, b.stage, b.source, *(getattr(b.counts, name) for name in _COUNTS), b.counts.balanced)
        for b in store.journal.books.hours(since=since)
        if (b.stage, b.source) in wanted
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row").sort(
        "hour", "stage", "source", descending=[True, False, False]
    )
