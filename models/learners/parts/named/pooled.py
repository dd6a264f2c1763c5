"""What is known of a stage before its first label: a ridge over the other stages of its family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import linalg

from models.base import Array, Task
from models.learners.parts.families import align
from models.learners.parts.named.place import Place

ROWS, FOLDS, RIDGE = 40, 10, 0.1
TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """A ridge over the stages of a family, a few stages left out in turn: what is known before the first label.

    Parameters
    ----------
    x : list of ndarray, shape (n, d)
        Parameters of each stage over the columns of all, standardized; what is missing is the mean.
    y : list of ndarray, shape (n,)
    """

    x: list[Array]
    y: list[Array]

    @classmethod
    def of(cls, tasks: Sequence[Task]) -> Self:
        """Take an even choice of each stage's labels."""
        columns = tuple(dict.fromkeys(name for task in tasks for name in task.columns))
        rows = [np.linspace(0, len(t.support_y) - 1, min(len(t.support_y), ROWS)).astype(int) for t in tasks]
        every = [align(t.support_x[r], t.columns, columns) for t, r in zip(tasks, rows, strict=True)]
        stacked = np.ma.masked_invalid(np.vstack(every))
        middle, spread = stacked.mean(axis=0).filled(0.0), stacked.std(axis=0).filled(0.0)
        spread[spread <= TINY * np.abs(middle)] = np.inf
        x = [np.nan_to_num((e - middle) / spread, nan=0.0, posinf=0.0, neginf=0.0) for e in every]
        return cls(x, [t.support_y[r] for t, r in zip(tasks, rows, strict=True)])

    def told(self, places: Sequence[Place]) -> list[Array]:
        """Return what the other stages tell of each stage's units, in its own values."""
        moved = [place.moved(y) for place, y in zip(places, self.y, strict=True)]
        told: list[Array] = [np.empty(0)] * len(moved)
        folds = min(len(moved), FOLDS)
        for fold in range(folds):
            out = [i for i in range(len(moved)) if i % folds == fold]
            kept = [i for i in range(len(moved)) if i % folds != fold]
            x, y = np.vstack([self.x[i] for i in kept]), np.concatenate([moved[i] for i in kept])
            gram = x.T @ x + RIDGE * len(y) * np.eye(x.shape[1])
            slope = linalg.solve(gram, x.T @ (y - y.mean()), assume_a="pos") if x.shape[1] else np.empty(0)
            middle = float(y.mean() - x.mean(axis=0) @ slope)
            for i in out:
                told[i] = places[i].back(middle + self.x[i] @ slope)
        return told

    def errors(self, places: Sequence[Place]) -> Array:
        """Return the root mean squared error at each stage, shape (stages,)."""
        told = self.told(places)
        return np.array([np.sqrt(np.mean((y - m) ** 2)) for y, m in zip(self.y, told, strict=True)])

    def gain(self, plain: Array, places: Sequence[Place]) -> float:
        """Return by what the logarithm of the error falls, one standard error over the stages taken off."""
        gains = np.log(plain) - np.log(np.maximum(self.errors(places), TINY * plain))
        return float(gains.mean() - gains.std(ddof=1) / np.sqrt(len(gains)))
