"""Exponentially weighted moving average chart with exact limits from the first point on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import TaskError
from models.spc.result import Chart, ChartLimits, Signal
from models.spc.series import as_series
from models.spc.variables.individuals import estimate_limits

SMOOTHING = 0.1
WIDTH = 2.814
"""With smoothing .10 this width gives an average run length of 500 (Lucas & Saccucci 1990)."""


def ewma(
    values: ArrayLike,
    *,
    center: float | None = None,
    sigma: float | None = None,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    smoothing: float = SMOOTHING,
    width: float = WIDTH,
    breaks: Sequence[int] = (),
) -> Chart:
    """Chart z_i = smoothing x_i + (1 - smoothing) z_(i-1), z_0 = centre.

    Limits at the i-th point since the start: centre -+ width sigma sqrt(smoothing / (2 - smoothing)
    (1 - (1 - smoothing)^(2 i))).

    Parameters
    ----------
    values : array_like, shape (n,)
        In the order of production. A missing value plots no point and leaves the average as it was.
    center, sigma : float, optional
        Known centre and standard deviation of single values; both or neither.
    limits : ChartLimits, optional
        Frozen limits of an individuals chart: their centre and sigma are used.
    window : slice, optional
        Phase I window, where neither is given; all points by default.
    smoothing : float
        In (0, 1]; 1 is the individuals chart.
    width : float
        Half width of the limits in standard deviations of the average.
    breaks : sequence of int
        Where the average starts anew from the centre.

    Returns
    -------
    Chart
        Its `limits` are the asymptotic ones, sigma that of the average.

    Raises
    ------
    TaskError
        If smoothing, width or sigma are out of range.
    NotEnoughData
        If limits have to be estimated from fewer than two neighbouring values.

    References
    ----------
    NIST/SEMATECH e-Handbook 6.3.2.4; Lucas & Saccucci, Technometrics 32 (1990) 1-12; ISO 7870-6.

    Examples
    --------
    >>> chart = ewma([52.0, 47.0, 53.0], center=50, sigma=2.0539, smoothing=0.3, width=3)
    >>> chart.points.round(2), round(chart.limits.upper, 4)
    (array([50.6 , 49.52, 50.56]), 52.5884)
    """
    x = as_series(values)
    center, sigma, n, estimator = _source(x, center, sigma, limits, window)
    if not (0 < smoothing <= 1 and 0 < width < np.inf and 0 <= sigma < np.inf and np.isfinite(center)):
        raise TaskError(
            f"ewma: smoothing {smoothing}, width {width}, centre {center}, sigma {sigma} - use 0 < smoothing <= 1, "
            "width > 0, sigma >= 0"
        )
    points, age = _average(x, center, smoothing, set(breaks))
    final = sigma * float(np.sqrt(smoothing / (2 - smoothing)))
    half = width * final * np.sqrt(1 - (1 - smoothing) ** (2 * age))
    signals = tuple(
        Signal(int(i), "beyond", f"weighted average {points[i]:.4g} beyond {center:.4g} -+ {half[i]:.4g}")
        for i in np.flatnonzero(np.abs(points - center) > half)
    )
    asymptotic = ChartLimits(center - width * final, center, center + width * final, final, n, estimator)
    return Chart("ewma", points, center - half, center + half, asymptotic, ("beyond",), signals)


def _source(
    x: Array, center: float | None, sigma: float | None, limits: ChartLimits | None, window: slice | None
) -> tuple[float, float, int, str]:
    if limits is not None:
        return limits.center, limits.sigma, limits.n, limits.estimator
    if center is not None and sigma is not None:
        return float(center), float(sigma), 0, "given"
    if center is not None or sigma is not None:
        raise TaskError("ewma: give centre and sigma together, or neither")
    found = estimate_limits(x[window or slice(None)])
    return found.center, found.sigma, found.n, found.estimator


def _average(x: Array, start: float, smoothing: float, breaks: set[int]) -> tuple[Array, Array]:
    """The average after each value, and how many values it stands on since the last start."""
    points = np.full(len(x), np.nan)
    age = np.zeros(len(x))
    z, k = start, 0
    for i, value in enumerate(x):
        if i in breaks:
            z, k = start, 0
        if np.isfinite(value):
            z, k = smoothing * value + (1 - smoothing) * z, k + 1
            points[i] = z
        age[i] = k
    return points, age
