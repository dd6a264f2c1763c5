"""A level that wanders: an Ornstein-Uhlenbeck process plus noise on the labels alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from models.base import Array
from models.learners.parts.families import Levels
from models.learners.parts.serving import Answer

LENGTHS = np.array([0.01, 0.03, 0.1, 0.3, 1.0, 3.0])
NOISES = np.array([0.001, 0.01, 0.1, 0.5, 2.0, 10.0])
FREEDOM = 3.0
FLAT = 100.0
MOST_LABELS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Posterior of every (length, noise) on n labels: spectra, labels in their basis, and log evidence."""

    vectors: Array
    inverse: Array
    rotated: Array
    quadratic: Array
    log: Array


def weigh(times: Array, y: Array, span: float, variance: float, guess: float) -> Level:
    """Compute the evidence of ``y ~ t(0, s^2 (exp(-|dt| / length) + noise + variance))``, s integrated out."""
    apart = np.abs(times[:, None] - times) / span
    stack = np.exp(-apart / LENGTHS[:, None, None]) + variance
    spectra, vectors = np.linalg.eigh(stack)
    spectrum = np.maximum(spectra, 0.0)[:, None, :] + NOISES[:, None]
    rotated = np.swapaxes(vectors, 1, 2) @ y
    quadratic = (rotated[:, None, :] ** 2 / spectrum).sum(axis=2)
    a, b = FREEDOM / 2, FREEDOM / 2 * guess**2 / (1.0 + NOISES)
    n = len(y)
    gain = special.gammaln(a + n / 2) - special.gammaln(a)
    log = gain + a * np.log(b) - (a + n / 2) * np.log(b + quadratic / 2) - 0.5 * np.log(spectrum).sum(axis=2)
    return Level(vectors, 1.0 / spectrum, rotated, quadratic, log)


def offset(levels: Levels | None, guess: float) -> float:
    """Return the prior variance of the stage's level in units of that inside stages."""
    if levels is None or guess <= 0:
        return FLAT
    return min((levels.between / guess) ** 2 + 0.01, FLAT**2)


@dataclass(frozen=True, slots=True, eq=False)
class Wandering:
    """What answers: every (length, noise) on the newest n labels, averaged by weight.

    Parameters
    ----------
    level : float
        Around which the labels were fitted.
    times : ndarray, shape (n,)
        Of the labels, seconds.
    span : float
        Seconds by which times are divided.
    variance : float
        Prior variance of the level.
    fitted : Level
    weight, scale : ndarray, shape (lengths, noises)
        Posterior weight, and squared scale for a variance of one.
    freedom : float
    """

    level: float
    times: Array
    span: float
    variance: float
    fitted: Level
    weight: Array
    scale: Array
    freedom: float

    def __call__(self, x: Array, t: Array | None) -> Answer:
        """Answer for units `x`, shape (q, d), at `t`; without times the newest label's time is meant."""
        fitted, weight = self.fitted, self.weight[:, None, :]
        when, back = np.unique(np.full(len(x), self.times.max()) if t is None else t, return_inverse=True)
        apart = np.abs(when[:, None] - self.times) / self.span
        star = (np.exp(-apart / LENGTHS[:, None, None]) + self.variance) @ fitted.vectors
        mean = (star * fitted.rotated[:, None, :]) @ np.swapaxes(fitted.inverse, 1, 2)
        explained = star**2 @ np.swapaxes(fitted.inverse, 1, 2)
        spread = np.maximum(1.0 + self.variance + NOISES - explained, 1e-9) * self.scale[:, None, :]
        middle = (weight * mean).sum(axis=(0, 2))
        total = (weight * (spread + (mean - middle[:, None]) ** 2)).sum(axis=(0, 2))
        return Answer(self.level + middle[back], np.sqrt(total)[back], self.freedom)


def wander(  # noqa: PLR0917 - labels, and what is known of them
    times: Array, y: Array, span: float, level: float, variance: float, guess: float, prior: Array
) -> Wandering:
    """Weigh every (length, noise) by the labels.

    Parameters
    ----------
    times, y : ndarray, shape (n,)
        Of the labels, in the order of time.
    span : float
        Seconds by which times are divided.
    level : float
        Around which the labels are fitted.
    variance : float
        Prior variance of the level, as `offset` gives it.
    guess : float
        A plausible spread of the stage.
    prior : ndarray, shape (lengths, noises)
        Log prior.
    """
    fitted = weigh(times, y - level, span, variance, guess)
    weight = np.exp(fitted.log + prior - (fitted.log + prior).max())
    weight /= weight.sum()
    freedom = FREEDOM + len(y)
    scale = (FREEDOM * guess**2 / (1.0 + NOISES) + fitted.quadratic) / freedom
    return Wandering(level, times, span, variance, fitted, weight, scale, freedom)
