"""The domain of a stage: how abnormal a unit is, and whether the model was ever shown such a one.

Two scores on standardized parameters: T2 and SPE of a principal component analysis (Jackson & Mudholkar 1979) and
the distance to the k-th nearest unit; both become conformal p-values on units kept aside (Vovk, Gammerman & Shafer
2005, ch. 2), so that of normal units a share a scores above 1 - a.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.anomaly.conformal import p_values
from models.anomaly.knn import Neighbours, neighbours
from models.anomaly.pca import Subspace, subspace
from models.base import Array, BoolArray, Task

MOST = 600
FEWEST = 10
FAR = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Domain:
    """What the units of a stage look like.

    Parameters
    ----------
    plane : Subspace or None
    near : Neighbours or None
    calibration : ndarray, shape (c, 2)
        Sorted scores (T2+SPE, distance) of units kept aside.
    combined : ndarray, shape (c,)
        Sorted combined scores of the same units.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(400, 3))
    >>> task = Task("s", "c", ["a", "b", "c"], np.zeros((0, 3)), [], unlabelled_x=x)
    >>> anomaly, inside = Domain.of(task).judge(np.array([[0.0, 0.0, 0.0], [9.0, -9.0, 9.0]]))
    >>> bool(anomaly[0] < 0.5), bool(anomaly[1] > 0.99), inside.tolist()
    (True, True, [True, False])
    """

    plane: Subspace | None
    near: Neighbours | None
    calibration: Array
    combined: Array

    @classmethod
    def of(cls, task: Task, reference: Array | None = None) -> Self:
        """Learn the domain from the units of `task`, with `reference` (shape (m, d)) where they are few."""
        rows = np.vstack([task.support_x, task.unlabelled_x])
        if len(rows) < 2 * FEWEST and reference is not None:
            rows = np.vstack([rows, reference])
        return cls.learn(rows)

    @classmethod
    def learn(cls, rows: Array) -> Self:
        """Learn the domain from `rows`, shape (m, d): every second one is kept aside to calibrate."""
        if len(rows) < FEWEST:
            return cls(None, None, np.zeros((0, 2)), np.zeros(0))
        rows = _ordered(rows)
        if len(rows) > MOST:
            rows = rows[np.linspace(0, len(rows) - 1, MOST).astype(int)]
        fit, aside = rows[::2], rows[1::2]
        plane = subspace(fit)
        near = neighbours(plane.scale(fit))
        scores = np.column_stack([plane.score(aside), near.score(plane.scale(aside))])
        calibration = np.sort(scores, axis=0)
        return cls(plane, near, calibration, np.sort(_combine(scores, calibration)))

    def judge(self, x: Array) -> tuple[Array, BoolArray]:
        """Return the anomaly score (0..1) and whether each row of `x`, shape (n, d), lies inside the domain.

        Where nothing is known of the stage the score is 0 (no evidence) and nothing is inside.
        """
        if self.plane is None or self.near is None:
            return np.zeros(len(x)), np.zeros(len(x), dtype=bool)
        scores = np.column_stack([self.plane.score(x), self.near.score(self.plane.scale(x))])
        anomaly = 1.0 - p_values(self.combined, _combine(scores, self.calibration))
        inside = (scores <= FAR * self.calibration[-1] + 1e-9).all(axis=1)
        return anomaly, inside

    def strangeness(self, x: Array) -> Array:
        """Return both scores of each row of `x` as parameters of their own, shape (n, 2).

        Logarithms in standard deviations from the mean of the units kept aside, so they mean the same at every stage.
        """
        if self.plane is None or self.near is None:
            return np.zeros((len(x), 2))
        scores = np.column_stack([self.plane.score(x), self.near.score(self.plane.scale(x))])
        usual = np.log(self.calibration + 1e-6)
        strange: Array = (np.log(scores + 1e-6) - usual.mean(axis=0)) / np.maximum(usual.std(axis=0), 0.05)
        return strange


def _ordered(rows: Array) -> Array:
    """Return the rows in an order that depends on their values alone, so that shuffled units change nothing."""
    filled = np.nan_to_num(rows, nan=-1e300)
    mixing = np.cos(np.arange(1, rows.shape[1] + 1) * 12.9898)
    key = np.sin(np.tanh(filled / (np.abs(filled).mean(axis=0) + 1e-300)) @ mixing * 43758.5453)
    ordered: Array = rows[np.argsort(key, kind="stable")]
    return ordered


def _combine(scores: Array, calibration: Array) -> Array:
    """Return one score: the sum of logs of the p-values (Fisher), and the raw scores beyond all that was seen."""
    p = np.column_stack([p_values(calibration[:, j], scores[:, j]) for j in range(scores.shape[1])])
    beyond = np.maximum(scores / (calibration[-1] + 1e-12) - 1.0, 0.0).sum(axis=1)
    total: Array = -np.log(p).sum(axis=1) + np.log1p(beyond)
    return total
