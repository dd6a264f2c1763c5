"""Trees over all sisters, with honest ones for the stages of the training, and how far stages lie from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Array, Task
from models.errors import StateError
from models.learners.parts import Rows
from models.learners.parts.boosted import Boosted, Growth, grow
from models.learners.parts.families import Family, align
from models.learners.warm_start.answers import Means

LABELS_A_STAGE = 150
FOLDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Sisters:
    """Trees of one family and one growth.

    Parameters
    ----------
    trees : Boosted
        For a new sister.
    honest : tuple of Boosted
        Each grown without some of the stages.
    place : ndarray of int, shape (stages,)
        Which of `honest` never saw the stage.
    offset, residual : float
        Standard deviation over stages of the offset from the trees, and of what is left inside a stage.
    """

    trees: Boosted
    honest: tuple[Boosted, ...]
    place: Rows
    offset: float
    residual: float

    @classmethod
    def of(cls, family: Family, tasks: Sequence[Task], growth: Growth, rng: np.random.Generator) -> Self | None:
        """Grow the trees; None for a single stage, which has no sisters to learn from."""
        if len(tasks) < FOLDS:
            return None
        rows = [np.sort(rng.permutation(len(t.support_y))[:LABELS_A_STAGE]) for t in tasks]
        xs = [align(t.support_x[r], t.columns, family.columns) for t, r in zip(tasks, rows, strict=True)]
        ys = [t.support_y[r] for t, r in zip(tasks, rows, strict=True)]
        place = (rng.permutation(len(tasks)) % FOLDS).astype(np.intp)
        honest = tuple(_grown(xs, ys, np.flatnonzero(place != fold), growth, rng) for fold in range(FOLDS))
        left = [y - honest[p].predict(x) for x, y, p in zip(xs, ys, place, strict=True)]
        offset = float(np.sqrt(np.mean([e.mean() ** 2 for e in left])))
        residual = float(np.sqrt(np.median([e.var() for e in left])))
        return cls(_grown(xs, ys, np.arange(len(tasks)), growth, rng), honest, place, offset, residual)

    def means_for(self, family: Family, task: Task) -> Means:
        """Return trees that never saw a label of the stage of `task`, ready for its columns."""
        known = task.stage in family.stages
        trees = self.honest[int(self.place[family.stages.index(task.stage)])] if known else self.trees
        return Means(trees, tuple(task.columns), family.columns)

    def arrays(self) -> dict[str, Array]:
        """Return everything as arrays."""
        found = {"numbers": np.array([self.offset, self.residual]), "place": self.place.astype(np.float64)}
        for j, trees in enumerate((self.trees, *self.honest)):
            found[f"{j}/base"] = np.array([trees.base])
            found[f"{j}/feature"] = trees.feature.astype(np.float64)
            found[f"{j}/threshold"], found[f"{j}/value"] = trees.threshold, trees.value
        return found

    @classmethod
    def read(cls, arrays: Mapping[str, Array], family: Family) -> Self:
        """Rebuild what `arrays` wrote.

        Raises
        ------
        StateError
            If something is missing or does not fit.
        """
        try:
            offset, residual = (float(v) for v in arrays["numbers"])
            place = arrays["place"].astype(np.intp)
            trees = [_tree(arrays, j, len(family.columns)) for j in range(FOLDS + 1)]
        except (KeyError, ValueError, IndexError) as error:
            raise StateError(f"state of learner 'warm_start': {error} is missing or damaged - train again") from None
        if place.shape != (len(family.stages),) or place.min() < 0 or place.max() >= FOLDS:
            raise StateError("state of learner 'warm_start': stages and trees do not fit - train again")
        return cls(trees[0], tuple(trees[1:]), place, offset, residual)


def _grown(xs: Sequence[Array], ys: Sequence[Array], keep: Rows, growth: Growth, rng: np.random.Generator) -> Boosted:
    x, y = np.vstack([xs[i] for i in keep]), np.concatenate([ys[i] for i in keep])
    return grow(x, y, np.ones(len(y)), rng, growth)


def _tree(arrays: Mapping[str, Array], j: int, d: int) -> Boosted:
    feature = arrays[f"{j}/feature"].astype(np.int32)
    threshold, value = arrays[f"{j}/threshold"], arrays[f"{j}/value"]
    count, depth = feature.shape
    inside = not feature.size or (feature.min() >= 0 and feature.max() < d)
    if not inside or threshold.shape != (count, depth) or value.shape != (count, 2**depth):
        raise ValueError(f"trees {j}")
    return Boosted(float(arrays[f"{j}/base"][0]), feature, threshold, value)
