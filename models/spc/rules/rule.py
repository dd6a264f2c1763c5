"""What a run rule is: "need of the last of points are members", on one side, on either, or on opposite sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.base import Array, BoolArray

Members = Callable[[Array], tuple[BoolArray, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`need` of the last `of` points are members of one of the patterns.

    Parameters
    ----------
    name, text : str
    need, of : int
    members : callable
        From standardized points (z, shape (n,)) to one bool array for each side.
    zonal : bool
        Whether a point's membership depends on that point alone, so that run lengths are exact.
    crossed : bool
        Whether the points before the completing one have to be members of the other side (Westgard's R-4s).
    """

    name: str
    text: str
    need: int
    of: int
    members: Members
    zonal: bool = True
    crossed: bool = False

    def sides(self, z: Array) -> tuple[tuple[BoolArray, BoolArray], ...]:
        """Return for each side which points complete the pattern, and which count towards it before.

        Examples
        --------
        >>> rule = Rule("r", "one above after one below", 2, 2, beyond(2), crossed=True)
        >>> (completing, counting), _ = rule.sides(np.array([-2.5, 2.5]))
        >>> completing, counting
        (array([False,  True]), array([ True, False]))
        """
        found = self.members(z)
        counting = found[::-1] if self.crossed else found
        return tuple(zip(found, counting, strict=True))


def beyond(k: float) -> Members:
    """Members: above `k` standard deviations; below minus `k`."""
    return lambda z: (z > k, z < -k)


def rising_falling(z: Array) -> tuple[BoolArray, ...]:
    """Members: above the point before; below it."""
    d = np.diff(z, prepend=np.nan)
    return d > 0, d < 0


def turning(z: Array) -> tuple[BoolArray, ...]:
    """Members: points whose step goes against the step before."""
    d = np.diff(z, prepend=np.nan)
    before = np.full(d.shape, np.nan)
    before[..., 1:] = d[..., :-1]
    return (np.sign(d) * np.sign(before) < 0,)


def within_one(z: Array) -> tuple[BoolArray, ...]:
    """Members: nearer to the centre line than one standard deviation."""
    return (np.abs(z) < 1,)


def beyond_one(z: Array) -> tuple[BoolArray, ...]:
    """Members: further from the centre line than one standard deviation, on either side."""
    return (np.abs(z) > 1,)
