"""The ways in which one parameter is looked at: its distribution, its level over short and long, what is beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.base import Array
from models.drift.choice import ALIKE, Test, choose
from models.drift.dependence import level_time
from models.drift.distances import Distance, level, shift_size
from models.drift.neighbours import Beside

MIN_EFFECTIVE = 6.0
LEAST_LEVEL = 2.0
"""Independent values that a window has to be worth for its level to be judged: few, for whoever is left out for looking
slow is not left out by chance, and those that stay would be judged by a memory that is too short."""
LONG_PAST = 1000
LEAST_PAST, LEAST_OF_SHORT = 10.0, 50.0
"""Independent values that the memory has to be measured on, in a long past and in a shorter one."""
PLENTY = 30.0
"""Independent values from which on a whole distribution says more than its level."""
OLDER = 2 / 3
"""The memory is that of the older part of the reference: a ramp that began in the newer one looks like memory."""
LookKind = Literal["distribution", "level", "long level", "neighbours"]
LONG = 4
"""The long window is so many times the short one: what moves slowly is found in it, or never."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One test of one parameter.

    Parameters
    ----------
    reference, current : ndarray, shape (n,), (m,)
        Without missing values.
    tau : float
    test : callable
    reason : str
        Why this test.
    words : str
        Behind "moved by ...": empty for a plain one.
    shift : float
        In standard deviations of the parameter.
    newest : int
        Values of its current window where that is not the one handed in; 0 where it is.
    """

    reference: Array
    current: Array
    tau: float
    test: Test
    reason: str
    words: str
    shift: float
    newest: int = 0

    @property
    def kind(self) -> LookKind:
        """What is compared: distribution, level over the newest units or the longer window, gap to the neighbours."""
        if self.test is not level:
            return "distribution"
        return "long level" if self.newest else "neighbours" if self.words else "level"

    @property
    def effective(self) -> float:
        """Independent values that the current window is worth."""
        return len(self.current) / self.tau

    @property
    def sufficient(self) -> bool:
        """Whether both windows are worth enough for the test to keep its level."""
        if self.test is level:
            return self.effective >= LEAST_LEVEL
        return min(len(self.reference), len(self.current)) / self.tau >= MIN_EFFECTIVE

    def distance(self, alpha: float) -> Distance:
        """Return the answer of the test."""
        return self.test(self.reference, self.current, tau=self.tau, alpha=alpha)


def looks_at(reference: Array, current: Array, tau: float, beside: Beside | None = None) -> tuple[Look, ...]:
    """Return how a parameter is looked at; of none, there are too few independent values.

    Parameters
    ----------
    reference, current : ndarray, shape (n,), (m,)
        In the order of production, without missing values.
    tau : float
        As `correlation_time` of the reference.
    beside : Beside, optional
        What the other parameters leave of it.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> slow = np.repeat(rng.normal(size=300), 8)
    >>> [look.words for look in looks_at(slow[:2200], slow[2200:], 8.0)]
    ['', ' over the newest 800 units']
    """
    found = [*_own(reference, current, tau)]
    if beside is not None:
        found += _off_neighbours(beside)
    return tuple(look for look in found if look.sufficient)


def in_ranks(reference: Array, current: Array, tau: float, shift: float) -> Look:
    """Return the look at ranks inside a context, whose shift is known in another scale.

    Examples
    --------
    >>> in_ranks(np.linspace(0, 1, 50), np.linspace(0, 1, 20), 1.0, 0.1).shift
    0.1
    """
    choice = choose(reference, current, tau)
    return Look(reference, current, tau, choice.test, choice.reason, "", shift)


def _own(a: Array, b: Array, tau: float) -> list[Look]:
    older = a[: int(OLDER * len(a))]
    lag = level_time(older)
    if tau < ALIKE or min(len(a), len(b)) / tau >= PLENTY or short_past(older, lag):
        choice = choose(a, b, tau)
        return [Look(a, b, tau, choice.test, choice.reason, "", shift_size(a, b))]
    reason = f"neighbours alike over {lag:.0f} units"
    long = min(LONG * len(b), (len(a) + len(b)) // 3)
    looks = [Look(a, b, lag, level, reason, "", _moved(a, b))]
    if long > len(b):
        both = np.concatenate([a, b])
        before, now = both[:-long], both[-long:]
        words = f" over the newest {long} units"
        looks.append(Look(before, now, lag, level, reason, words, _moved(before, now), long))
    return looks


def _off_neighbours(found: Beside) -> list[Look]:
    a, b = found.reference, found.current
    lag = level_time(a)
    if short_past(a, lag):
        return []
    reason = f"the others explain {found.explained:.0%} of it"
    words = " against what the others make of it"
    return [Look(a, b, lag, level, reason, words, abs(float(b.mean() - a.mean())))]


def short_past(past: Array, lag: float) -> bool:
    """Tell whether the past is too short for its memory to be known.

    Examples
    --------
    >>> short_past(np.zeros(900), 30.0), short_past(np.zeros(1000), 30.0)
    (True, False)
    """
    return len(past) / lag < (LEAST_PAST if len(past) >= LONG_PAST else LEAST_OF_SHORT)


def _moved(a: Array, b: Array) -> float:
    spread = float(a.std())
    return abs(float(b.mean() - a.mean())) / spread if spread > 0 else 0.0
