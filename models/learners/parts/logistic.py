"""Logistic regression with a Gaussian prior, by Newton's method."""

from __future__ import annotations

import numpy as np
from scipy import special

from models.base import Array

FREE = 0.01
STEPS = 30


def slopes(x: Array, y: Array, weight: Array, start: Array, sd: float) -> Array:
    """Return the most likely slopes with prior N(start, sd^2); the intercept is free and dropped.

    Where defects were sought before they were labelled (case and control), the slopes are those of the whole stage
    and the intercept alone is wrong (Prentice & Pyke 1979), so labels need no weights for that.

    Parameters
    ----------
    x : ndarray, shape (n, p)
    y, weight : ndarray, shape (n,)
        0 or 1, and what each row counts.
    start : ndarray, shape (p,)
    sd : float

    Returns
    -------
    ndarray, shape (p,)

    Examples
    --------
    >>> x = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    >>> slopes(x, np.array([0.0, 1.0, 0.0, 1.0]), np.ones(4), np.zeros(1), 10.0).round(2).tolist()
    [0.42]
    """
    a = np.column_stack([np.ones(len(x)), x])
    middle = np.concatenate([[0.0], start])
    precision = np.concatenate([[FREE], np.full(len(start), sd**-2.0)])
    beta = middle.copy()
    for _ in range(STEPS):
        p = special.expit(a @ beta)
        gradient = a.T @ (weight * (y - p)) - precision * (beta - middle)
        curvature = (a.T * (weight * p * (1 - p) + 1e-9)) @ a + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        beta = beta + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-9:
            break
    found: Array = beta[1:]
    return found


def even(y: Array) -> Array:
    """Return weights that sum to one and give defects and good units the same total.

    Examples
    --------
    >>> even(np.array([1.0, 0.0, 0.0])).tolist()
    [0.5, 0.25, 0.25]
    """
    bad = max(float(y.sum()), 1.0)
    good = max(len(y) - float(y.sum()), 1.0)
    weight = np.where(y == 1, 0.5 / bad, 0.5 / good)
    return np.asarray(weight / weight.sum(), dtype=np.float64)
