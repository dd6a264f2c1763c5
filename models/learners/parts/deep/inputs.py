"""What a network reads of a unit: sisters on the plant's and the stage's scale, strangers on a common basis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from models.base import Array, Task
from models.learners.parts.families import align
from models.learners.parts.scaling import Scaling, bend, scaling, stage_scaling

FEWEST = 8
BASIS = 6
AHEAD = 1.0
CAUTION = 4.0


class Inputs(Protocol):
    """How the units of one stage become the inputs of a network."""

    def see(self, x: Array, t: Array | None) -> Array:
        """Return the inputs, shape (n, width), of units `x`, shape (n, d), seen at `t`, shape (n,) in seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Clock:
    """The history of a stage in seconds; `span` 0 where it has no order."""

    start: float = 0.0
    span: float = 0.0

    @classmethod
    def of(cls, *times: Array | None) -> Self:
        """Span the history over all `times` that there are."""
        known = [t for t in times if t is not None and len(t)]
        if not known:
            return cls()
        every = np.concatenate(known)
        return cls(float(every.min()), float(np.ptp(every)))

    def read(self, t: Array | None, n: int) -> Array:
        """Return the times as one column from -1 (start) to 1 (end of the history), at most `AHEAD` later.

        Without a time the end of the history is meant; without a history every unit reads 0.

        Examples
        --------
        >>> Clock(0.0, 10.0).read(np.array([0.0, 5.0, 99.0]), 3).ravel().tolist()
        [-1.0, 0.0, 1.0]
        """
        if self.span <= 0:
            return np.zeros((n, 1))
        if t is None:
            return np.ones((n, 1))
        place: Array = np.clip(2.0 * (t - self.start) / self.span - 1.0, -1.0, AHEAD)[:, None]
        return place


@dataclass(frozen=True, slots=True, eq=False)
class SisterInputs:
    """Parameters of the family on the plant's and on the stage's scale, then the clock: width 2 d + 1.

    Parameters
    ----------
    columns, wanted : tuple of str
        The stage's parameters, and the family's.
    plant, stage : Scaling
    clock : Clock
    """

    columns: tuple[str, ...]
    wanted: tuple[str, ...]
    plant: Scaling
    stage: Scaling
    clock: Clock

    @classmethod
    def of(cls, task: Task, wanted: tuple[str, ...], plant: Scaling) -> Self:
        """Learn the stage's scale from all its units; a stage of few units is seen on the plant's alone."""
        few = len(task.support_x) + len(task.unlabelled_x) < FEWEST
        own = plant if few else stage_scaling(task, wanted)
        return cls(tuple(task.columns), wanted, plant, own, Clock.of(task.support_t, task.unlabelled_t))

    def static(self, x: Array) -> Array:
        """Return the inputs without the clock, shape (n, 2 d)."""
        aligned = align(x, self.columns, self.wanted)
        return np.hstack([self.plant.apply(aligned), self.stage.apply(aligned)])

    def see(self, x: Array, t: Array | None) -> Array:
        """Return the inputs, shape (n, 2 d + 1)."""
        return self.timed(self.static(x), t)

    def timed(self, static: Array, t: Array | None) -> Array:
        """Return inputs, shape (n, 2 d), with the clock behind them."""
        return np.hstack([static, self.clock.read(t, len(static))])


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """A stage on its own principal axes: the common ground of stages with different parameters.

    Parameters
    ----------
    stage : Scaling
    axes : ndarray, shape (d, r)
        Principal directions of the standardized units, each divided by its spread, widest first; r <= `BASIS`.
    """

    stage: Scaling
    axes: Array

    @classmethod
    def of(cls, rows: Array) -> Self:
        """Learn the axes from all units of the stage, shape (m, d)."""
        own = scaling(rows)
        z = own.apply(rows)
        values, vectors = np.linalg.eigh(z.T @ z / max(len(z), 1))
        kept = np.flatnonzero(values[::-1] > 1e-9)[:BASIS]
        spread = np.sqrt(values[::-1][kept])
        return cls(own, vectors[:, ::-1][:, kept] / spread)

    def scores(self, x: Array) -> Array:
        """Return the coordinates of units on the axes, shape (n, `BASIS`); missing axes are 0."""
        found = bend(self.stage.apply(x) @ self.axes)
        return np.hstack([found, np.zeros((len(x), BASIS - found.shape[1]))])


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """Order and sign of the axes by what the labels say, so that inputs mean the same at every stage.

    Parameters
    ----------
    order : ndarray of int, shape (`BASIS`,)
        The axis that goes with the labels most comes first.
    slope : ndarray, shape (`BASIS`,)
        Correlation of each axis (in that order) with the labels, pulled to 0 as by `CAUTION` labels.
    """

    order: np.ndarray
    slope: Array

    @classmethod
    def of(cls, scores: Array, y: Array) -> Self:
        """Correlate the axes' scores of the labelled units, shape (n, `BASIS`), with their labels."""
        z, r = scores - scores.mean(axis=0), y - y.mean()
        size = np.sqrt((z**2).sum(axis=0) * (r**2).sum()) + 1e-12
        found = (z * r[:, None]).sum(axis=0) / size * len(y) / (len(y) + CAUTION)
        order = np.argsort(-np.abs(found), kind="stable")
        return cls(order, found[order])

    def apply(self, scores: Array) -> Array:
        """Return the first partial least squares direction (Wold et al. 2001, eq. 3), then the axes, turned."""
        turned = scores[:, self.order]
        length = float(np.sqrt((self.slope**2).sum())) + 1e-12
        along = turned @ (self.slope / length)
        return np.column_stack([along, turned * np.where(self.slope < 0, -1.0, 1.0)])


@dataclass(frozen=True, slots=True, eq=False)
class StrangerInputs:
    """A stage that no family knows, on the common basis: width `BASIS` + 2, the clock last."""

    basis: Basis
    turn: Turn
    clock: Clock

    @classmethod
    def of(cls, task: Task) -> Self:
        """Learn basis and turn from the units and labels of `task`."""
        basis = Basis.of(np.vstack([task.support_x, task.unlabelled_x]))
        turn = Turn.of(basis.scores(task.support_x), task.support_y)
        return cls(basis, turn, Clock.of(task.support_t, task.unlabelled_t))

    def see(self, x: Array, t: Array | None) -> Array:
        """Return the inputs, shape (n, `BASIS` + 2)."""
        return np.hstack([self.turn.apply(self.basis.scores(x)), self.clock.read(t, len(x))])


def plant_scale(tasks: Sequence[Task], wanted: tuple[str, ...]) -> Scaling:
    """Learn the scale of the plant from the units of all sisters."""
    return scaling(np.vstack([align(t.support_x, t.columns, wanted) for t in tasks]))
