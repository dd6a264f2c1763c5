"""What was tried on the stages of the training: for every episode how the task looked and how each recipe fared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Array, BoolArray, Task
from models.errors import StateError
from models.learners.parts import Rows
from models.learners.warm_start.recipes import RECIPES
from models.learners.warm_start.workbench import Workbench
from models.representations.features import NAMES
from models.representations.space import Space

QUERIES = 60
LEAST = 8
MOST_STAGES = 24
NEAR_SIZE = 0.45
NEAR_TASK = 0.35
SISTER = 4.0
WORST = float(np.log(4.0))
KEYS = ("features", "errors", "size", "stage", "family")


@dataclass(frozen=True, slots=True, eq=False)
class Experience:
    """Episodes of meta-training.

    Parameters
    ----------
    stages : tuple of str
    features : ndarray, shape (episodes, 30)
        Meta-features of the few labels that were given.
    errors : ndarray, shape (episodes, recipes)
        Log of the error on other units, in standard deviations of the stage, at most log 4; NaN where one cannot serve.
    size, stage, family : ndarray, shape (episodes,)
        Labels given; number of the stage among `stages`; number of its family.
    """

    stages: tuple[str, ...]
    features: Array
    errors: Array
    size: Array
    stage: Array
    family: Array

    def __post_init__(self) -> None:
        """Check that everything fits."""
        n = len(self.size)
        shapes = (self.features.shape, self.errors.shape, self.stage.shape, self.family.shape)
        if shapes != ((n, len(NAMES)), (n, len(RECIPES)), (n,), (n,)):
            raise StateError(f"state of learner 'warm_start': experience of shapes {shapes} - train again")

    @classmethod
    def none(cls) -> Self:
        """Nothing was tried yet."""
        empty = np.zeros(0)
        return cls((), np.zeros((0, len(NAMES))), np.zeros((0, len(RECIPES))), empty, empty, empty)

    @classmethod
    def read(cls, arrays: Mapping[str, Array], stages: Sequence[str]) -> Self:
        """Rebuild what `arrays` wrote."""
        return cls(tuple(stages), *(arrays[key] for key in KEYS))

    def arrays(self) -> dict[str, Array]:
        """Return everything but the names of the stages."""
        return {key: getattr(self, key) for key in KEYS}

    def without(self, stage: int) -> Experience:
        """Return the experience with all other stages."""
        kept = self.stage != stage
        return Experience(self.stages, *(getattr(self, key)[kept] for key in KEYS))

    def nearness(self, seen: Array, labels: int, family: int | None) -> Array:
        """Return how much each episode counts for a task of these meta-features, shape (episodes,).

        Gaussian in the distance of meta-features and in the logarithm of the number of labels; sisters count fourfold.
        """
        if not len(self.size):
            return np.zeros(0)
        apart = Space.of(self.features).distances(seen)
        sizes = (np.log1p(self.size) - np.log1p(labels)) / NEAR_SIZE
        nearest = float(apart.min())
        alike = np.exp(-0.5 * (((apart - nearest) / NEAR_TASK) ** 2 + sizes**2 - (sizes**2).min()))
        kin = np.ones(len(self.size)) if family is None else np.where(self.family == family, SISTER, 1.0)
        found: Array = alike * kin
        return found

    def expected(self, weight: Array, usable: BoolArray) -> Array:
        """Return the expected log error of each recipe, shape (recipes,); infinite for those that are not usable.

        Errors are compared inside an episode, so that hard stages do not speak louder; a recipe that was never tried is
        expected to be as good as the mean of those that were.
        """
        if not len(self.size) or not (weight > 0).any():
            order = np.arange(len(RECIPES), dtype=np.float64) * 1e-6
            return np.where(usable, order, np.inf)
        there = np.isfinite(self.errors) & usable
        count = np.maximum(there.sum(axis=1, keepdims=True), 1)
        level = np.where(there, self.errors, 0.0).sum(axis=1, keepdims=True) / count
        share = np.where(there, weight[:, None], 0.0)
        total = share.sum(axis=0)
        relative = np.divide((share * np.where(there, self.errors - level, 0.0)).sum(axis=0), total,
                             out=np.zeros(len(RECIPES)), where=total > 0)  # fmt: skip
        base = float(np.average(level[:, 0], weights=weight))
        return np.where(usable, base + relative, np.inf)


def episode(bench: Workbench, own: Rows, rest: Rows) -> Array:
    """Return the log error of every recipe fitted to the labels `own`, on the labels `rest`.

    Parameters
    ----------
    bench : Workbench
        Of the whole stage.
    own, rest : ndarray of int
        Places among the labels of `bench`.

    Returns
    -------
    ndarray, shape (recipes,)
        In standard deviations of the stage, at most log 4; NaN where a recipe cannot serve.
    """
    sd = float(bench.y.std())
    found = np.full(len(RECIPES), np.nan)
    for i, recipe in enumerate(RECIPES):
        if bench.usable(recipe, len(own)):
            mean, _ = bench.fit(recipe, own).answer(bench.x[rest])
            error = float(np.sqrt(np.mean((mean - bench.y[rest]) ** 2))) / sd
            found[i] = min(np.log(max(error, 1e-6)), WORST)
    return found


def draw(task: Task, rows: Rows, size: int, times: int, rng: np.random.Generator) -> list[tuple[Rows, Rows]]:
    """Draw `times` episodes: places in `rows` of `size` labels, and of others to judge on, replicates on one side.

    Returns
    -------
    list of (ndarray of int, ndarray of int)
        Empty where the stage has too few labels.
    """
    found: list[tuple[Rows, Rows]] = []
    for _ in range(times if len(rows) >= size + LEAST else 0):
        order = rng.permutation(len(rows)).astype(np.intp)
        own, rest = np.sort(order[:size]), order[size:]
        if task.groups is not None:
            names = task.groups[rows].astype(str)
            rest = rest[~np.isin(names[rest], names[own])]
        if len(rest):
            found.append((own, rest[:QUERIES]))
    return found


def informative(tasks: Sequence[Task], rng: np.random.Generator) -> list[Task]:
    """Return at most `MOST_STAGES` tasks on which recipes can be compared."""
    useful = [t for t in tasks if len(t.support_y) >= LEAST and np.ptp(t.support_y) > 0]
    return [useful[i] for i in sorted(rng.permutation(len(useful))[:MOST_STAGES].tolist())]
