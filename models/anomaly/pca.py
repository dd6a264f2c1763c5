"""T2 and squared prediction error of a robust principal component analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models.anomaly.scale import Scale
from models.base import Array

KEPT = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Main directions of the parameters, and how far a unit lies along them and off them.

    Parameters
    ----------
    scale : Scale
    axes : ndarray, shape (d, r)
    variances : ndarray, shape (r,)
    rest : float
        Mean squared prediction error outside the axes.
    """

    scale: Scale
    axes: Array
    variances: Array
    rest: float
    name: ClassVar[str] = "plane"

    @classmethod
    def learn(cls, rows: Array, seed: int = 0) -> Self:  # noqa: ARG003 - nothing random here
        """Find the directions that hold 90 % of the variance of `rows`, shape (m, d).

        Examples
        --------
        >>> x = np.random.default_rng(0).normal(size=(300, 2)) @ np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        >>> Plane.learn(x).axes.shape
        (3, 2)
        """
        scale = Scale.of(rows)
        return cls.through(scale.apply(rows), scale)

    @classmethod
    def through(cls, z: Array, scale: Scale) -> Self:
        """Find the directions of units `z`, shape (m, d), that stand on `scale` already."""
        values, vectors = np.linalg.eigh(z.T @ z / max(len(z), 1))
        values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
        share = np.cumsum(values) / max(values.sum(), 1e-12)
        r = min(int(np.searchsorted(share, KEPT)) + 1, len(values), max(len(z) // 4, 1))
        rest = max(float(values[r:].sum()), 1e-3)
        return cls(scale, np.ascontiguousarray(vectors[:, :r]), np.maximum(values[:r], 1e-6), rest)

    def score(self, x: Array) -> Array:
        """Return T2 / r + SPE / mean SPE of each row (Jackson & Mudholkar 1979; Yue & Qin 2001), shape (n,)."""
        return self.score_of(self.scale.apply(x))

    def score_of(self, z: Array) -> Array:
        """Return the score of units that stand on the scale already."""
        along = z @ self.axes
        square = along**2
        t2 = square @ (1.0 / self.variances) / max(len(self.variances), 1)
        spe = np.maximum(np.einsum("ij,ij->i", z, z) - square.sum(axis=1), 0.0)
        total: Array = t2 + spe / self.rest
        return total
