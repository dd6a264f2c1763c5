"""Baseline: one Gaussian process on the stage's own labels."""

from __future__ import annotations

import numpy as np

from models.base import Adapted, Array, Task
from models.learners.parts.kernels import matern32, squared_distances
from models.learners.parts.levels import spread_guess
from models.learners.parts.plain import Kin, Plain
from models.learners.parts.regress import regress_each
from models.learners.parts.scaling import scaling
from models.learners.parts.serving import Answer, Respond

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
        left = max(len(task.support_y) - MOST_LABELS, 0)
        more = f"; the {left} oldest labels are left out" if left else ""
        return kin.answered(_fit(task, spread_guess(task, kin.levels)), "Gaussian process", note=more)


def _fit(task: Task, guess: float) -> Respond:
    kept = slice(-MOST_LABELS, None)
    scale = scaling(np.vstack([task.support_x, task.unlabelled_x]))
    z, y = scale.apply(task.support_x[kept]), task.support_y[kept]
    d2 = squared_distances(z, z) / max(z.shape[1], 1)
    fits = [(length, fit) for length in LENGTHS for fit in regress_each(matern32(d2, length), y, NOISES, guess)]
    length, best = max(fits, key=lambda pair: pair[1].evidence)

    def respond(x: Array, _t: Array | None) -> Answer:
        k_star = matern32(squared_distances(scale.apply(x), z) / max(z.shape[1], 1), length)
        mean, spread = best.answer(k_star, np.ones(len(x)))
        return Answer(mean, spread, best.freedom)

    return respond
