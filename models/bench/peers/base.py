"""What a peer is: learn across stages or not, then place itself at one stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from models.base import LEVEL, Array, Kind, Prediction, Task, as_matrix
from models.errors import NotThisKind

#: From parameters (n, d) to a mean (n,) and a standard deviation (n,), or None where the method states none.
Predictor = Callable[[Array], tuple[Array, Array | None]]


@dataclass(frozen=True, slots=True)
class PeerAdapted:
    """A peer placed at one stage."""

    width: int
    predictor: Predictor

    def predict(self, x: ArrayLike, t: ArrayLike | None = None, level: float = LEVEL) -> Prediction:
        """Predict; bounds are NaN where the method states no uncertainty, the anomaly always is."""
        del t
        matrix = as_matrix(x, self.width, "x")
        mean, sd = self.predictor(matrix)
        missing = np.full(len(matrix), np.nan)
        half = missing if sd is None else float(norm.ppf((1 + level) / 2)) * sd
        return Prediction(mean, mean - half, mean + half, missing, np.ones(len(matrix), dtype=bool), level)


@dataclass(frozen=True, slots=True)
class Peer:
    """A method that plants use today, behind the learners' interface.

    Parameters
    ----------
    name : str
    kind : {"continuous", "binary"}
    place : callable
        ``place(learned, task) -> Predictor``; `learned` is None where `learn` is.
    learn : callable, optional
        ``learn(tasks) -> learned``: what is taken over from the other stages.
    rolling : bool
        Serves the rolling protocol only.
    unlabelled : bool
        Ranks units by how unlike the others they are, without any label.
    learned : object
        Result of `learn`, set by `fit`.
    columns : tuple of str
        Parameters of the stages learned from, set by `fit`.
    """

    name: str
    kind: Kind
    place: Callable[[Any, Task], Predictor]
    learn: Callable[[Sequence[Task]], Any] | None = None
    rolling: bool = False
    unlabelled: bool = False
    learned: Any = None
    columns: tuple[str, ...] = ()

    def fit(self, tasks: Sequence[Task]) -> Peer:
        """Return the peer that knows the other stages."""
        if self.learn is None:
            return self
        if not tasks:
            raise NotThisKind(f"peer {self.name!r} pools other stages and there is none")
        if len({t.columns for t in tasks}) > 1:
            raise NotThisKind(f"peer {self.name!r} pools stages with the same parameters; these have others")
        return replace(self, learned=self.learn(tasks), columns=tuple(tasks[0].columns))

    def adapt(self, task: Task) -> PeerAdapted:
        """Fit one stage; NotThisKind for another kind of characteristic, or without a label where one is needed."""
        if task.kind != self.kind:
            raise NotThisKind(f"peer {self.name!r} serves {self.kind} characteristics, not {task.kind}")
        if self.columns not in {(), task.columns}:
            raise NotThisKind(f"peer {self.name!r} pooled stages with other parameters than {task.stage!r} has")
        if self.kind == "continuous" and not len(task.support_y):
            raise NotThisKind(f"peer {self.name!r} needs a label of the stage")
        return PeerAdapted(len(task.columns), self.place(self.learned, task))


@dataclass(frozen=True, slots=True)
class Scaling:
    """Median for a missing value, then centre and spread of the stage's own units.

    Examples
    --------
    >>> Scaling.of(np.array([[0.0], [2.0], [np.nan]])).apply(np.array([[3.0], [np.nan]])).round(3).tolist()
    [[2.449], [0.0]]
    """

    fill: Array
    centre: Array
    spread: Array

    @classmethod
    def of(cls, x: Array) -> Scaling:
        """Take the scaling from `x`, shape (n, d); constant or empty columns are only shifted."""
        empty = ~np.isfinite(x).any(axis=0)
        fill = np.where(empty, 0.0, np.nanmedian(np.where(empty, 0.0, x), axis=0)) if len(x) else np.zeros(x.shape[1])
        full = np.where(np.isfinite(x), x, fill)
        centre = full.mean(axis=0) if len(x) else fill
        spread = full.std(axis=0) if len(x) else np.ones(x.shape[1])
        return cls(fill, centre, np.where(spread > 1e-12 * np.maximum(np.abs(centre), 1e-300), spread, 1.0))

    def apply(self, x: Array) -> Array:
        """Return `x` filled and scaled."""
        return (np.where(np.isfinite(x), x, self.fill) - self.centre) / self.spread


def stage_scaling(task: Task) -> Scaling:
    """Return the scaling from all units the method may see: labelled and unlabelled."""
    return Scaling.of(np.concatenate([task.support_x, task.unlabelled_x]))


def constant(value: float) -> Predictor:
    """Return the predictor that says `value` for every unit."""
    return lambda x: (np.full(len(x), value), None)
