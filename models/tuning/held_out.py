"""Losses of learners on stages that they were not trained on, row by row, so that two of them can be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.base import Array, Learner, Task
from models.errors import ModelsError
from models.learners.parts.draws import divide, with_labels
from models.tuning.sharing import Trained

SHOTS = (5, 20)
QUERIES = 40
FEWEST = 12
WORST = 10.0
"""A loss beyond this many standard deviations counts as this: one explosion does not decide alone."""

Make = Callable[[Trained], Learner]
"""Returns the untrained learner; it may take parts from what was trained on the same stages before."""


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """Losses on the rows of held-out stages, in standard deviations of the stage; in the same order for every learner.

    Parameters
    ----------
    values : ndarray, shape (n,)
    stages : ndarray of object, shape (n,)
    """

    values: Array
    stages: NDArray[np.object_]

    @property
    def mean(self) -> float:
        """Mean over stages of their mean loss."""
        names = np.unique(self.stages.astype(str))
        return float(np.mean([self.values[self.stages.astype(str) == name].mean() for name in names]))


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Stages divided into folds; each fold is judged by learners trained on the others.

    Parameters
    ----------
    tasks : tuple of Task
    fold : ndarray of int, shape (tasks,)
        -1 for stages too short to be judged: they only teach.
    seed : int
    """

    tasks: tuple[Task, ...]
    fold: NDArray[np.intp]
    seed: int
    _kept: dict[tuple[str, int], Losses] = field(default_factory=dict)
    _trained: dict[int, Trained] = field(default_factory=dict)

    @classmethod
    def of(cls, tasks: Sequence[Task], folds: int, seed: int) -> HeldOut:
        """Divide the stages at random; all characteristics of one stage stay together."""
        stages = sorted({t.stage for t in tasks if len(t.support_y) >= FEWEST and np.ptp(t.support_y) > 0})
        place = dict(zip(stages, np.random.default_rng(seed).permutation(len(stages)) % max(folds, 1), strict=True))
        return cls(tuple(tasks), np.array([place.get(t.stage, -1) for t in tasks], dtype=np.intp), seed)

    @property
    def folds(self) -> int:
        """How many folds there are; a comparison needs two."""
        return int(self.fold.max(initial=-1)) + 1

    def losses(self, key: str, make: Make, fold: int) -> Losses:
        """Return the losses of a learner on one fold; computed once for each `key`.

        Every held-out stage is answered from 5 and from 20 of its labels (a quarter where it has too few), the same for
        all learners. A stage that the learner cannot serve counts as the worst.
        """
        if (key, fold) not in self._kept:
            held = [t for t, f in zip(self.tasks, self.fold, strict=True) if f == fold]
            names = {t.stage for t in held}
            learner = make(self._trained.setdefault(fold, {})).fit([t for t in self.tasks if t.stage not in names])
            rng = np.random.default_rng([self.seed, fold])
            parts = [(t.stage, _judged(learner, t, rng)) for t in held]
            values = np.concatenate([losses for _, losses in parts])
            stages = np.concatenate([np.full(len(losses), name, dtype=object) for name, losses in parts])
            self._kept[key, fold] = Losses(values, stages)
        return self._kept[key, fold]

    def together(self, key: str, make: Make, folds: int) -> Losses:
        """Return the losses on the first `folds` folds, one after the other."""
        parts = [self.losses(key, make, fold) for fold in range(folds)]
        return Losses(np.concatenate([p.values for p in parts]), np.concatenate([p.stages for p in parts]))


def _judged(learner: Learner, task: Task, rng: np.random.Generator) -> Array:
    n, sd = len(task.support_y), float(task.support_y.std()) or 1.0
    found = []
    for size in (s if s <= n - FEWEST // 2 else n // 4 for s in SHOTS):
        own, rest = divide(task, size, rng)
        rest = rest[:QUERIES]
        t = None if task.support_t is None else task.support_t[rest]
        try:
            adapted = learner.adapt(with_labels(task, own, np.zeros(0, dtype=np.intp)))
            error = np.abs(adapted.predict(task.support_x[rest], t).mean - task.support_y[rest]) / sd
        except (ModelsError, np.linalg.LinAlgError):
            error = np.full(len(rest), WORST)
        loss = error**2 if task.kind == "binary" else error
        found.append(np.minimum(np.nan_to_num(loss, nan=WORST), WORST))
    return np.concatenate(found)
