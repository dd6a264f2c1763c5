"""A clock that is wrong: units from the future, or all of them off by a time zone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.drift.sensors.base import MIN_ROWS, Fault
from models.spc.series import as_series

FUTURE_S = 60.0
ZONE_S = 1800.0
"""Time zones and daylight saving are whole half hours."""
CLOSE_S = 120.0
MOST = 0.5


def clock_fault(delays_reference: ArrayLike, delays_current: ArrayLike) -> Fault | None:
    """Name a clock that went wrong, from how long after its event time each unit became known.

    Parameters
    ----------
    delays_reference, delays_current : array_like, shape (n,), (m,)
        Known - event time in seconds, in the order of production.

    Returns
    -------
    Fault or None
        Where most units come from the future, or the usual delay jumped by a whole number of half hours while it
        scatters by less than ten minutes. Sources that deliver in batches scatter more and are not judged so.

    Examples
    --------
    >>> clock_fault(np.full(40, 90.0), np.full(20, 90.0 - 3600.0)).sentence
    'clock: units come 58.5 min before they were made, before 1.5 min after - clock or time zone of the source'
    """
    a, b = (_there(x) for x in (delays_reference, delays_current))
    if min(len(a), len(b)) < MIN_ROWS:
        return None
    before, now = float(np.median(a)), float(np.median(b))
    future = float((b < -FUTURE_S).mean()) > MOST and float((a < -FUTURE_S).mean()) <= MOST
    if not (future or _by_zone(before, now, a, b)):
        return None
    start = int(np.flatnonzero(np.abs(b - now) <= np.abs(b - before))[0])
    sentence = f"clock: units come {_told(now)}, before {_told(before)} - clock or time zone of the source"
    return Fault("", "clock skew", start, len(b) - start, now - before, FUTURE_S if future else ZONE_S, sentence)


def _there(delays: ArrayLike) -> Array:
    values = as_series(delays, "delays")
    return values[~np.isnan(values)]


def _by_zone(before: float, now: float, a: Array, b: Array) -> bool:
    halves = round((now - before) / ZONE_S)
    spread = max(float(np.quantile(x, 0.9) - np.quantile(x, 0.1)) for x in (a, b))
    return halves != 0 and abs(now - before - halves * ZONE_S) <= CLOSE_S and spread <= ZONE_S / 3


def _told(delay: float) -> str:
    away = f"{abs(delay) / 60:.1f} min" if abs(delay) < 2 * 3600 else f"{abs(delay) / 3600:.1f} h"
    return f"{away} before they were made" if delay < 0 else f"{away} after"
