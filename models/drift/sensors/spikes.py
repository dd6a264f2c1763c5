"""Single values far from their neighbours on both sides."""

from __future__ import annotations

import numpy as np

from models.base import Array
from models.drift.sensors.base import Column, Fault

FAR = 8.0
BEYOND = 3.0
FEWEST = 2
RARE = 0.1
"""Up to this share of the units they are spikes; more of them are noise."""
REACH = 2


def spikes(column: Column) -> Fault | None:
    """Name a parameter with two or more values far from the median of their five neighbours, and none such before.

    Far is eight robust standard deviations of the reference and three times its farthest value (a Hampel filter).

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=90)
    >>> values[[70, 80]] = 60.0
    >>> spikes(Column("force", values[:50], values[50:])).sentence
    'force: 2 spikes, the farthest 60 off its neighbours, where 2.6 was the most'
    """
    before, now = _off(column.reference), _off(column.current)
    usual = before[before > 0]
    if len(usual) < 2 * REACH:
        return None
    most, scale = float(usual.max()), float(np.median(usual)) / 0.6745
    limit = max(FAR * scale, BEYOND * most)
    found = np.flatnonzero(now > limit)
    if not FEWEST <= len(found) <= RARE * len(now):
        return None
    far = f"the farthest {now.max():.3g} off its neighbours, where {most:.3g} was the most"
    sentence = f"{column.name}: {len(found)} spikes, {far}"
    return Fault(column.name, "spikes", int(found[0]), len(found), float(len(found)), float(FEWEST), sentence)


def _off(x: Array) -> Array:
    """Return how far each value lies from the median of the five around it; 0 where one of them is missing.

    References
    ----------
    Pearson, IEEE Transactions on Control Systems Technology 10 (2002) 55-63 (Hampel filter).
    """
    size = 2 * REACH + 1
    if len(x) < size:
        return np.zeros(0)
    windows = np.lib.stride_tricks.sliding_window_view(x, size)
    inner = np.nan_to_num(np.abs(windows[:, REACH] - np.median(windows, axis=1)))
    return np.concatenate([np.zeros(REACH), inner, np.zeros(REACH)])
