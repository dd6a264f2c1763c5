"""A jump by a unit: the same quantity, read in another unit than before."""

from __future__ import annotations

import numpy as np

from models.base import Array
from models.drift.sensors.base import MIN_ROWS, SHORTEST_FLAT, Column, Fault, noise

FAR = 5.0
"""A unit jump leaves the reference by at least so many of its standard deviations."""
NEAR = 1.5
"""And its reading in the other unit comes back within so many."""

UNITS: tuple[tuple[str, float, float], ...] = (
    ("mm read as inches (/ 25.4)", 1 / 25.4, 0.0),
    ("inches read as mm (x 25.4)", 25.4, 0.0),
    ("degrees C read as F (1.8 x + 32)", 1.8, 32.0),
    ("degrees F read as C ((x - 32) / 1.8)", 1 / 1.8, -32.0 / 1.8),
    ("degrees C read as K (+ 273.15)", 1.0, 273.15),
    ("K read as degrees C (- 273.15)", 1.0, -273.15),
    ("x 1000", 1000.0, 0.0),
    ("/ 1000", 1 / 1000, 0.0),
    ("x 100 (share read as per cent)", 100.0, 0.0),
    ("/ 100 (per cent read as share)", 1 / 100, 0.0),
    ("x 10", 10.0, 0.0),
    ("/ 10", 1 / 10, 0.0),
    ("psi read as kPa (x 6.895)", 6.894757, 0.0),
    ("kPa read as psi (/ 6.895)", 1 / 6.894757, 0.0),
    ("bar read as psi (x 14.504)", 14.503774, 0.0),
    ("psi read as bar (/ 14.504)", 1 / 14.503774, 0.0),
)


def unit_jump(column: Column) -> Fault | None:
    """Name a parameter that reads in another unit than before: the factor that brings it back is known.

    Examples
    --------
    >>> celsius = np.random.default_rng(0).normal(20, 1, size=100)
    >>> unit_jump(Column("exit_temp", celsius[:60], 1.8 * celsius[60:] + 32)).sentence
    'exit_temp: a jump by a unit, degrees C read as F (1.8 x + 32)'
    """
    name, a, b = column.name, column.reference, column.current
    newest = b[-max(SHORTEST_FLAT, len(b) // 4) :]
    newest, old = newest[np.isfinite(newest)], a[np.isfinite(a)]
    if len(newest) < SHORTEST_FLAT or len(old) < MIN_ROWS:
        return None
    center, scale = float(np.median(old)), float(old.std())
    far = abs(float(np.median(newest)) - center) / scale if scale > 0 else 0.0
    if far < FAR:
        return None
    fits = [(_misfit(old, (newest - offset) / factor), text) for text, factor, offset in UNITS]
    misfit, text = min(fits)
    if misfit > NEAR:
        return None
    start = _jump_start(b, center, float(np.median(newest)))
    sentence = f"{name}: a jump by a unit, {text}"
    return Fault(name, "unit jump", start, len(b) - start, far, FAR, sentence)


def _misfit(old: Array, candidate: Array) -> float:
    """Distance of the medians in standard deviations plus |log2| of the ratio of short-term noise."""
    before, now = noise(old), noise(candidate)
    if not (before > 0 and now > 0):
        return float("inf")
    return abs(float(np.median(candidate) - np.median(old))) / float(old.std()) + abs(float(np.log2(now / before)))


def _jump_start(b: Array, before: float, now: float) -> int:
    """First row after the last one that is still nearer to the old level."""
    old_side = np.flatnonzero(np.abs(b - before) < np.abs(b - now))
    return int(old_side[-1]) + 1 if old_side.size else 0
