"""Stages made ready to draw episodes from: inputs computed once, episodes by index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Array, Task
from models.learners.parts import Rows
from models.learners.parts.deep.inputs import BASIS, Basis, Clock, SisterInputs, Turn
from models.learners.parts.deep.standing import Standing
from models.learners.parts.draws import divide_defects, draw, log_uniform
from models.learners.parts.horizons import HORIZONS
from models.learners.parts.scaling import Scaling

MOST_SUPPORT = 50
MOST_QUERY = 40
MOST_DEFECTS = 6
AMONG = 0.6
FEWEST_STRANGE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One episode on the network's terms: inputs (n, width) and standardized labels (n,) of support and query."""

    sx: Array
    sy: Array
    qx: Array
    qy: Array


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One labelled stage.

    Parameters
    ----------
    task : Task
        All its labelled units as support.
    static : ndarray, shape (n, width - 1)
        Inputs of the labelled units without the clock; for strangers the scores on the basis.
    standing : Standing
    strange : bool
        Whether the stage is seen as a stranger, on the common basis.
    """

    task: Task
    static: Array
    standing: Standing
    strange: bool

    @classmethod
    def sister(cls, task: Task, wanted: tuple[str, ...], plant: Scaling, standing: Standing) -> Self:
        """Prepare a stage of a family."""
        return cls(task, SisterInputs.of(task, wanted, plant).static(task.support_x), standing, False)

    @classmethod
    def stranger(cls, task: Task) -> Self:
        """Prepare a stage as if no family knew it."""
        basis = Basis.of(np.vstack([task.support_x, task.unlabelled_x]))
        standing = Standing.of_rate(float(task.support_y.mean())) if task.kind == "binary" else Standing.stranger()
        return cls(task, basis.scores(task.support_x), standing, True)

    @property
    def width(self) -> int:
        """Inputs of a network for this stage."""
        return BASIS + 2 if self.strange else self.static.shape[1] + 1

    def episode(self, rng: np.random.Generator) -> Drawn | None:
        """Draw an episode of random size and horizon; None where the stage is too short for the draw."""
        if self.task.kind == "binary":
            size = int(rng.integers(0, MOST_DEFECTS + 1))
            found = divide_defects(self.task, size, rng)
            return None if found is None else self.drawn(*found, whole=True, rng=rng)
        horizon = 0 if rng.random() < AMONG else int(rng.integers(1, len(HORIZONS)))
        most = min(MOST_SUPPORT, len(self.task.support_y) - 10)
        size = max(log_uniform(most, rng), FEWEST_STRANGE if self.strange else 0)
        found = draw(self.task, horizon, size, rng) or draw(self.task, 0, size, rng)
        return None if found is None else self.drawn(*found, whole=horizon == 0, rng=rng)

    def drawn(self, own: Rows, rest: Rows, *, whole: bool, rng: np.random.Generator) -> Drawn:
        """Return the episode with support `own` and some of `rest` as query; unless `whole`, the rest is the future."""
        if len(rest) > MOST_QUERY:
            rest = rng.permutation(rest)[:MOST_QUERY]
        times = self.task.support_t
        clock = Clock.of(times if whole or times is None else times[own])
        level, scale = self.standing.place(self.task.support_y[own])
        turn = Turn.of(self.static[own], self.task.support_y[own]) if self.strange else None

        def seen(rows: Rows) -> Array:
            static = self.static[rows] if turn is None else turn.apply(self.static[rows])
            return np.hstack([static, clock.read(None if times is None else times[rows], len(rows))])

        y = self.task.support_y
        return Drawn(seen(own), (y[own] - level) / scale, seen(rest), (y[rest] - level) / scale)


def folds(count: int, wanted: int, seed: int) -> Rows:
    """Return for each of `count` stages which of `wanted` nets never sees it, as evenly as can be.

    Examples
    --------
    >>> np.bincount(folds(7, 3, 0)).tolist()
    [3, 2, 2]
    """
    place: Rows = np.random.default_rng(seed).permutation(count) % min(wanted, count)
    return place


def usable(prepared: Sequence[Prepared]) -> list[int]:
    """Return the places of the stages from which episodes can be drawn: enough labels, and labels that differ."""
    return [i for i, p in enumerate(prepared) if len(p.task.support_y) >= 12 and np.ptp(p.task.support_y) > 0]
