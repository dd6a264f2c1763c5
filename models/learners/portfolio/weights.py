"""Soft weights of members from their errors on held-out stages."""

from __future__ import annotations

import numpy as np

from models.base import Array

STEPS = 300
RATE = 2.0
HALF_TRUST = 24
MARGIN = 0.03


def simplex_weights(products: Array, pull: float) -> Array:
    """Return the weights on the simplex with the least root mean squared error of the average prediction.

    The root is taken within each episode and then averaged, so that one stage where a member explodes does not
    decide for all others.

    Parameters
    ----------
    products : ndarray, shape (episodes, m, m)
        Of each episode the mean products of members' errors, in standard deviations of the stage.
    pull : float
        Weight of a penalty towards the best single members: with few stages the evidence for mixing is thin.

    Returns
    -------
    ndarray, shape (m,)
        Weights, by exponentiated gradient (Kivinen & Warmuth 1997).

    Examples
    --------
    >>> simplex_weights(np.array([[[1.0, 0.0], [0.0, 1.0]]]), 0.0).round(2).tolist()
    [0.5, 0.5]
    """
    m = products.shape[1]
    errors = mean_errors(products)
    scale = max(float(errors.min()), 1e-12)
    penalty = pull * (errors - errors.min()) / scale
    weights = np.full(m, 1.0 / m)
    for step in range(STEPS):
        slopes = products @ weights
        roots = np.sqrt(np.maximum(slopes @ weights, 1e-18))
        gradient = (slopes / roots[:, None]).mean(axis=0) / scale + penalty
        move = -RATE / (1.0 + 0.02 * step) / max(float(np.abs(gradient).max()), 1.0) * (gradient - gradient.min())
        weights = weights * np.exp(move)
        weights /= weights.sum()
    weights[weights < 0.01] = 0.0
    normalized: Array = weights / weights.sum()
    return normalized


def mean_errors(products: Array) -> Array:
    """Return the root mean squared error of each member, averaged over episodes, shape (m,)."""
    out: Array = np.sqrt(np.diagonal(products, axis1=1, axis2=2)).mean(axis=0)
    return out


def shrunk(weights: Array, errors: Array, stages: int) -> Array:
    """Return `weights` drawn towards the best single member, the more the fewer stages gave evidence.

    The first member is the default: another is best only where its error is lower by `MARGIN`.

    Parameters
    ----------
    weights, errors : ndarray, shape (m,)
        Weights found, and errors.
    stages : int
        Held-out stages behind them; `HALF_TRUST` of them count as much as the default.

    Examples
    --------
    >>> shrunk(np.array([0.5, 0.5]), np.array([1.0, 0.99]), 24).tolist()
    [0.75, 0.25]
    """
    best = int(np.argmin(errors))
    if errors[0] * (1.0 - MARGIN) <= errors[best]:
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
