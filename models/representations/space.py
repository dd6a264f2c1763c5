"""Distances between tasks in the space of a representation, whatever is unknown left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.optimize import nnls

from models.base import Array

TINY = 1e-12
SHRINK = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Representations of known tasks on a common scale.

    Parameters
    ----------
    points : ndarray, shape (n, f)
        Representations as they are; NaN where unknown.
    centre, spread : ndarray, shape (f,)
        Median and 1.4826 x median absolute deviation over the tasks; 0 spread where none differ.
    weights : ndarray, shape (f,)
        What each feature counts, 0 or more.
    """

    points: Array
    centre: Array
    spread: Array
    weights: Array

    @classmethod
    def of(cls, points: Array, weights: Array | None = None, floor: float = 0.0) -> Self:
        """Learn the scale from `points`, shape (n, f); no feature that varies gets a spread below `floor`.

        Examples
        --------
        >>> seen = Space.of(np.array([[0.0, np.nan], [1.0, 5.0], [2.0, 7.0]]))
        >>> seen.distances(np.array([1.0, np.nan])).round(2).tolist()
        [0.76, 0.43, 0.76]
        """
        known = np.isfinite(points)
        centre, spread = np.zeros(points.shape[1]), np.zeros(points.shape[1])
        for j in range(points.shape[1]):
            values = points[known[:, j], j]
            if len(values):
                centre[j] = np.median(values)
                middle = 1.4826 * np.median(np.abs(values - centre[j]))
                found = middle if middle > TINY else values.std()
                spread[j] = max(found, floor) if found > TINY else 0.0
        return cls(points, centre, spread, np.ones(points.shape[1]) if weights is None else weights)

    def scaled(self, points: Array) -> Array:
        """Return `points`, shape (..., f), in spreads from the centre, bent by tanh beyond three of them."""
        inverse = np.divide(1.0, self.spread, out=np.zeros_like(self.spread), where=self.spread > TINY)
        found: Array = 3.0 * np.tanh((points - self.centre) * inverse / 3.0)
        return found

    def differences(self, point: Array) -> Array:
        """Return the squared difference of each feature from each known task, shape (n, f); NaN where unknown."""
        found: Array = (self.scaled(self.points) - self.scaled(point)) ** 2
        return found

    def distances(self, point: Array) -> Array:
        """Return the root of the weighted mean squared difference to each known task, shape (n,).

        What is unknown of either counts like a typical difference (2, the mean of a squared difference of two
        standard normals) at a tenth of its weight: a task of which nothing is known is near to none.
        """
        square = self.differences(point)
        there = np.isfinite(square)
        weight = np.where(there, self.weights, 0.1 * self.weights)
        mean = (weight * np.where(there, square, 2.0)).sum(axis=1) / max(float(self.weights.sum()), TINY)
        share = weight.sum(axis=1) / max(float(self.weights.sum()), TINY)
        found: Array = np.sqrt(mean / np.maximum(share, TINY))
        return found


def learned_weights(square: Array, loss: Array) -> Array:
    """Return weights, 0 or more, with which squared differences tell best how ill a transfer goes.

    Non-negative least squares (Lawson & Hanson 1974) of the losses, less the smallest, on the differences, pulled to
    equal weights like so many further pairs.

    Parameters
    ----------
    square : ndarray, shape (pairs, f)
        Squared differences; NaN where unknown.
    loss : ndarray, shape (pairs,)

    Returns
    -------
    ndarray, shape (f,)
        With mean 1.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> square = rng.normal(size=(200, 3)) ** 2
    >>> learned_weights(square, 1.0 + square[:, 1]).round(1).tolist()
    [0.0, 3.0, 0.0]
    """
    f = square.shape[1]
    filled = np.where(np.isfinite(square), square, 2.0)
    target = loss - loss.min()
    start = float(target.mean()) / max(float(filled.sum(axis=1).mean()), TINY)
    pull = np.sqrt(SHRINK * len(loss))
    found = nnls(
        np.vstack([np.column_stack([filled, np.ones(len(loss))]), pull * np.eye(f, f + 1)]),
        np.concatenate([target, np.full(f, pull * start)]),
    )[0][:f]
    total = float(found.sum())
    return np.asarray(found * f / total) if total > TINY else np.ones(f)
