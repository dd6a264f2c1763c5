"""What a learner may say beyond single units: how the values of units hang together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from models.base import Array, Task


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Covariance of the values (without gauge noise) of n units with m of them.

    Parameters
    ----------
    covariance : ndarray, shape (n, m)
        The m units are the last of the n. By the law of total covariance it is the experts' own, averaged, plus that
        of their means: where experts disagree, a label tells which of them is right.
    variance : ndarray, shape (n,)
        Of each unit.
    dissent : ndarray, shape (m,)
        How much of each unit's variance is disagreement between experts.
    noise : float
        Variance of a measurement around the unit's value, in the square of the characteristic's unit.
    places : ndarray, shape (n, k)
        Where the units lie: parameters by relevance, and the time; near is alike.
    known : ndarray, shape (labels, k)
        Where the labelled units lie.
    """

    covariance: Array
    variance: Array
    dissent: Array
    noise: float
    places: Array
    known: Array


class Together(Protocol):
    """A stage as a believer sees it."""

    def joint(self, x: Array, t: Array | None, last: int) -> Joint:
        """Return how units `x` (shape (n, d)) at times `t` hang together with the `last` m of them."""
        ...


@dataclass(frozen=True, slots=True)
class Restored:
    """A stage whose values were multiplied before it was adapted to, told in its own values again.

    Parameters
    ----------
    inside : Together
    scale : float
    """

    inside: Together
    scale: float

    def joint(self, x: Array, t: Array | None, last: int) -> Joint:
        """Return how units hang together, variances in the square of the characteristic's own unit."""
        told, square = self.inside.joint(x, t, last), self.scale**2
        parts = {key: getattr(told, key) / square for key in ("covariance", "variance", "dissent", "noise")}
        return replace(told, **parts)


@runtime_checkable
class Believer(Protocol):
    """A learner that knows covariances."""

    def believe(self, task: Task) -> Together:
        """Adapt to `task`, whose labels may be none, and say how its units hang together."""
        ...
