"""Shape, memory and rank correlation of columns."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from models.base import Array


def shape_of(z: Array) -> tuple[Array, Array]:
    """Return skewness and excess kurtosis of each column of `z`, shape (m, d); 0 for a constant column.

    Examples
    --------
    >>> skew, tails = shape_of(np.array([[-1.0], [1.0], [-1.0], [1.0]]))
    >>> skew.tolist(), tails.tolist()
    ([0.0], [-2.0])
    """
    centred = z - z.mean(axis=0)
    variance = (centred**2).mean(axis=0)
    safe = np.where(variance > 0, variance, 1.0)
    skew = (centred**3).mean(axis=0) / safe**1.5
    tails = np.where(variance > 0, (centred**4).mean(axis=0) / safe**2 - 3.0, 0.0)
    return skew, tails


def autocorrelation(values: Array) -> float:
    """Return the lag-one autocorrelation of `values`, shape (m,), in order of time; 0 for a constant.

    Examples
    --------
    >>> autocorrelation(np.array([1.0, -1.0, 1.0, -1.0])).__round__(2)
    -0.75
    """
    centred = values - values.mean()
    total = float(centred @ centred)
    return float(centred[1:] @ centred[:-1]) / total if total > 0 else 0.0


def rank_correlation(z: Array, y: Array) -> Array:
    """Return Spearman's rank correlation of each column of `z`, shape (m, d), with `y`; ties get middle ranks.

    Examples
    --------
    >>> rank_correlation(np.array([[1.0, 3.0], [2.0, 2.0], [5.0, 1.0]]), np.array([0.0, 1.0, 9.0])).tolist()
    [1.0, -1.0]
    """
    a, b = np.asarray(rankdata(z, axis=0)), np.asarray(rankdata(y))
    a, b = a - a.mean(axis=0), b - b.mean()
    size = np.sqrt((a**2).sum(axis=0) * (b**2).sum())
    found: Array = np.divide(b @ a, size, out=np.zeros(z.shape[1]), where=size > 0)
    return found
