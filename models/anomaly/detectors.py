"""Scores of how strange a unit is among those of its stage, on one scale: what every detector sees in logarithms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.anomaly.knn import squared_distances
from models.anomaly.pca import Plane
from models.anomaly.scale import robust_scale
from models.base import Array

MOST = 800
NEAREST = 5
SCORES = ("neighbours", "plane", "tails")


@dataclass(frozen=True, slots=True, eq=False)
class Detectors:
    """Distance to neighbours, T2+SPE, and tails of the parameters, relative to the units of the stage.

    Parameters
    ----------
    centre, spread : ndarray, shape (d,)
        Mean and deviation of the units.
    units : ndarray, shape (m, d)
        The units, standardized, missing 0.
    plane : Plane
    columns : ndarray, shape (m, d)
        Each parameter sorted.
    usual, width : ndarray, shape (3,)
        Middle and spread of the logarithms of the scores over the units.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> seen = Detectors.of(rng.normal(size=(300, 3)))
    >>> near, far = seen.scores(np.array([[0.0, 0.0, 0.0], [6.0, -6.0, 6.0]]))
    >>> bool((far > near + 1).all())
    True
    """

    centre: Array
    spread: Array
    units: Array
    plane: Plane
    columns: Array
    usual: Array
    width: Array

    @classmethod
    def of(cls, rows: Array) -> Self:
        """Learn from `rows`, shape (m, d), at least two; of many an even choice."""
        some = rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), MOST)).astype(int))]
        centre, spread = _plain_scale(some)
        units = _standard(some, centre, spread)
        raw = cls(centre, spread, units, Plane.learn(some), np.sort(units, axis=0), np.zeros(3), np.ones(3))
        usual, width = robust_scale(raw.scores(some))
        return cls(centre, spread, units, raw.plane, raw.columns, usual, np.maximum(width, 0.05))

    def standard(self, x: Array) -> Array:
        """Return `x`, shape (n, d), on the scale of the units."""
        return _standard(x, self.centre, self.spread)

    def scores(self, x: Array) -> Array:
        """Return the logarithm of each score in spreads from its middle, shape (n, 3).

        The nearest unit is left out: it may be the very same one.
        """
        z = self.standard(x)
        count = min(NEAREST + 1, len(self.units))
        near = np.sqrt(np.partition(squared_distances(z, self.units), count - 1, axis=1)[:, :count])
        distance = (near.sum(axis=1) - near.min(axis=1)) / max(count - 1, 1)
        found = np.column_stack([distance, self.plane.score(x), self._tails(z)])
        scores: Array = (np.log(found + 1e-6) - self.usual) / self.width
        return scores

    def _tails(self, z: Array) -> Array:
        """Return the sum over parameters of the negative logarithm of the smaller tail (Li et al. 2022, ECOD)."""
        m = len(self.columns)
        total = np.zeros(len(z))
        for column, values in zip(self.columns.T, z.T, strict=True):
            below = np.searchsorted(column, values, side="right") / m
            above = 1.0 - np.searchsorted(column, values, side="left") / m
            total -= np.log(np.maximum(np.minimum(below, above), 0.5 / m))
        return total


def _plain_scale(rows: Array) -> tuple[Array, Array]:
    known = np.isfinite(rows)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, rows, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (rows - centre) ** 2, 0.0).sum(axis=0) / count)
    return centre, np.where(spread > 1e-9 * np.maximum(np.abs(centre), 1e-300), spread, np.inf)


def _standard(x: Array, centre: Array, spread: Array) -> Array:
    z: Array = np.clip(np.nan_to_num((x - centre) / spread, nan=0.0), -30.0, 30.0)
    return z
