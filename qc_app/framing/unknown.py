"""Stretches of which nobody can say that nothing is missing: what lies in them is no evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl


def outside(units: pl.DataFrame, gaps: Sequence[tuple[datetime, datetime]]) -> pl.DataFrame:
    """Return the units whose event lies in none of the gaps.

    Parameters
    ----------
    units : polars.DataFrame
        With ``t_event``.
    gaps : sequence of (datetime, datetime)
        From the last moment known to be complete to the first that is again (aware); both moments are outside.

    Examples
    --------
    >>> from datetime import UTC
    >>> hour = lambda h: datetime(2026, 3, 1, h, tzinfo=UTC)
    >>> units = pl.DataFrame({"unit_id": ["a", "b", "c"], "t_event": [hour(6), hour(7), hour(8)]})
    >>> outside(units, [(hour(6), hour(8))])["unit_id"].to_list()
    ['a', 'c']
    """
    if not gaps or units.is_empty():
        return units
    within = pl.lit(value=False)
    for start, end in gaps:
        within |= (pl.col("t_event") > start) & (pl.col("t_event") < end)
    return units.filter(~within)
