"""Factors of control charts: how wide ranges and standard deviations of small normal samples are.

Computed, then rounded as the tables print them (three decimals; c4 to four), so that published limits are met to their
last digit. Sources: Montgomery, Introduction to Statistical Quality Control, appendix VI; ASTM E2587, table 6.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import integrate, special, stats

from models.errors import TaskError

MOST = 1000


def _require(n: int) -> None:
    if not 2 <= n <= MOST:
        raise TaskError(f"subgroups of {n} values have no spread that could be charted - use 2 to {MOST}")


@cache
def range_moments(n: int) -> tuple[float, float]:
    """Return mean and standard deviation of the range of n standard normal values, unrounded.

    Examples
    --------
    >>> [round(v, 5) for v in range_moments(2)]
    [1.12838, 0.8525]
    """
    _require(n)
    mean = integrate.quad(lambda x: 1 - stats.norm.cdf(x) ** n - stats.norm.sf(x) ** n, -9, 9, epsabs=1e-11)[0]
    w = np.linspace(0, 14, 2801)
    square = 2 * integrate.simpson(w * np.array([1 - range_cdf(v, n) for v in w]), x=w)
    return float(mean), float(np.sqrt(square - mean**2))


def range_cdf(w: float, n: int) -> float:
    """Return the probability that the range of n standard normal values is at most w.

    n times the integral of phi(x) (Phi(x + w) - Phi(x))^(n - 1).

    References
    ----------
    Harter, Annals of Mathematical Statistics 31 (1960) 1122-1147.

    Examples
    --------
    >>> round(range_cdf(3.686, 2), 4)
    0.9908
    """
    if w <= 0:
        return 0.0
    x, step = np.linspace(-9, 9, 721, retstep=True)
    inside = special.ndtr(x + w) - special.ndtr(x)
    return min(1.0, float(n * step * np.sum(stats.norm.pdf(x) * inside ** (n - 1))))


def d2(n: int) -> float:
    """Return the mean range of n standard normal values.

    Examples
    --------
    >>> d2(2), d2(5), d2(10)
    (1.128, 2.326, 3.078)
    """
    return round(range_moments(n)[0], 3)


def d3(n: int) -> float:
    """Return the standard deviation of the range of n standard normal values.

    Examples
    --------
    >>> d3(2), d3(5), d3(10)
    (0.853, 0.864, 0.797)
    """
    return round(range_moments(n)[1], 3)


def c4(n: int) -> float:
    """Return the mean standard deviation of n standard normal values: sqrt(2 / (n - 1)) G(n / 2) / G((n - 1) / 2).

    Examples
    --------
    >>> c4(2), c4(5), c4(10)
    (0.7979, 0.94, 0.9727)
    """
    _require(n)
    return round(float(np.sqrt(2 / (n - 1)) * np.exp(special.gammaln(n / 2) - special.gammaln((n - 1) / 2))), 4)


def range_limits(n: int) -> tuple[float, float]:
    """Return D3 and D4: limits of a range chart over its centre line, 1 -+ 3 d3 / d2.

    Examples
    --------
    >>> range_limits(2), range_limits(5), range_limits(10)
    ((0.0, 3.267), (0.0, 2.114), (0.223, 1.777))
    """
    mean, spread = range_moments(n)
    return round(max(0.0, 1 - 3 * spread / mean), 3), round(1 + 3 * spread / mean, 3)


def sd_limits(n: int) -> tuple[float, float]:
    """Return B3 and B4: limits of a chart of standard deviations over its centre line, 1 -+ 3 sqrt(1 - c4^2) / c4.

    Examples
    --------
    >>> sd_limits(5), sd_limits(10)
    ((0.0, 2.089), (0.284, 1.716))
    """
    mean = float(np.sqrt(2 / (n - 1)) * np.exp(special.gammaln(n / 2) - special.gammaln((n - 1) / 2)))
    _require(n)
    wide = 3 * float(np.sqrt(1 - mean**2)) / mean
    return round(max(0.0, 1 - wide), 3), round(1 + wide, 3)
