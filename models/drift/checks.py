"""What every two-sample test must keep: plain functions that raise AssertionError with a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.drift.catalog import MULTIVARIATE, Asked, drift_test
from models.drift.distances import Distance
from models.errors import ModelsError

REFERENCE, CURRENT = 120, 60
TIMES = 60
ALPHA = 0.1
MOST_FALSE = 0.2
"""At 10 % promised, 60 times: more than 12 false alarms has a chance of 1 in 100."""
LEAST_FOUND = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A test under its name, and how to make units for it."""

    name: str
    test: Asked

    def units(self, n: int, rng: np.random.Generator, shift: float = 0.0) -> Array:
        """Return n stable units, moved by a shift in standard deviations: cases, values, or three parameters."""
        if self.name == "chi-square":
            return np.asarray(rng.binomial(6, min(0.5 + 0.2 * shift, 0.9), n), dtype=np.float64)
        if self.name not in MULTIVARIATE:
            return rng.normal(shift, 1.0, n)
        middle = rng.normal(size=(n, 1))
        return np.hstack([middle, middle, middle]) + 0.5 * rng.normal(size=(n, 3)) + shift * np.array([2.0, 0.0, 0.0])

    def called(self, a: Array, b: Array, alpha: float = ALPHA) -> Distance:
        """Return its answer at the level of these checks."""
        return self.test(a, b, tau=1.0, alpha=alpha)


def check_drift_test(name: str) -> None:
    """Run every check on the test of that name.

    Raises
    ------
    AssertionError
        With a sentence that says what is not kept.

    Examples
    --------
    >>> check_drift_test("jensen-shannon")
    """
    check(Candidate(name, drift_test(name)))


def check(candidate: Candidate) -> None:
    """Run every check on a test that need not be in the catalogue."""
    for one in CHECKS:
        one(candidate)


def check_quiet(candidate: Candidate) -> None:
    """Under no change it is beyond its threshold as rarely as promised."""
    rng = np.random.default_rng(0)
    false = [_beyond(candidate, rng, 0.0) for _ in range(TIMES)]
    _require(
        np.mean(false) <= MOST_FALSE, f"{candidate.name}: false alarms in {np.mean(false):.0%}, {ALPHA:.0%} promised"
    )


def check_awake(candidate: Candidate) -> None:
    """A shift of one standard deviation is found in four of five windows of 60 units."""
    rng = np.random.default_rng(1)
    found = [_beyond(candidate, rng, 1.0) for _ in range(TIMES // 3)]
    _require(np.mean(found) >= LEAST_FOUND, f"{candidate.name}: one standard deviation found in {np.mean(found):.0%}")


def check_threshold(candidate: Candidate) -> None:
    """Statistic above threshold and p-value below alpha say the same, at several levels."""
    rng = np.random.default_rng(2)
    for shift in (0.0, 0.3, 1.0):
        a, b = candidate.units(REFERENCE, rng), candidate.units(CURRENT, rng, shift)
        for alpha in (0.2, 0.05, 0.01):
            found = candidate.called(a, b, alpha)
            same = (found.statistic > found.threshold) == (found.p_value <= alpha)
            _require(same, f"{candidate.name}: p {found.p_value:.3g} at level {alpha} against its threshold")


def check_units(candidate: Candidate) -> None:
    """Another unit of measurement changes neither p-value nor verdict."""
    rng = np.random.default_rng(3)
    a, b = candidate.units(REFERENCE, rng), candidate.units(CURRENT, rng, 0.4)
    plain, other = candidate.called(a, b), candidate.called(1.8 * a + 32, 1.8 * b + 32)
    _require(np.isclose(plain.p_value, other.p_value, rtol=1e-6), f"{candidate.name}: depends on the unit")


def check_alike(candidate: Candidate) -> None:
    """The same units twice are no change, and the answer is the same every time."""
    rng = np.random.default_rng(4)
    a = candidate.units(REFERENCE, rng)
    found = candidate.called(a, a)
    _require(found.p_value > 0.5 or candidate.name in MULTIVARIATE, f"{candidate.name}: units differ from themselves")
    _require(found == candidate.called(a, a), f"{candidate.name}: two calls differ")


def check_missing(candidate: Candidate) -> None:
    """A window without units is refused in words; missing values are no units."""
    rng = np.random.default_rng(5)
    a, b = candidate.units(REFERENCE, rng), candidate.units(CURRENT, rng)
    holes = b.copy()
    holes[::10] = np.nan
    _require(np.isfinite(candidate.called(a, holes).p_value), f"{candidate.name}: missing values spoil the answer")
    try:
        candidate.called(a, b[:0])
    except ModelsError:
        return
    raise AssertionError(f"{candidate.name}: an empty window is answered")


def _beyond(candidate: Candidate, rng: np.random.Generator, shift: float) -> bool:
    found = candidate.called(candidate.units(REFERENCE, rng), candidate.units(CURRENT, rng, shift))
    return found.statistic > found.threshold


def _require(kept: object, sentence: str) -> None:
    if not kept:
        raise AssertionError(sentence)


CHECKS = (check_quiet, check_awake, check_threshold, check_units, check_alike, check_missing)
