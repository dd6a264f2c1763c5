"""Baseline: one Gaussian process on the stage's own labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Adapted, Array, Task
from models.learners.parts.kernels import matern32, squared_distances
from models.learners.parts.levels import spread_guess
from models.learners.parts.order import left_out, newest
from models.learners.parts.plain import Kin, Plain
from models.learners.parts.regress import Fit, regress_each
from models.learners.parts.scaling import Scaling, stage_scaling
from models.learners.parts.serving import Answer

NOISES = (0.003, 0.03, 0.1, 0.3, 1.0, 5.0)
LENGTHS = (0.5, 1.0, 2.0, 4.0)
MOST_LABELS = 300
FEWEST_LABELS = 3


class SingleGP(Plain):
    """Matern 3/2 on standardized parameters; length and noise by marginal likelihood, on the stage alone."""

    name = "single_gp"

    def adapt(self, task: Task) -> Adapted:
        """Fit the newest labels of `task`, at most 300; below three labels the mean of the stage answers."""
        kin = Kin.of(self._families, task)
        if len(task.support_y) < FEWEST_LABELS or np.ptp(task.support_y) == 0:
            return kin.by_mean()
        respond = _fit(task, spread_guess(task, kin.levels))
        return kin.answered(respond, "Gaussian process", note=left_out(task, MOST_LABELS))


@dataclass(frozen=True, slots=True, eq=False)
class Smooth:
    """What answers: a fit with a Matern kernel to the labelled units `z`, shape (n, d), standardized by `scale`."""

    scale: Scaling
    z: Array
    length: float
    fit: Fit

    def __call__(self, x: Array, _t: Array | None) -> Answer:
        """Answer for units `x`, shape (q, d)."""
        apart = np.sqrt(squared_distances(self.scale.apply(x), self.z) / max(self.z.shape[1], 1))
        mean, spread = self.fit.answer(matern32(apart, self.length), np.ones(len(x)))
        return Answer(mean, spread, self.fit.freedom)


def _fit(task: Task, guess: float) -> Smooth:
    kept = newest(task, MOST_LABELS)
    scale = stage_scaling(task, tuple(task.columns))
    z, y = scale.apply(task.support_x[kept]), task.support_y[kept]
    apart = np.sqrt(squared_distances(z, z) / max(z.shape[1], 1))
    fits = [(length, fit) for length in LENGTHS for fit in regress_each(matern32(apart, length), y, NOISES, guess)]
    length, best = max(fits, key=lambda pair: pair[1].evidence)
    return Smooth(scale, z, length, best)
