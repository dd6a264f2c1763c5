"""Sensor faults, named as such: a failed sensor is not drift of the process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import Array, as_matrix

FaultKind = Literal["missing", "flat line", "noise loss", "unit jump"]
MIN_ROWS = 20
SHORTEST_FLAT = 10
FLAT_FACTOR = 3
NOISE_FACTOR = 5.0
MISSING_SHARE = 0.2
ALPHA = 0.001
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


@dataclass(frozen=True, slots=True)
class Fault:
    """One failed sensor.

    Parameters
    ----------
    column : str
    kind : {"missing", "flat line", "noise loss", "unit jump"}
    start, rows : int
        Where in the current window it begins, and how many rows it touches.
    statistic, threshold : float
        Missing: share of rows; flat line: equal values in a row; noise loss: noise of the reference over noise
        now; unit jump: distance from the reference in its standard deviations.
    sentence : str
    """

    column: str
    kind: FaultKind
    start: int
    rows: int
    statistic: float
    threshold: float
    sentence: str


def sensor_faults(reference: ArrayLike, current: ArrayLike, columns: Sequence[str]) -> tuple[Fault, ...]:
    """Look for failed sensors in the current window; at most one fault a parameter.

    Parameters
    ----------
    reference, current : array_like, shape (n, d), (m, d)
        In the order of production; NaN is missing. Fewer than 20 rows of either: no fault is named.
    columns : sequence of str, length d

    Returns
    -------
    tuple of Fault
        In the order of `columns`.

    Raises
    ------
    TaskError
        On shapes that do not fit.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(20, 1, size=(100, 1))
    >>> sensor_faults(x[:60], 1.8 * x[60:] + 32, ["exit_temp"])[0].sentence
    'exit_temp: a jump by a unit, degrees C read as F (1.8 x + 32)'
    """
    d = len(columns)
    a, b = as_matrix(reference, d, "sensor reference"), as_matrix(current, d, "sensor current")
    if min(len(a), len(b)) < MIN_ROWS:
        return ()
    found = []
    for i, name in enumerate(columns):
        for look in (_missing, _flat, _unit_jump, _noise_loss):
            fault = look(name, a[:, i], b[:, i])
            if fault is not None:
                found.append(fault)
                break
    return tuple(found)


def _missing(name: str, a: Array, b: Array) -> Fault | None:
    before, now = int(np.isnan(a).sum()), int(np.isnan(b).sum())
    share, limit = now / len(b), before / len(a) + MISSING_SHARE
    if share < limit:
        return None
    table = [[now, len(b) - now], [before, len(a) - before]]
    if float(stats.fisher_exact(table, alternative="greater").pvalue) >= ALPHA:
        return None
    start = int(np.flatnonzero(np.isnan(b))[0])
    sentence = f"{name}: missing in {share:.0%} of {len(b)} rows, before in {before / len(a):.0%}"
    return Fault(name, "missing", start, now, share, limit, sentence)


def _longest_run(x: Array) -> tuple[int, int]:
    """Start and length of the longest run of equal values; missing values end a run."""
    if not len(x):
        return 0, 0
    new = np.concatenate([[True], ~(x[1:] == x[:-1])])
    starts = np.flatnonzero(new)
    lengths = np.diff(np.append(starts, len(x))) * np.isfinite(x[starts])
    best = int(lengths.argmax())
    return int(starts[best]), int(lengths[best])


def _flat(name: str, a: Array, b: Array) -> Fault | None:
    limit = max(SHORTEST_FLAT, FLAT_FACTOR * _longest_run(a)[1])
    start, length = _longest_run(b)
    if length < limit or not np.isfinite(a).any() or np.nanmin(a) == np.nanmax(a):
        return None
    sentence = f"{name}: flat line at {b[start]:.6g} over {length} rows, at most {_longest_run(a)[1]} before"
    return Fault(name, "flat line", start, length, float(length), float(limit), sentence)


def _noise(x: Array) -> float:
    """Short-term noise: mean absolute difference of neighbours, the largest tenth (steps) left out; NaN for few."""
    steps = np.sort(np.abs(np.diff(x)))
    steps = steps[np.isfinite(steps)]
    if len(steps) < SHORTEST_FLAT - 1:
        return float("nan")
    return float(steps[: int(np.ceil(0.9 * len(steps)))].mean())


def _noise_loss(name: str, a: Array, b: Array) -> Fault | None:
    before, now = _noise(a), _noise(b)
    if not (before > 0 and now >= 0) or before < NOISE_FACTOR * now or not now < _quietest(a, len(b)) / 2:
        return None
    ratio = before / now if now > 0 else float("inf")
    sentence = f"{name}: noise lost, {now:.3g} where it was {before:.3g} - frozen, filtered or replaced signal"
    return Fault(name, "noise loss", 0, len(b), ratio, NOISE_FACTOR, sentence)


def _quietest(a: Array, length: int) -> float:
    """Least noise of any stretch of the reference as long as the current window; a process may rest now and then."""
    size = max(min(length, len(a) // 3), SHORTEST_FLAT)
    starts = range(0, len(a) - size + 1, max(size // 2, 1))
    return min((_noise(a[s : s + size]) for s in starts), default=0.0)


def _unit_jump(name: str, a: Array, b: Array) -> Fault | None:
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
    before, now = _noise(old), _noise(candidate)
    if not (before > 0 and now > 0):
        return float("inf")
    return abs(float(np.median(candidate) - np.median(old))) / float(old.std()) + abs(float(np.log2(now / before)))


def _jump_start(b: Array, before: float, now: float) -> int:
    """First row after the last one that is still nearer to the old level."""
    old_side = np.flatnonzero(np.abs(b - before) < np.abs(b - now))
    return int(old_side[-1]) + 1 if old_side.size else 0
