"""Distance to the k-th nearest unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array

K = 5


def squared_distances(a: Array, b: Array) -> Array:
    """Return the squared distances between the rows of `a` (n, d) and `b` (m, d), shape (n, m).

    Examples
    --------
    >>> squared_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])).tolist()
    [[25.0]]
    """
    d2: Array = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2.0 * (a @ b.T)
    return np.maximum(d2, 0.0, out=d2)


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Reference units, standardized, shape (m, d), and which neighbour counts."""

    reference: Array
    k: int

    def score(self, z: Array) -> Array:
        """Return the distance of each row of `z`, shape (n, d), to its k-th nearest reference unit."""
        d2 = squared_distances(z, self.reference)
        kth: Array = np.sqrt(np.partition(d2, self.k - 1, axis=1)[:, self.k - 1])
        return kth


def neighbours(z: Array) -> Neighbours:
    """Keep `z`, shape (m, d), as the reference; fewer than five units use the farthest of them.

    Examples
    --------
    >>> neighbours(np.zeros((3, 1))).score(np.array([[2.0]])).tolist()
    [2.0]
    """
    return Neighbours(z, min(K, len(z)))
