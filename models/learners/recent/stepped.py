"""What follows the labels of one stage by steps, in its unit and its time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.learners.parts.families import Levels
from models.learners.parts.serving import Answer
from models.learners.recent.steps import Stretch, at, follow

FREEDOM = 3.0
NEWEST = 40
LEAST_APART = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Stepped:
    """What answers for units after the last label.

    Parameters
    ----------
    level, spread : float
        Of the stage.
    last : float
        Time of the newest label, seconds.
    span : float
        Seconds by which times are divided.
    stretch : Stretch
    prior : ndarray, shape (experts,)
        Log prior.
    freedom : float
    """

    level: float
    spread: float
    last: float
    span: float
    stretch: Stretch
    prior: Array
    freedom: float

    def __call__(self, t: Array) -> Answer:
        """Answer for units at `t`, shape (q,), none before the last label."""
        mean, variance = at(self.stretch, self.prior, (t - self.last) / self.span)
        return Answer(self.level + self.spread * mean, self.spread * np.sqrt(variance), self.freedom)


def step_through(  # noqa: PLR0917 - labels, and what is known of them
    times: Array, y: Array, span: float, levels: Levels | None, guess: float, prior: Array
) -> Stepped:
    """Follow the newest labels.

    Parameters
    ----------
    times, y : ndarray, shape (n,)
        Of the labels, in the order of time.
    span : float
        Seconds by which times are divided.
    levels : Levels or None
        Of the sisters.
    guess : float
        A plausible spread of the stage, worth `FREEDOM` labels.
    prior : ndarray, shape (experts,)
        Log prior.
    """
    n = len(y)
    spread = float(np.sqrt((FREEDOM * guess**2 + ((y - y.mean()) ** 2).sum()) / (FREEDOM + n - 1)))
    level = _level(y, levels, guess)
    stretch = follow((y[-NEWEST:] - level) / spread, np.diff(times[-NEWEST:]) / span)
    return Stepped(level, spread, float(times[-1]), span, stretch, prior, FREEDOM + n)


def _level(y: Array, levels: Levels | None, guess: float) -> float:
    """Return the mean of the labels, drawn to the level of the sisters by how little that varies."""
    if levels is None:
        return float(y.mean())
    worth = 1.0 / max(levels.between / max(guess, 1e-12), LEAST_APART) ** 2
    return float((y.sum() + worth * levels.mean) / (len(y) + worth))
