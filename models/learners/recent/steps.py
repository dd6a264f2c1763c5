"""A level that stays until it jumps, under labels of which a few are odd.

Between labels the level jumps with a rate, to anywhere around the level of the stage; a label is the level plus noise,
or, rarely, anything. Every label may have begun the present stretch: Bayesian change points (Adams & MacKay 2007,
"Bayesian online changepoint detection") with contaminated normal noise (Box & Tiao 1968). Unlike a Gaussian level it
forgets what lies before a jump at once, and one label that is far off moves it little.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from models.base import Array

RATES = np.array([1.0, 6.0, 30.0])
"""Jumps in the time that a stage of the family runs."""
REACHES = np.array([0.5, 2.0])
NOISES = np.array([0.03, 0.1, 0.3, 0.8])
SETTINGS = np.array(list(product(RATES, REACHES, NOISES)))
"""Rate, spread of the levels and noise of every expert, shape (experts, 3); the last two in spreads of the stage."""
ODD = 0.05
ODD_SPREAD = 2.0
CAUTION = 0.7
"""Power of the evidence: no such expert is exactly right (Grünwald & van Ommen 2017)."""
SURE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """What labels say of the level right after the last of them, for every expert, in spreads around the stage's level.

    Parameters
    ----------
    log : ndarray, shape (experts,)
        Log evidence.
    mean, square : ndarray, shape (experts,)
        Expectation of the level, and of its square.
    """

    log: Array
    mean: Array
    square: Array


def follow(z: Array, gaps: Array) -> Stretch:
    """Read labels one by one.

    Parameters
    ----------
    z : ndarray, shape (n,)
        Labels in the order of time, in spreads of the stage around its level.
    gaps : ndarray, shape (n - 1,)
        Between them, in times that a stage runs.

    Returns
    -------
    Stretch

    Examples
    --------
    >>> z = np.array([-1.0, -1.1, -0.9, 1.0, 1.1, -6.0, 1.0])
    >>> found = follow(z, np.full(6, 0.05))
    >>> best = int(np.argmax(found.log))
    >>> round(float(found.mean[best]), 1)
    0.9
    """
    rate, reach, noise = SETTINGS.T
    n = len(z)
    start = 1.0 / reach**2
    log, mean, precision = np.full((len(rate), n), -np.inf), np.zeros((len(rate), n)), np.tile(start[:, None], n)
    evidence = np.zeros(len(rate))
    log[:, 0] = 0.0
    for i, label in enumerate(z):
        if i:
            stays = -rate * max(float(gaps[i - 1]), SURE * SURE)
            log[:, :i] += stays[:, None]
            log[:, i] = np.log(-np.expm1(stays))
        now = slice(i + 1)
        likely, belongs = _likely(label, mean[:, now], precision[:, now], noise)
        log[:, now] += likely
        total = np.logaddexp.reduce(log[:, now], axis=1)
        evidence += total
        log[:, now] -= total[:, None]
        told = belongs / noise[:, None] ** 2
        mean[:, now] += told / (precision[:, now] + told) * (label - mean[:, now])
        precision[:, now] += told
    share = np.exp(log)
    return Stretch(evidence, (share * mean).sum(axis=1), (share * (mean**2 + 1.0 / precision)).sum(axis=1))


def _likely(label: float, mean: Array, precision: Array, noise: Array) -> tuple[Array, Array]:
    """Return the log density of a label in each stretch, and the probability that it belongs to its level."""
    variance = 1.0 / precision + noise[:, None] ** 2
    usual = np.log1p(-ODD) - 0.5 * (np.log(variance) + (label - mean) ** 2 / variance)
    odd = np.log(ODD) - np.log(ODD_SPREAD) - 0.5 * (label / ODD_SPREAD) ** 2
    both = np.logaddexp(usual, odd)
    return both, np.exp(usual - both)


def weights(stretch: Stretch, prior: Array) -> Array:
    """Return the posterior weights of the experts, shape (experts,), under the log prior `prior`."""
    log = CAUTION * stretch.log + prior
    weight: Array = np.exp(log - log.max())
    weight /= weight.sum()
    return weight


def at(stretch: Stretch, prior: Array, ahead: Array) -> tuple[Array, Array]:
    """Return mean and variance of labels that come later.

    Parameters
    ----------
    stretch : Stretch
    prior : ndarray, shape (experts,)
        Log prior.
    ahead : ndarray, shape (q,)
        After the last label, in times that a stage runs.

    Returns
    -------
    mean, variance : ndarray, shape (q,)
        In spreads of the stage around its level.
    """
    weight = weights(stretch, prior)
    rate, reach, noise = SETTINGS.T
    stays = np.exp(-np.outer(ahead, rate))
    mean = stays @ (weight * stretch.mean)
    usual = stays @ (weight * (stretch.square - reach**2)) + weight @ (reach**2 + (1.0 - ODD) * noise**2)
    return mean, np.maximum(usual + ODD * ODD_SPREAD**2 - mean**2, 1e-12)
