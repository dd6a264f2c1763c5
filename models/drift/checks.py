"""What every two-sample test must keep: plain functions that raise AssertionError with a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.drift.catalog import MULTIVARIATE, Test, drift_test
from models.drift.distances import Distance
from models.errors import ModelsError

REFERENCE, CURRENT = 120, 60
TIMES = 60
ALPHA = 0.1
MOST_FALSE = 0.2
"""At 10 % promised, 60 times: more than 12 false alarms has a chance of 1 in 100."""
LEAST_FOUND = 0.8


@dataclass(frozen=True, slots=True)
class Tested:
    """A test under its name, and how to make units for it."""

    name: str
    test: Test

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
    check(Tested(name, drift_test(name)))


def check(tested: Tested) -> None:
    """Run every check on a test that need not be in the catalogue."""
    for one in CHECKS:
        one(tested)


def check_quiet(tested: Tested) -> None:
    """Under no change it is beyond its threshold as rarely as promised."""
    rng = np.random.default_rng(0)
    false = [_beyond(tested, rng, 0.0) for _ in range(TIMES)]
    _require(np.mean(false) <= MOST_FALSE, f"{tested.name}: {np.mean(false):.0%} false alarms at {ALPHA:.0%} promised")


def check_awake(tested: Tested) -> None:
    """A shift of one standard deviation is found in four of five windows of 60 units."""
    rng = np.random.default_rng(1)
    found = [_beyond(tested, rng, 1.0) for _ in range(TIMES // 3)]
    _require(np.mean(found) >= LEAST_FOUND, f"{tested.name}: one standard deviation found in {np.mean(found):.0%}")


def check_threshold(tested: Tested) -> None:
    """Statistic above threshold and p-value below alpha say the same, at several levels."""
    rng = np.random.default_rng(2)
    for shift in (0.0, 0.3, 1.0):
        a, b = tested.units(REFERENCE, rng), tested.units(CURRENT, rng, shift)
        for alpha in (0.2, 0.05, 0.01):
            found = tested.called(a, b, alpha)
            same = (found.statistic > found.threshold) == (found.p_value <= alpha)
            _require(same, f"{tested.name}: p {found.p_value:.3g} at level {alpha} against its threshold")


def check_units(tested: Tested) -> None:
    """Another unit of measurement changes neither p-value nor verdict."""
    rng = np.random.default_rng(3)
    a, b = tested.units(REFERENCE, rng), tested.units(CURRENT, rng, 0.4)
    plain, other = tested.called(a, b), tested.called(1.8 * a + 32, 1.8 * b + 32)
    _require(np.isclose(plain.p_value, other.p_value, rtol=1e-6), f"{tested.name}: depends on the unit of measurement")


def check_alike(tested: Tested) -> None:
    """The same units twice are no change, and the answer is the same every time."""
    rng = np.random.default_rng(4)
    a = tested.units(REFERENCE, rng)
    found = tested.called(a, a)
    _require(found.p_value > 0.5 or tested.name in MULTIVARIATE, f"{tested.name}: units differ from themselves")
    _require(found == tested.called(a, a), f"{tested.name}: two calls differ")


def check_missing(tested: Tested) -> None:
    """A window without units is refused in words; missing values are no units."""
    rng = np.random.default_rng(5)
    a, b = tested.units(REFERENCE, rng), tested.units(CURRENT, rng)
    holes = b.copy()
    holes[::10] = np.nan
    _require(np.isfinite(tested.called(a, holes).p_value), f"{tested.name}: missing values spoil the answer")
    try:
        tested.called(a, b[:0])
    except ModelsError:
        return
    raise AssertionError(f"{tested.name}: an empty window is answered")


def _beyond(tested: Tested, rng: np.random.Generator, shift: float) -> bool:
    found = tested.called(tested.units(REFERENCE, rng), tested.units(CURRENT, rng, shift))
    return found.statistic > found.threshold


def _require(kept: object, sentence: str) -> None:
    if not kept:
        raise AssertionError(sentence)


CHECKS = (check_quiet, check_awake, check_threshold, check_units, check_alike, check_missing)
