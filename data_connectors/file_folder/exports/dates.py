"""How the times of an export are written, by trying."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from data_connectors.rows.times import LATEST, TimePolicy, moments

#: Spellings that are not ISO 8601, as export tools write them; of those that fit all times the first is taken.
PATTERNS = (
    "%d.%m.%Y %H:%M:%S%.f", "%d.%m.%Y %H:%M", "%d.%m.%y %H:%M:%S%.f", "%d-%b-%Y %H:%M:%S%.f", "%d-%b-%y %H:%M:%S%.f",
    "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S%.f", "%m/%d/%Y %H:%M:%S%.f", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M",
    "%Y/%m/%d %H:%M:%S%.f", "%Y%m%d %H%M%S",
)  # fmt: skip


def spellings(texts: Sequence[str]) -> list[str]:
    """Return the patterns that read all times; an empty one is ISO 8601 or a number; none where nothing fits.

    Examples
    --------
    >>> spellings(["2024-05-01T06:00:00", "2024-05-01 06:01"]), spellings(["13.05.2024 06:00:00"])
    ([''], ['%d.%m.%Y %H:%M:%S%.f'])
    >>> spellings(["01/02/2024 06:00:00"])
    ['%d/%m/%Y %H:%M:%S%.f', '%m/%d/%Y %H:%M:%S%.f']
    """
    column = pl.Series(list(texts), dtype=pl.String)
    fits = [pattern for pattern in ("", *PATTERNS) if _reads(column, pattern)]
    return [""] if "" in fits else fits


def _reads(column: pl.Series, pattern: str) -> bool:
    policy = TimePolicy("UTC", pattern or None)
    return len(column) > 0 and moments(column, policy, LATEST)["t"].null_count() == 0
