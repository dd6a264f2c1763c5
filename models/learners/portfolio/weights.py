"""Soft weights of members from their errors on held-out stages."""

from __future__ import annotations

import numpy as np

from models.base import Array

STEPS = 300
RATE = 2.0
HALF_TRUST = 12
MARGIN = 0.06


def simplex_weights(products: Array, pull: float) -> Array:
    """Return the weights on the simplex with the least expected squared error of the average prediction.

    Parameters
    ----------
    products : ndarray, shape (m, m)
        Mean over stages of the products of members' errors, each stage scaled by its own variance.
    pull : float
        Weight of a penalty towards the best single member: with few stages the evidence for mixing is thin.

    Returns
    -------
    ndarray, shape (m,)
        Weights, by exponentiated gradient (Kivinen & Warmuth 1997).

    Examples
    --------
    >>> simplex_weights(np.array([[1.0, 0.0], [0.0, 1.0]]), 0.0).round(2).tolist()
    [0.5, 0.5]
    """
    m = len(products)
    scale = max(float(np.diag(products).min()), 1e-12)
    matrix = products / scale
    penalty = pull * (np.diag(matrix) - np.diag(matrix).min())
    weights = np.full(m, 1.0 / m)
    for step in range(STEPS):
        gradient = 2.0 * matrix @ weights + penalty
        move = -RATE / (1.0 + 0.02 * step) / max(float(np.abs(gradient).max()), 1.0) * (gradient - gradient.min())
        weights = weights * np.exp(move)
        weights /= weights.sum()
    weights[weights < 0.01] = 0.0
    normalized: Array = weights / weights.sum()
    return normalized


def shrunk(weights: Array, squares: Array, stages: int) -> Array:
    """Return `weights` drawn towards the best single member, the more the fewer stages gave evidence.

    The first member is the default: another is best only where its mean squared error is lower by `MARGIN`.

    Parameters
    ----------
    weights, squares : ndarray, shape (m,)
        Weights found, and mean squared errors.
    stages : int
        Held-out stages behind them; `HALF_TRUST` of them count as much as the default.

    Examples
    --------
    >>> shrunk(np.array([0.5, 0.5]), np.array([1.0, 0.99]), 12).tolist()
    [0.75, 0.25]
    """
    best = int(np.argmin(squares))
    if squares[0] * (1.0 - MARGIN) <= squares[best]:
        best = 0
    trust = stages / (stages + HALF_TRUST)
    out: Array = trust * weights + (1.0 - trust) * np.eye(len(weights))[best]
    return out


def at_labels(table: Array, shots: Array, n: int) -> Array:
    """Return the weights at `n` labels, between the rows of `table` (shots, members) by the logarithm of labels.

    Examples
    --------
    >>> at_labels(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 3]), 1).tolist()
    [0.5, 0.5]
    """
    where = np.log1p(n)
    found = np.array([np.interp(where, np.log1p(shots), column) for column in table.T])
    out: Array = found / found.sum()
    return out
