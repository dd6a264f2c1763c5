"""The expected fall of the error when units are measured, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.base import Array, BoolArray
from models.learners.parts import Rows
from models.learners.parts.kernels import squared_distances
from models.learners.parts.together import Joint

_TINY = 1e-300

Aim = Literal["both", "variance", "coverage"]


@dataclass(frozen=True, slots=True, eq=False)
class Fall:
    """Candidates chosen one after the other, and what each is expected to bring.

    Parameters
    ----------
    places : ndarray of int, shape (k,)
        Among the candidates, in the order chosen.
    share : ndarray, shape (k,)
        Share of the variance left in the stage's units that measuring this one takes away, the earlier ones measured.
    """

    places: Rows
    share: Array


def fall(together: Joint, count: int, *, given: int = 0, cost: Array | None = None, aim: Aim = "both") -> Fall:
    """Choose candidates greedily by the variance they take off the stage's units and the ground they cover, by cost.

    *variance*: measuring candidate c lowers the variance of unit u by ``cov(u, c)^2 / (var(c) + noise)``; the mean over
    units is the criterion of Cohn (1996), Neural Networks 9, 1071-1083 (active learning by integrated variance). The
    covariance is then conditioned on c, so near twins of c lose what they had to tell.
    *coverage*: the mean distance from a unit to the nearest measured one falls (facility location; Krause & Golovin
    2014, Submodular function maximization, sec. 1). It knows no model, and so does not go wrong with one: a variance
    alone sends people to freak units at the edge.
    *both*: the product.

    Parameters
    ----------
    together : Joint
        Of u units that stand for the stage, followed by the m candidates.
    count : int
        How many to choose; fewer candidates are all chosen.
    given : int
        The first so many candidates are measured anyway: what they tell is taken as known first.
    cost : ndarray, shape (m,), optional
        Above 0; default: the same for all.
    aim : {"both", "variance", "coverage"}

    Returns
    -------
    Fall

    Examples
    --------
    Two units that have nothing to do with each other; both are candidates, the second is known less.

    >>> spots, none = np.array([[0.0], [1], [0], [1]]), np.zeros((0, 1))
    >>> covariance = np.array([[1.0, 0], [0, 3], [1, 0], [0, 3]])
    >>> two = Joint(covariance, np.array([1.0, 3, 1, 3]), np.zeros(2), 1.0, spots, none)
    >>> found = fall(two, 2)
    >>> found.places.tolist(), found.share.round(4).tolist()
    ([1, 0], [0.5625, 0.2857])
    """
    m = together.covariance.shape[1]
    ground = _Ground.of(together)
    left, own = together.covariance.copy(), together.variance.copy()
    price = np.ones(m) if cost is None else cost
    for place in range(given):
        _condition(left, own, place, together.noise)
        ground.take(place)
    free, places, shares = np.arange(m) >= given, [], []
    for _ in range(min(count, m - given)):
        units = len(left) - m
        gain = (left[:units] ** 2).sum(axis=0) / (own[units:] + together.noise + _TINY)
        score = _score(gain, ground.gain(), free, aim) / price
        place = int(np.argmax(np.where(free, score, -np.inf)))
        places.append(place)
        shares.append(float(gain[place] / max(own[:units].sum(), _TINY)))
        free[place] = False
        _condition(left, own, place, together.noise)
        ground.take(place)
    return Fall(np.array(places, dtype=np.intp), np.minimum(np.array(shares), 1.0))


def _score(gain: Array, covered: Array, free: BoolArray, aim: Aim) -> Array:
    """Return the product, or the one that still tells candidates apart."""
    if aim == "variance" or not covered[free].max(initial=0.0) > 0:
        return gain
    return covered if aim == "coverage" else gain * covered


@dataclass(slots=True)
class _Ground:
    """Distances from units (u) to candidates (m), and from each unit to the nearest measured one."""

    distances: Array
    nearest: Array

    @classmethod
    def of(cls, together: Joint) -> _Ground:
        units = len(together.covariance) - together.covariance.shape[1]
        here, there = together.places[:units], together.places[units:]
        distances = np.sqrt(squared_distances(here, there))
        if len(together.known):
            return cls(distances, np.sqrt(squared_distances(here, together.known)).min(axis=1))
        return cls(distances, np.full(units, distances.max(initial=0.0)))

    def gain(self) -> Array:
        return np.asarray(np.maximum(self.nearest[:, None] - self.distances, 0.0).sum(axis=0))

    def take(self, place: int) -> None:
        self.nearest = np.minimum(self.nearest, self.distances[:, place])


def _condition(left: Array, own: Array, place: int, noise: float) -> None:
    """Condition covariance and variances on candidate `place` being measured, in place."""
    units = len(left) - left.shape[1]
    column = left[:, place].copy()
    variance = own[units + place] + noise + _TINY
    left -= np.outer(column, left[units + place] / variance)
    own -= column**2 / variance
    np.maximum(own, 0.0, out=own)
