"""The same value again and again: stuck at a usual value, dead at an unusual one, or truly at its limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.base import Array
from models.drift.sensors.base import SHORTEST_FLAT, Column, Fault, noise

FLAT_FACTOR = 3
FAR_STEPS = 8.0
"""Steps of usual noise from which on a parameter did not walk to its limit, but fell to it."""
CLOSE = 1e-6
"""Share of the parameter's spread within which a value is the limit."""


def flat(column: Column) -> Fault | None:
    """Name a parameter that keeps one value three times as long as ever before, ten units at least.

    Inside the values seen before it is stuck, outside a flat line. A parameter that walked to the end of its range
    (declared, or met by the reference more than once) and stays there is saturated: that is the process, and no fault.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> flat(Column("force", rng.normal(size=60), np.full(30, 0.5))).sentence
    'force: stuck at 0.50 over 30 units in a row, at most 1 before'
    """
    a, b = column.reference, column.current
    longest = _longest_run(a)[1]
    limit = max(SHORTEST_FLAT, FLAT_FACTOR * longest)
    start, length = _longest_run(b)
    if length < limit or not np.isfinite(a).any() or np.nanmin(a) == np.nanmax(a):
        return None
    value = float(b[start])
    if _saturated(column, value, start):
        return None
    usual = np.nanmin(a) <= value <= np.nanmax(a) and not _at_limit(column, value)
    words = "stuck" if usual else "flat line"
    sentence = f"{column.name}: {words} at {_shown(value, a)} over {length} units in a row, at most {longest} before"
    return Fault(column.name, "stuck" if usual else "flat line", start, length, float(length), float(limit), sentence)


def _shown(value: float, reference: Array) -> str:
    """Return a value to a hundredth of how far the reference spreads: what a sensor says beyond that is its noise."""
    places = 2 - int(np.floor(np.log10(np.nanmax(reference) - np.nanmin(reference))))
    return f"{value:z.{max(0, places)}f}"


def _longest_run(x: Array) -> tuple[int, int]:
    """Start and length of the longest run of equal values; missing values end a run."""
    if not len(x):
        return 0, 0
    new = np.concatenate([[True], ~(x[1:] == x[:-1])])
    starts = np.flatnonzero(new)
    lengths = np.diff(np.append(starts, len(x))) * np.isfinite(x[starts])
    best = int(lengths.argmax())
    return int(starts[best]), int(lengths[best])


def off_limits(column: Column) -> Column:
    """Return the column with values at an end of its range as missing: there a parameter has no noise of its own."""
    ends = _ends(column)
    a, b = (np.where(np.isin(x, ends), np.nan, x) for x in (column.reference, column.current))
    return replace(column, reference=a, current=b)


def _ends(column: Column) -> list[float]:
    """Return the ends of the range: as declared, or where the reference stopped more than once."""
    a = column.reference[np.isfinite(column.reference)]
    met = [float(end) for end in (a.min(initial=np.inf), a.max(initial=-np.inf)) if int((a == end).sum()) > 1]
    return [end for end in (column.low, column.high) if np.isfinite(end)] + met


def _at_limit(column: Column, value: float) -> bool:
    """Whether a value is an end of the range, to a millionth of the spread."""
    a = column.reference[np.isfinite(column.reference)]
    return any(abs(value - end) <= CLOSE * float(np.ptp(a)) for end in _ends(column))


def _saturated(column: Column, value: float, start: int) -> bool:
    """Whether the parameter walked to its limit: the value before the run is only a few steps of noise away."""
    before = np.concatenate([column.reference, column.current[:start]])
    before = before[np.isfinite(before)]
    return _at_limit(column, value) and abs(float(before[-1]) - value) <= FAR_STEPS * noise(before)
