"""What every detector must keep: plain functions that raise AssertionError with a sentence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.anomaly.base import Detector
from models.anomaly.catalog import detector_state, load_detector
from models.base import Array
from models.state import from_bytes, to_bytes

Make = Callable[[], type[Detector]]


def check_detector(make: Make) -> None:
    """Run every check on the detector that `make` returns.

    Raises
    ------
    AssertionError
        With a sentence that says what is not kept.

    Examples
    --------
    >>> from models.anomaly import make_detector
    >>> check_detector(lambda: make_detector("plane"))
    """
    detector = make()
    for check in CHECKS:
        check(detector)


def units(rows: int = 200, seed: int = 0) -> Array:
    """Return simulated units: two parameters that go together, a free one, a constant, one value missing.

    Examples
    --------
    >>> units(rows=3).shape
    (3, 4)
    """
    rng = np.random.default_rng(seed)
    a = rng.normal(size=rows)
    x = np.column_stack([a, a + 0.2 * rng.normal(size=rows), 100 + 9 * rng.normal(size=rows), np.full(rows, 2.5)])
    x[0, 1] = np.nan
    return x


def scored(detector: Detector, x: Array) -> Array:
    """Return the scores of `x` after checking what holds of all scores."""
    found = detector.score(x)
    _require(found.shape == (len(x),), f"{detector.name}: scores of shape {found.shape} for {len(x)} units")
    _require(np.isfinite(found).all(), f"{detector.name}: a score is not finite")
    return found


def _require(kept: object, sentence: str) -> None:
    if not kept:
        raise AssertionError(sentence)


def check_strange(make: type[Detector]) -> None:
    """A unit far out in a parameter, and one that moves a constant, are stranger than nineteen in twenty."""
    x = units()
    detector = make.learn(x)
    high = np.quantile(scored(detector, x), 0.95)
    far, moved = scored(detector, np.array([[9.0, -9.0, 200.0, 2.5], [0.0, 0.0, 100.0, 3.5]]))
    _require(far > high, f"{make.name}: a far unit scores {far:.3g}, the usual ones up to {high:.3g}")
    middle = np.median(scored(detector, x))
    _require(moved > middle, f"{make.name}: a constant that moved scores {moved:.3g}, less than usual ({middle:.3g})")


def check_bad_rows(make: type[Detector]) -> None:
    """Missing rows and columns, duplicates, one unit, and more parameters than units are served."""
    x = units()
    x[:, 2] = np.nan
    scored(make.learn(x), np.vstack([x, np.full((1, 4), np.nan)]))
    scored(make.learn(x), np.zeros((0, 4)))
    scored(make.learn(np.repeat(units(5), 40, axis=0)), units(30, seed=1))
    scored(make.learn(units(1)), units(3))
    wide = np.random.default_rng(2).normal(size=(6, 40))
    scored(make.learn(wide), wide)


def check_order(make: type[Detector]) -> None:
    """The order of the units means nothing."""
    x = units()
    a, b = make.learn(x), make.learn(x[np.random.default_rng(3).permutation(len(x))])
    _require(np.allclose(scored(a, x), scored(b, x)), f"{make.name}: shuffled units change the scores")


def check_same(make: type[Detector]) -> None:
    """One seed gives one detector, learning leaves its rows alone, and a saved one scores identically."""
    x = units()
    before = x.copy()
    first, second = make.learn(x, seed=5), make.learn(x, seed=5)
    data = to_bytes(detector_state(first))
    _require(data == to_bytes(detector_state(second)), f"{make.name}: two of one seed differ")
    _require(np.array_equal(x, before, equal_nan=True), f"{make.name}: learning changed the units")
    again = load_detector(from_bytes(data))
    _require(np.array_equal(scored(first, x), scored(again, x)), f"{make.name}: differs after a round trip")


def check_units_of_measurement(make: type[Detector]) -> None:
    """Parameters in other units of measurement give the same scores."""
    x = units()
    factor = np.array([1000.0, 0.01, 1.0, 60.0])
    a, b = scored(make.learn(x), x), scored(make.learn(x * factor), x * factor)
    _require(np.allclose(a, b, rtol=1e-6), f"{make.name}: depends on the units of measurement")


CHECKS = (check_strange, check_bad_rows, check_order, check_same, check_units_of_measurement)
