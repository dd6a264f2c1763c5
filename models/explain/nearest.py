"""The past units most like this one, in what matters to the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.anomaly.knn import squared_distances
from models.base import Array

K = 5


@dataclass(frozen=True, slots=True, eq=False)
class Nearby:
    """The nearest of the past units.

    Parameters
    ----------
    rows : ndarray of int, shape (k,)
        Their places among the past units, the nearest first.
    distances : ndarray, shape (k,)
        In the unit of the characteristic: what the prediction usually varies with parameters that far apart. In
        standard deviations if the model looks at no parameter.
    usual : float
        Median distance of a past unit to its own nearest neighbour; NaN where there are fewer than three.
    weighted : bool
        By relevance; False if the model looks at no parameter, then all count the same.
    """

    rows: NDArray[np.intp]
    distances: Array
    usual: float
    weighted: bool


def nearest(unit: Array, past: Array, relevance: Array, spread: Array, k: int = K) -> Nearby:
    """Find the units of `past` nearest to `unit`.

    The distance is ``sqrt(sum_j (r_j (x_j - x'_j) / s_j)^2)`` with relevance r and spread s: parameters that the model
    does not use do not count. A parameter missing in one of the two counts as one spread apart.

    Parameters
    ----------
    unit : ndarray, shape (d,)
    past : ndarray, shape (n, d)
    relevance, spread : ndarray, shape (d,)
        Of `models.explain.relevance` and `spreads`.
    k : int

    Examples
    --------
    >>> past = np.array([[0.0, 9.0], [5.0, 0.0], [1.0, 0.0]])
    >>> nearest(np.zeros(2), past, np.array([2.0, 0.0]), np.ones(2), k=2).distances.tolist()
    [0.0, 2.0]
    """
    weighted = bool((relevance > 0).any())
    scale = (relevance if weighted else np.ones_like(spread)) / spread
    gap = np.where(np.isnan(past) & np.isnan(unit), 0.0, (past - unit) * scale)
    gap = np.where(np.isnan(gap), scale * spread, gap)
    distance = np.sqrt((gap**2).sum(axis=1))
    rows = np.argsort(distance, kind="stable")[:k]
    return Nearby(rows, distance[rows], _usual(past * scale), weighted)


def _usual(z: Array, most: int = 400) -> float:
    if len(z) < 3:
        return float("nan")
    known = np.nan_to_num(z[-most:] - np.nan_to_num(np.nanmean(z[-most:], axis=0)) if np.isfinite(z).any() else z)
    d2 = squared_distances(known, known)
    np.fill_diagonal(d2, np.inf)
    return float(np.median(np.sqrt(d2.min(axis=1))))
