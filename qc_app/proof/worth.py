"""What a model is worth on units whose truth is known, free of the luck of single units."""

from __future__ import annotations

from math import erf
from statistics import NormalDist

import numpy as np
from scipy import stats

from models.base import Array

_SURE = 0.95


def expected_error(expected: Array, said: Array, noise: float) -> Array:
    """Return the mean absolute error that a prediction would have over all units made alike, shape (n,).

    A unit is its expected value and a normal rest that no parameter explains; the absolute value of a normal number
    has the mean ``s sqrt(2 / pi) exp(-d^2 / 2 s^2) + d erf(d / s sqrt(2))``. The error of the one unit that was made
    scatters around this by about three quarters of it, so a week of 500 units tells a gain of 2 % from none only now
    and then; this tells it always.

    Parameters
    ----------
    expected : ndarray, shape (n,)
        As the plant's equations have them.
    said : ndarray, shape (n,)
        Predictions.
    noise : float
        Standard deviation of the rest, above 0.

    References
    ----------
    Leone, Nelson & Nottingham, Technometrics 3 (1961) 543-550 (folded normal distribution).

    Examples
    --------
    >>> expected_error(np.array([0.0, 100.0]), np.array([0.0, 0.0]), 1.0).round(4)
    array([  0.7979, 100.    ])
    """
    away = np.abs(expected - said)
    dense = noise * np.sqrt(2 / np.pi) * np.exp(-((away / noise) ** 2) / 2)
    return np.asarray(dense + away * np.fromiter(map(erf, away / noise / np.sqrt(2)), np.float64, len(away)))


def likely_rate(count: int, weeks: float) -> tuple[float, float]:
    """Return the interval that holds the true rate of what was counted so often with a certainty of 95 %.

    References
    ----------
    Garwood, Biometrika 28 (1936) 437-442 (exact interval of a Poisson mean).

    Examples
    --------
    >>> [round(bound, 2) for bound in likely_rate(16, 113.0)]
    [0.08, 0.23]
    """
    tail = (1 - _SURE) / 2
    low = float(stats.chi2.ppf(tail, 2 * count)) / 2 if count else 0.0
    return low / weeks, float(stats.chi2.ppf(1 - tail, 2 * count + 2)) / 2 / weeks


def likely_share(hits: int, of: int) -> tuple[float, float]:
    """Return the interval that holds the true share with a certainty of 95 %.

    References
    ----------
    Wilson, Journal of the American Statistical Association 22 (1927) 209-212.

    Examples
    --------
    >>> [round(bound, 2) for bound in likely_share(9, 10)]
    [0.6, 0.98]
    """
    if of == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + _SURE) / 2)
    share, weight = hits / of, z * z / of
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * float(np.sqrt(share * (1 - share) / of + weight / (4 * of)))
    return max(middle - half, 0.0), min(middle + half, 1.0)
