"""Trees over the labels of all sisters, with honest ones for the stages of the training, and how far stages lie off."""

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

FOLDS = 3
USUAL = Growth()


@dataclass(frozen=True, slots=True, eq=False)
class Sisters:
    """Trees of one family and one growth.

    Parameters
    ----------
    trees : Boosted
        For a new sister.
    honest : tuple of Boosted
        Trees for the stages of the training itself, each grown without some of them.
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
    def of(
        cls, family: Family, tasks: Sequence[Task], rng: np.random.Generator, most: int, growth: Growth = USUAL
    ) -> Self:
        """Grow trees on at most `most` labels of each stage; a single stage has its mean for an honest answer."""
        rows = [np.sort(rng.permutation(len(t.support_y))[:most]) for t in tasks]
        xs = [align(t.support_x[r], t.columns, family.columns) for t, r in zip(tasks, rows, strict=True)]
        ys = [t.support_y[r] for t, r in zip(tasks, rows, strict=True)]
        honest, place = _without(xs, ys, growth, rng)
        left = [y - honest[p].predict(x) for x, y, p in zip(xs, ys, place, strict=True)]
        offset = float(np.sqrt(np.mean([e.mean() ** 2 for e in left])))
        residual = float(np.sqrt(np.median([e.var() for e in left])))
        return cls(_grown(xs, ys, np.arange(len(tasks)), growth, rng), honest, place, offset, residual)

    def trees_for(self, family: Family, stage: str) -> Boosted:
        """Return trees that never saw a label of `stage`."""
        return self.honest[int(self.place[family.stages.index(stage)])] if stage in family.stages else self.trees

    def arrays(self) -> dict[str, Array]:
        """Return everything as arrays."""
        found = {"numbers": np.array([self.offset, self.residual]), "place": self.place.astype(np.float64)}
        for j, trees in enumerate((self.trees, *self.honest)):
            found[f"{j}/base"] = np.array([trees.base])
            found[f"{j}/feature"] = trees.feature.astype(np.float64)
            found[f"{j}/threshold"], found[f"{j}/value"] = trees.threshold, trees.value
        return found

    @classmethod
    def read(cls, learner: str, arrays: Mapping[str, Array], family: Family) -> Self:
        """Rebuild what `arrays` wrote for a learner.

        Raises
        ------
        StateError
            If something is missing or does not fit.
        """
        try:
            offset, residual = (float(v) for v in arrays["numbers"])
            place = arrays["place"].astype(np.intp)
            trees = [_tree(arrays, j, len(family.columns)) for j in range(int(place.max()) + 2)]
        except (KeyError, ValueError, IndexError) as error:
            raise StateError(f"state of learner {learner!r}: {error} is missing or damaged") from None
        if place.shape != (len(family.stages),) or place.min() < 0:
            raise StateError(f"state of learner {learner!r}: stages and trees do not fit - train again")
        return cls(trees[0], tuple(trees[1:]), place, offset, residual)


def _without(
    xs: Sequence[Array], ys: Sequence[Array], growth: Growth, rng: np.random.Generator
) -> tuple[tuple[Boosted, ...], Rows]:
    """Grow trees three times, each time without some stages; return them and which of them never saw each stage."""
    count = min(FOLDS, len(xs))
    if count < 2:
        none = np.zeros((0, 1))
        mean = Boosted(float(ys[0].mean()), none.astype(np.int32), none, np.zeros((0, 2)))
        return (mean,), np.zeros(1, dtype=np.intp)
    place = (rng.permutation(len(xs)) % count).astype(np.intp)
    return tuple(_grown(xs, ys, np.flatnonzero(place != fold), growth, rng) for fold in range(count)), place


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
