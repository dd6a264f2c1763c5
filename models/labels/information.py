"""The expected fall of the error when units are measured, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.learners.parts import Rows
from models.learners.parts.together import Joint

_TINY = 1e-300


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


def fall(together: Joint, count: int, *, given: int = 0, cost: Array | None = None) -> Fall:
    """Choose candidates greedily by the variance they take off the stage's units, divided by their cost.

    Measuring candidate c lowers the variance of unit u by ``cov(u, c)^2 / (var(c) + noise)``; its mean over units is
    the criterion of Cohn (1996), Neural Networks 9, 1071-1083 (active learning by integrated variance, ALC). The
    covariance is then conditioned on c, so near twins of c lose what they had to tell: that is the diversity.

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

    Returns
    -------
    Fall

    Examples
    --------
    Two units that have nothing to do with each other; both are candidates, the second is known less.

    >>> two = Joint(np.array([[1.0, 0], [0, 3], [1, 0], [0, 3]]), np.array([1.0, 3, 1, 3]), np.zeros(2), 1.0)
    >>> found = fall(two, 2)
    >>> found.places.tolist(), found.share.round(4).tolist()
    ([1, 0], [0.5625, 0.2857])
    """
    m = together.covariance.shape[1]
    left, own = together.covariance.copy(), together.variance.copy()
    price = np.ones(m) if cost is None else cost
    for place in range(given):
        _condition(left, own, place, together.noise)
    free, places, shares = np.arange(m) >= given, [], []
    for _ in range(min(count, m - given)):
        units = len(left) - m
        gain = (left[:units] ** 2).sum(axis=0) / (own[units:] + together.noise + _TINY)
        place = int(np.argmax(np.where(free, gain / price, -np.inf)))
        places.append(place)
        shares.append(float(gain[place] / max(own[:units].sum(), _TINY)))
        free[place] = False
        _condition(left, own, place, together.noise)
    return Fall(np.array(places, dtype=np.intp), np.minimum(np.array(shares), 1.0))


def _condition(left: Array, own: Array, place: int, noise: float) -> None:
    """Condition covariance and variances on candidate `place` being measured, in place."""
    units = len(left) - left.shape[1]
    column = left[:, place].copy()
    variance = own[units + place] + noise + _TINY
    left -= np.outer(column, left[units + place] / variance)
    own -= column**2 / variance
    np.maximum(own, 0.0, out=own)
