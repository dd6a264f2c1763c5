"""Linearity: whether the bias is the same over the range of the gauge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import Array
from models.errors import NotEnoughData, TaskError
from models.spc.series import as_series

LEAST_PARTS = 3
USUAL_PARTS, USUAL_READINGS = 5, 10


@dataclass(frozen=True, slots=True, eq=False)
class Linearity:
    """A straight line through the biases, and whether "no bias anywhere" can stand.

    Parameters
    ----------
    slope, intercept : float
        bias = intercept + slope reference.
    slope_t, intercept_t, slope_p, intercept_p : float
    r_squared, sd : float
        Share of the bias's variation that the line explains, and what is left (repeatability).
    references, biases : ndarray, shape (parts,)
        Reference value and mean bias of each part.
    lower, upper : ndarray, shape (parts,)
        Interval of the line at each reference.
    acceptable : bool
        Whether slope and intercept may both be 0.
    sentence : str
    warnings : tuple of str
    """

    slope: float
    intercept: float
    slope_t: float
    intercept_t: float
    slope_p: float
    intercept_p: float
    r_squared: float
    sd: float
    references: Array
    biases: Array
    lower: Array
    upper: Array
    acceptable: bool
    sentence: str
    warnings: tuple[str, ...] = ()


def linearity(references: ArrayLike, readings: ArrayLike, *, level: float = 0.95) -> Linearity:
    """Fit bias against reference by least squares.

    Parameters
    ----------
    references : array_like, shape (n,)
        Known value of the part of each reading.
    readings : array_like, shape (n,)
        NaN where missing: left out.
    level : float
        Of the band, and of the tests (1 - level).

    Returns
    -------
    Linearity

    Raises
    ------
    TaskError
        If the shapes differ, or the readings have no spread left around the line.
    NotEnoughData
        With fewer than 3 different references.

    References
    ----------
    AIAG, Measurement Systems Analysis, 4th edition (2010), ch. III-B, guidelines for determining linearity.

    Examples
    --------
    >>> found = linearity([2, 2, 4, 4, 6, 6], [2.1, 1.9, 4.1, 3.9, 6.1, 5.9])
    >>> found.acceptable
    True
    """
    x, y = as_series(references, "references"), as_series(readings, "readings")
    if x.shape != y.shape or not 0 < level < 1:
        raise TaskError(f"linearity: {len(x)} references, {len(y)} readings, level {level} - one reference a reading")
    there = np.isfinite(x) & np.isfinite(y)
    x, b = x[there], y[there] - x[there]
    parts = np.unique(x)
    if len(parts) < LEAST_PARTS or len(x) < LEAST_PARTS + 1:
        raise NotEnoughData(f"linearity: {len(parts)} references - at least {LEAST_PARTS} over the range", LEAST_PARTS)
    n, mean = len(x), float(x.mean())
    spread = float(np.sum((x - mean) ** 2))
    slope = float(np.sum((x - mean) * b)) / spread
    intercept = float(b.mean()) - slope * mean
    left = b - intercept - slope * x
    sd = float(np.sqrt(np.sum(left**2) / (n - 2)))
    if not sd > 1e-12 * float(np.abs(y[there]).max(initial=1e-300)):
        raise TaskError("linearity: the readings have no spread - a finer resolution is needed to test anything")
    errors = sd / np.sqrt(spread), sd * np.sqrt(1 / n + mean**2 / spread)
    t = float(slope / errors[0]), float(intercept / errors[1])
    p = 2 * float(stats.t.sf(abs(t[0]), n - 2)), 2 * float(stats.t.sf(abs(t[1]), n - 2))
    half = float(stats.t.ppf((1 + level) / 2, n - 2)) * sd * np.sqrt(1 / n + (parts - mean) ** 2 / spread)
    line = intercept + slope * parts
    means = np.array([b[x == part].mean() for part in parts])
    r2 = 1 - float(np.sum(left**2) / np.sum((b - b.mean()) ** 2))
    fine = min(p) > 1 - level
    return Linearity(
        slope, intercept, t[0], t[1], p[0], p[1], r2, sd, parts, means, line - half, line + half, fine,
        _sentence(slope, intercept, p, fine), _warnings(x, parts),
    )  # fmt: skip


def _sentence(slope: float, intercept: float, p: tuple[float, float], fine: bool) -> str:
    word = "no bias is shown over the range" if fine else "the bias is not 0 over the range"
    return f"{word}: {intercept:.4g} {slope:+.4g} x reference (p of slope {p[0]:.2g}, of intercept {p[1]:.2g})"


def _warnings(x: Array, parts: Array) -> tuple[str, ...]:
    least = min(int(np.sum(x == part)) for part in parts)
    if len(parts) >= USUAL_PARTS and least >= USUAL_READINGS:
        return ()
    return (f"{len(parts)} parts, {least} readings each at least: {USUAL_PARTS} parts and {USUAL_READINGS} are usual",)
