"""A chart with limits three standard deviations off its centre line, which may both change from point to point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from models.base import Array
from models.errors import TaskError
from models.spc.result import Chart, ChartLimits
from models.spc.rules import DEFAULT, run_signals

WIDTH = 3.0


def standardized(x: Array, center: float | Array, sigma: float | Array) -> Array:
    """Return (x - centre) / sigma; where sigma is 0 a value off the centre is infinitely far.

    Examples
    --------
    >>> standardized(np.array([1.0, 2.0]), 1.0, 0.0)
    array([ 0., inf])
    """
    d = x - center
    spread = np.broadcast_to(np.asarray(sigma, dtype=np.float64), d.shape)
    far = np.where(np.isnan(d) | (d == 0), d, np.copysign(np.inf, d))
    return np.divide(d, spread, out=far, where=spread > 0)


def require_order(limits: ChartLimits) -> None:
    """Raise TaskError unless lower <= centre <= upper and sigma >= 0, all of them numbers."""
    if not (limits.lower <= limits.center <= limits.upper and 0 <= limits.sigma < np.inf):
        raise TaskError(
            f"control limits {limits.lower} / {limits.center} / {limits.upper}, sigma {limits.sigma} are out of order "
            "- give lower <= centre <= upper and sigma >= 0"
        )


def shewhart(
    kind: str,
    points: Array,
    center: float | Array,
    sigma: float | Array,
    limits: ChartLimits,
    *,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
    least: float = -np.inf,
    most: float = np.inf,
) -> Chart:
    """Chart a statistic against centre -+ 3 sigma.

    Parameters
    ----------
    kind : str
        Name of the statistic.
    points : ndarray, shape (n,)
    center, sigma : float or ndarray, shape (n,)
        Of the statistic, at each point; NaN where there is no point.
    limits : ChartLimits
        Those in force, of a typical point.
    rules : iterable of str
    breaks : sequence of int
    least, most : float
        What the statistic can be at all: a limit beyond is drawn there and never passed.

    Returns
    -------
    Chart

    Examples
    --------
    >>> limits = ChartLimits(0.0, 2.0, 6.24, 1.4142, 25)
    >>> chart = shewhart("c", np.array([1.0, 7.0]), 2.0, 2**0.5, limits, least=0.0)
    >>> chart.lower, [s.index for s in chart.signals]
    (array([0., 0.]), [1])
    """
    names, flat = tuple(rules), np.ones(len(points))
    middle, spread = center * flat, sigma * flat
    lower = np.maximum(middle - WIDTH * spread, least)
    upper = np.minimum(middle + WIDTH * spread, most)
    signals = run_signals(standardized(points, middle, spread), names, breaks)
    moving = bool(np.ptp(middle[np.isfinite(middle)]) > 0) if np.isfinite(middle).any() else False
    return Chart(kind, points, lower, upper, limits, names, signals, middle if moving else None)


def around(
    center: float, sigma: float, n: int, estimator: str, warnings: tuple[str, ...] = (), *, least: float = -np.inf
) -> ChartLimits:
    """Return limits centre -+ 3 sigma."""
    lower, upper = max(center - WIDTH * sigma, least), center + WIDTH * sigma
    return ChartLimits(lower, center, upper, sigma, n, estimator, (), warnings)
