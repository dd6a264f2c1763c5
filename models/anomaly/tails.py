"""How far out in its tail each parameter lies, added over the parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models.base import Array


@dataclass(frozen=True, slots=True, eq=False)
class Tails:
    """Empirical tails of the parameters (Li et al. 2022, ECOD).

    Parameters
    ----------
    columns : ndarray, shape (m, d)
        Each parameter sorted, missing values last.
    count : ndarray, shape (d,)
        Known values of each parameter.
    skew : ndarray, shape (d,)
        Sign of the skewness: which tail decides where both are summed alone.
    """

    columns: Array
    count: Array
    skew: Array
    name: ClassVar[str] = "tails"

    @classmethod
    def learn(cls, rows: Array, seed: int = 0) -> Self:  # noqa: ARG003 - nothing random here
        """Sort the parameters of `rows`, shape (m, d)."""
        known = np.isfinite(rows)
        count = known.sum(axis=0).astype(np.float64)
        some = np.maximum(count, 1)
        away = np.where(known, rows - np.where(known, rows, 0.0).sum(axis=0) / some, 0.0)
        return cls(np.sort(rows, axis=0), count, np.sign((away**3).sum(axis=0)))

    def score(self, x: Array) -> Array:
        """Return the largest of three sums over the parameters: left tails, right tails, tails on the skewed side.

        A tail is the negative logarithm of the share of units at or beyond the value (ECOD, eq. 4 to 8), counting
        the new unit itself, so that a value beyond all others is finite; a missing value is no evidence.
        """
        left, right = np.zeros(x.shape), np.zeros(x.shape)
        for j, (column, count) in enumerate(zip(self.columns.T, self.count.astype(int), strict=True)):
            values = column[:count]
            left[:, j] = np.searchsorted(values, x[:, j], side="right")
            right[:, j] = count - np.searchsorted(values, x[:, j], side="left")
        left, right = (-np.log((side + 1.0) / (self.count + 1.0)) for side in (left, right))
        left[np.isnan(x)], right[np.isnan(x)] = 0.0, 0.0
        side = np.where(self.skew < 0, left, right)
        sums: Array = np.maximum(np.maximum(left.sum(axis=1), right.sum(axis=1)), side.sum(axis=1))
        return sums
