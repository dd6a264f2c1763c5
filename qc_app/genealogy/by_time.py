"""Units of two stages matched by when the material passed them."""

from __future__ import annotations

import numpy as np
import polars as pl

SECOND = 1_000_000


def matched(units: pl.DataFrame, above: pl.DataFrame, delay_s: float, tolerance_s: float) -> pl.DataFrame:
    """Return which units of the upstream stage passed it when the material of a unit did.

    Parameters
    ----------
    units : polars.DataFrame
        ``unit_id`` and ``t_event`` of the stage.
    above : polars.DataFrame
        ``unit_id`` and ``t_event`` of the upstream stage.
    delay_s, tolerance_s : float
        As in :class:`~data_connectors.schema.Feed`; a negative delay leads down the line instead of up.

    Returns
    -------
    polars.DataFrame
        ``unit_id``, ``parent`` and ``share``, which is the same for all parents of a unit: those with
        ``|t(unit) - delay_s - t(parent)| <= tolerance_s``.

    Examples
    --------
    >>> from datetime import datetime
    >>> units = pl.DataFrame({"unit_id": ["u"], "t_event": [datetime(2026, 1, 1, 12)]})
    >>> above = pl.DataFrame({"unit_id": ["a", "b", "c"], "t_event": [datetime(2026, 1, 1, h) for h in (9, 10, 11)]})
    >>> matched(units, above, 5400, 1800)["parent"].to_list()
    ['b', 'c']
    """
    ordered = above.sort("t_event", "unit_id")
    times = ordered["t_event"].dt.epoch("us").to_numpy()
    middle = units["t_event"].dt.epoch("us").to_numpy() - round(delay_s * SECOND)
    reach = round(tolerance_s * SECOND)
    first, last = np.searchsorted(times, middle - reach, "left"), np.searchsorted(times, middle + reach, "right")
    count = last - first
    unit = np.repeat(np.arange(len(count)), count)
    parent = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    return pl.DataFrame(
        {
            "unit_id": units["unit_id"].gather(unit),
            "parent": ordered["unit_id"].gather(parent),
            "share": 1.0 / count[unit],
        },
        schema={"unit_id": pl.String, "parent": pl.String, "share": pl.Float64},
    )
