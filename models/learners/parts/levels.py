"""What can be said of a stage's level and spread from few labels, or none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.base import Array, Task
from models.learners.parts.families import Levels
from models.learners.parts.serving import Answer, Respond

WIDE = 6.0
FREEDOM = 3.0


def spread_guess(task: Task, levels: Levels | None) -> float:
    """Return a plausible standard deviation inside the stage; infinite where nothing at all is known.

    In this order: that of the sisters, of the labels, a sixth of the tolerance, of a defect by Laplace's rule, half
    the size of the labels.

    Examples
    --------
    >>> spread_guess(Task("s", "c", [], np.zeros((0, 0)), [], limits=(0.0, None, 12.0)), None)
    2.0
    """
    y = task.support_y
    if levels is not None and levels.within > 0:
        return levels.within
    if task.kind == "binary":
        p = (y.sum() + 1.0) / (len(y) + 2.0)
        return math.sqrt(p * (1 - p))
    if len(y) > 1 and np.ptp(y) > 0:
        return float(y.std(ddof=1))
    lower, _, upper = task.limits or (None, None, None)
    if lower is not None and upper is not None and upper > lower:
        return (upper - lower) / WIDE
    if len(y):
        return max(0.5 * float(np.abs(y).mean()), 1e-6)
    return math.inf


def level_guess(task: Task, levels: Levels | None) -> float:
    """Return a plausible level of the stage: that of the sisters, the target, the middle, else 0.

    Of the sisters' levels the safest one before the first label of a measured value, else the mean.
    """
    if levels is not None:
        return levels.mean if len(task.support_y) or task.kind == "binary" else levels.safest
    lower, target, upper = task.limits or (None, None, None)
    if target is not None:
        return target
    if lower is not None and upper is not None:
        return (lower + upper) / 2
    return 0.5 if task.kind == "binary" else 0.0


@dataclass(frozen=True, slots=True)
class Constant:
    """The same t for every unit."""

    mean: float
    scale: float
    freedom: float

    def __call__(self, x: Array, _t: Array | None) -> Answer:
        """Answer for the rows of `x`."""
        return Answer(np.full(len(x), self.mean), np.full(len(x), self.scale), self.freedom)


def from_labels(task: Task, levels: Levels | None, y: Array) -> Respond:
    """Return the answer of the plain mean of `y`, or of the sisters' level where `y` is empty.

    The scale blends the guessed spread, worth `FREEDOM` labels, with that of `y` (scaled inverse chi-square prior,
    Gelman et al., Bayesian Data Analysis, 3rd ed., sec. 2.6 and 3.2).
    """
    guess, n = spread_guess(task, levels), len(y)
    if n == 0:
        level = level_guess(task, levels)
        apart = (guess,) if levels is None else (levels.between, levels.mean - level)
        return Constant(level, math.hypot(guess, *apart), FREEDOM)
    squares = float(((y - y.mean()) ** 2).sum())
    freedom = FREEDOM + n - 1
    variance = (FREEDOM * guess**2 + squares) / freedom
    return Constant(float(y.mean()), math.sqrt(variance * (1 + 1 / n)), freedom)
