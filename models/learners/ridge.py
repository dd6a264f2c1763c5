"""Baseline: ridge regression on the stage's own labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from models.base import Adapted, Array, Task
from models.learners.parts.families import Family
from models.learners.parts.kernels import linear
from models.learners.parts.levels import from_labels, spread_guess
from models.learners.parts.plain import families_of, levels_for, read, reference_for, sentence, write
from models.learners.parts.regress import regress_each
from models.learners.parts.scaling import scaling
from models.learners.parts.serving import Answer, Respond, serve
from models.state import State

NOISES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)
MOST_LABELS = 600
FEWEST_LABELS = 3


class Ridge:
    """Linear in standardized parameters, penalty by leave-one-out error, on labels of the stage alone.

    Parameters
    ----------
    seed : int
    device : str
        Accepted for the common signature; this learner computes on the processor.
    """

    name = "ridge"

    def __init__(self, seed: int = 0, device: str = "auto", families: tuple[Family, ...] = ()) -> None:
        self.seed, self.device, self._families = seed, device, families

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Learn the levels of each family, which serve until there are labels."""
        return type(self)(self.seed, self.device, families_of(tasks, self.seed))

    def adapt(self, task: Task) -> Adapted:
        """Fit the labels of `task`; below three labels the mean of the stage answers."""
        levels = levels_for(self._families, task)
        reference = reference_for(self._families, task)
        said = sentence(task, levels)
        if len(task.support_y) < FEWEST_LABELS or np.ptp(task.support_y) == 0:
            return serve(task, from_labels(task, levels, task.support_y), (f"mean of the stage: {said}",), reference)
        return serve(task, _fit(task, spread_guess(task, levels)), (f"ridge: {said}",), reference)

    def state(self) -> State:
        """Return families and levels."""
        return write(self.name, self.seed, self._families)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed, families = read(cls.name, state)
        return cls(seed, families=families)


def _fit(task: Task, guess: float) -> Respond:
    kept = slice(-MOST_LABELS, None)
    scale = scaling(np.vstack([task.support_x, task.unlabelled_x]))
    z, y = scale.apply(task.support_x[kept]), task.support_y[kept]
    k = linear(z, z)
    fits = regress_each(k, y, NOISES, guess)
    best = min(fits, key=lambda fit: float((fit.left_out**2).mean()))

    def respond(x: Array, _t: Array | None) -> Answer:
        z_new = scale.apply(x)
        mean, spread = best.answer(linear(z_new, z), (z_new**2).sum(axis=1) / max(z.shape[1], 1))
        return Answer(mean, spread, best.freedom)

    return respond
