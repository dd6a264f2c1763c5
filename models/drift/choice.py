"""Which two-sample test fits the values at hand, and why; a verdict states it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.drift.distances import Distance, chi_square, energy, jensen_shannon, ks, wasserstein

FEW_VALUES = 10
"""Up to this many different values a parameter is a list of cases, not a scale."""
TIED = 0.1
"""Share of one single value from which on ranks are no longer continuous."""
ALIKE = 2.0
"""Correlation time from which on neighbours count as alike."""
LIGHT, HEAVY = 1.25, 2.0
"""Bounds of the tail weight (1 for a normal distribution)."""
NORMAL_TAIL = 3.449
"""Distance of the 1st and 99th percentile over that of the quartiles, for a normal distribution."""

Test = Callable[..., Distance]


@dataclass(frozen=True, slots=True)
class Choice:
    """A test and the reason for it.

    Parameters
    ----------
    test : callable
        Of `models.drift.distances`.
    reason : str
    """

    test: Test
    reason: str


def choose(reference: Array, current: Array, tau: float) -> Choice:
    """Choose the test that keeps its level on such values and finds most.

    Parameters
    ----------
    reference, current : ndarray, shape (n,), (m,)
        Without missing values, not empty.
    tau : float
        Correlation time, see `correlation_time`.

    Returns
    -------
    Choice
        Chi-square for a few values, Jensen-Shannon where one value returns often, Kolmogorov-Smirnov where neighbours
        are alike or tails far, Wasserstein for light tails, energy in between.

    Examples
    --------
    >>> choose(np.arange(50.0), np.arange(50.0), 1.0).reason
    'light tails'
    """
    values, counts = np.unique(np.concatenate([reference, current]), return_counts=True)
    if len(values) <= FEW_VALUES:
        return Choice(chi_square, f"only {len(values)} different values")
    if counts.max() > TIED * counts.sum():
        return Choice(jensen_shannon, f"one value in {counts.max() / counts.sum():.0%} of units")
    if tau >= ALIKE:
        return Choice(ks, f"neighbours alike over {tau:.0f} units")
    weight = tail_weight(reference)
    if weight > HEAVY:
        return Choice(ks, "far tails")
    return Choice(wasserstein, "light tails") if weight <= LIGHT else Choice(energy, "heavy tails")


def tail_weight(values: Array) -> float:
    """Return how far the tails reach, in quartile distances, as a multiple of a normal distribution's.

    References
    ----------
    Hogg, Journal of the American Statistical Association 69 (1974) 909-923 (choice of a procedure by tail weight).

    Examples
    --------
    >>> from scipy import stats
    >>> round(tail_weight(stats.norm.ppf(np.linspace(0.00005, 0.99995, 10000))), 2)
    1.0
    """
    low, first, third, high = np.quantile(values, [0.01, 0.25, 0.75, 0.99])
    return float((high - low) / (third - first) / NORMAL_TAIL) if third > first else float("inf")
