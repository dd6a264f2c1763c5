"""Baseline: one Gaussian process on the stage's own labels."""

from __future__ import annotations

import numpy as np

from models.base import Adapted, Array, Task
from models.learners.parts.kernels import matern32, squared_distances
from models.learners.parts.levels import from_labels, spread_guess
from models.learners.parts.plain import Plain, levels_for, reference_for, sentence
from models.learners.parts.regress import regress_each
from models.learners.parts.scaling import scaling
from models.learners.parts.serving import Answer, Respond, serve

NOISES = (0.003, 0.03, 0.1, 0.3, 1.0, 5.0)
LENGTHS = (0.5, 1.0, 2.0, 4.0)
MOST_LABELS = 300
FEWEST_LABELS = 3


class SingleGP(Plain):
    """Matern 3/2 on standardized parameters; length and noise by marginal likelihood, on the stage alone."""

    name = "single_gp"

    def adapt(self, task: Task) -> Adapted:
        """Fit the newest labels of `task`, at most 300; below three labels the mean of the stage answers."""
        levels = levels_for(self._families, task)
        reference = reference_for(self._families, task)
        said = sentence(task, levels)
        if len(task.support_y) < FEWEST_LABELS or np.ptp(task.support_y) == 0:
            return serve(task, from_labels(task, levels, task.support_y), (f"mean of the stage: {said}",), reference)
        left = max(len(task.support_y) - MOST_LABELS, 0)
        more = f"; the {left} oldest labels are left out" if left else ""
        return serve(task, _fit(task, spread_guess(task, levels)), (f"Gaussian process: {said}{more}",), reference)


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
