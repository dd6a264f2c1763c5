"""What was decided about units."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from qc_app.records import Disposition
from qc_app.store import Store

_SCHEMA: dict[str, Any] = {
    "at": pl.Datetime("us", "UTC"),
    **dict.fromkeys(("stage", "unit_id", "verdict", "reason", "author"), pl.String),
}


def dispositions_table(
    store: Store, stage: str | None = None, unit_id: str | None = None, since: datetime | None = None
) -> pl.DataFrame:
    """Return what was decided, the newest first: ``at, stage, unit_id, verdict, reason, author``."""
    return as_table(store.journal.dispositions.list(stage, unit_id, since, last=500)[::-1])


def as_table(found: list[Disposition]) -> pl.DataFrame:
    """Return dispositions as a table, in their order."""
    rows = [(d.at, d.stage, d.unit_id, d.verdict, d.reason, d.author) for d in found]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")
