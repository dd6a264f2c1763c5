"""Baseline: ridge regression on the stage's own labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Adapted, Array, Task
from models.learners.parts.kernels import linear
from models.learners.parts.levels import spread_guess
from models.learners.parts.order import left_out, newest
from models.learners.parts.plain import Kin, Plain
from models.learners.parts.regress import Fit, regress_each
from models.learners.parts.scaling import Scaling, stage_scaling
from models.learners.parts.serving import Answer

NOISES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)
MOST_LABELS = 600
FEWEST_LABELS = 3


class Ridge(Plain):
    """Linear in standardized parameters, penalty by leave-one-out error, on labels of the stage alone."""

    name = "ridge"

    def adapt(self, task: Task) -> Adapted:
        """Fit the newest labels of `task`, at most 600; below three labels the mean of the stage answers."""
        kin = Kin.of(self._families, task)
        if len(task.support_y) < FEWEST_LABELS or np.ptp(task.support_y) == 0:
            return kin.by_mean()
        respond = _fit(task, spread_guess(task, kin.levels))
        return kin.answered(respond, "ridge", note=left_out(task, MOST_LABELS))


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """What answers: a fit with a linear kernel to the labelled units `z`, shape (n, d), standardized by `scale`."""

    scale: Scaling
    z: Array
    fit: Fit

    def __call__(self, x: Array, _t: Array | None) -> Answer:
        """Answer for units `x`, shape (q, d)."""
        z = self.scale.apply(x)
        mean, spread = self.fit.answer(linear(z, self.z), (z**2).sum(axis=1) / max(z.shape[1], 1))
        return Answer(mean, spread, self.fit.freedom)


def _fit(task: Task, guess: float) -> Line:
    kept = newest(task, MOST_LABELS)
    scale = stage_scaling(task, tuple(task.columns))
    z, y = scale.apply(task.support_x[kept]), task.support_y[kept]
    k = linear(z, z)
    fits = regress_each(k, y, NOISES, guess)
    return Line(scale, z, min(fits, key=lambda fit: float((fit.left_out**2).mean())))
