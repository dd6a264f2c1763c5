"""Cross-conformal scores: every unit calibrates a detector that never saw it.

Of F folds of the units each in turn is kept aside, a detector is learned from the others and scores it (Vovk 2015,
cross-conformal predictors; Barber et al. 2021, CV+). A new unit is scored by each of the F detectors and compared with
the units that this detector did not see. All units calibrate, so half as many as with one split are enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.anomaly.conformal import p_values
from models.anomaly.knn import Neighbours
from models.anomaly.pca import Plane
from models.anomaly.scale import Scale
from models.anomaly.units import Rows, Units
from models.base import Array


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two detectors on one scale: T2+SPE and distance to neighbours."""

    plane: Plane
    near: Neighbours

    @classmethod
    def learn(cls, rows: Array) -> Self:
        """Learn both from `rows`, shape (m, d)."""
        scale = Scale.of(rows)
        z = scale.apply(rows)
        return cls(Plane.through(z, scale), Neighbours.among(z, scale))

    def scores(self, x: Array) -> Array:
        """Return both scores, shape (n, 2)."""
        z = self.plane.scale.apply(x)
        return np.column_stack([self.plane.score_of(z), self.near.score_of(z)])


@dataclass(frozen=True, slots=True, eq=False)
class Crossed:
    """Detectors of the folds and what each says of the units it did not see.

    Parameters
    ----------
    pairs : tuple of Pair
        One a fold.
    usual : ndarray, shape (m, 2)
        Sorted scores of all units, each by the detector that did not see it.
    totals, weights : tuple of ndarray
        For each fold its units' combined scores, sorted, and what they and all above them count, replicates together.
    groups : int
        Units, replicates counted once.
    """

    pairs: tuple[Pair, ...]
    usual: Array
    totals: tuple[Array, ...]
    weights: tuple[Array, ...]
    groups: int

    @classmethod
    def learn(cls, units: Units, fold: Rows) -> Self:
        """Learn from `units` with the fold of each, shape (m,); a fold that holds them all is judged by itself."""
        asides = [np.flatnonzero(fold == k) for k in range(int(fold.max()) + 1)]
        asides = [rows for rows in asides if len(rows)]
        pairs, scores = [], []
        for aside in asides:
            rest = np.delete(units.rows, aside, axis=0)
            pairs.append(Pair.learn(rest if len(rest) else units.rows))
            scores.append(pairs[-1].scores(units.rows[aside]))
        usual = np.sort(np.vstack(scores), axis=0)
        totals, weights = [], []
        for aside, found in zip(asides, scores, strict=True):
            total = combined(found, usual)
            order = np.argsort(total)
            totals.append(total[order])
            weights.append(np.append(np.cumsum(units.weight[aside][order][::-1])[::-1], 0.0))
        return cls(tuple(pairs), usual, tuple(totals), tuple(weights), units.independent)

    def scores(self, x: Array) -> Array:
        """Return both scores of `x`, shape (n, d), by each fold's detectors, shape (folds, n, 2)."""
        return np.stack([pair.scores(x) for pair in self.pairs])

    def p_values(self, scores: Array) -> Array:
        """Return the share of units at least as strange, replicates counted once and the new unit too, shape (n,).

        With G groups of replicates the smallest is 1 / (G + 1): rows of one shot promise no more than the shot
        (weights as in Dunn, Wasserman & Ramdas 2023, two-layer models).
        """
        above = np.ones(scores.shape[1])
        for found, total, weight in zip(scores, self.totals, self.weights, strict=True):
            above += weight[np.searchsorted(total, combined(found, self.usual) - 1e-12, side="left")]
        shares: Array = np.minimum(above / (self.groups + 1.0), 1.0)
        return shares


def combined(scores: Array, usual: Array) -> Array:
    """Return one score: the sum of logs of the p-values (Fisher), and the raw scores beyond all that was seen."""
    p = np.column_stack([p_values(usual[:, j], scores[:, j]) for j in range(scores.shape[1])])
    beyond = np.maximum(scores / (usual[-1] + 1e-12) - 1.0, 0.0).sum(axis=1)
    total: Array = -np.log(p).sum(axis=1) + np.log1p(beyond)
    return total
