"""Distance to the k-th nearest unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models.anomaly.scale import Scale
from models.base import Array

K = 5


def squared_distances(a: Array, b: Array) -> Array:
    """Return the squared distances between the rows of `a` (n, d) and `b` (m, d), shape (n, m).

    Examples
    --------
    >>> squared_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])).tolist()
    [[25.0]]
    """
    d2: Array = a @ (-2.0 * b.T)
    d2 += np.einsum("ij,ij->i", a, a)[:, None]
    d2 += np.einsum("ij,ij->i", b, b)
    return np.maximum(d2, 0.0, out=d2)


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Distance to the k-th nearest reference unit (Ramaswamy, Rastogi & Shim 2000).

    Parameters
    ----------
    scale : Scale
    reference : ndarray, shape (m, d)
        Units on the scale.
    turned, squares : ndarray, shape (d, m) and (m,)
        Minus twice the reference, transposed, and its squared lengths.
    k : int
        Which neighbour counts: the fifth, of fewer units the farthest.
    """

    scale: Scale
    reference: Array
    turned: Array
    squares: Array
    k: int
    name: ClassVar[str] = "neighbours"

    @classmethod
    def learn(cls, rows: Array, seed: int = 0) -> Self:  # noqa: ARG003 - nothing random here
        """Keep `rows`, shape (m, d), as the reference.

        Examples
        --------
        >>> Neighbours.learn(np.array([[0.0], [1.0], [2.0]])).score(np.array([[1.0]])).round(3).tolist()
        [0.674]
        """
        scale = Scale.of(rows)
        return cls.among(scale.apply(rows), scale)

    @classmethod
    def among(cls, z: Array, scale: Scale) -> Self:
        """Keep units `z`, shape (m, d), that stand on `scale` already."""
        return cls(scale, z, -2.0 * z.T, np.einsum("ij,ij->i", z, z), min(K, len(z)))

    def score(self, x: Array) -> Array:
        """Return the distance of each row of `x`, shape (n, d), to its k-th nearest reference unit."""
        return self.score_of(self.scale.apply(x))

    def score_of(self, z: Array) -> Array:
        """Return the score of units that stand on the scale already."""
        d2 = z @ self.turned
        d2 += self.squares
        d2.partition(self.k - 1, axis=1)  # what is the same for a whole row is added after the choice
        kth: Array = np.sqrt(np.maximum(d2[:, self.k - 1] + np.einsum("ij,ij->i", z, z), 0.0))
        return kth
