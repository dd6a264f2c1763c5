from __future__ import annotations

import sys

import numpy as np
import pytest

from models.bench.growth import Growth, time_growth
from models.bench.memory import peak_mb, reset_peak


def test_the_exponent_tells_linear_from_quadratic() -> None:
    stages = (10, 20, 40)
    assert Growth("ours", stages, (1.0, 4.0, 16.0), None).exponent == pytest.approx(2.0)
    assert Growth("ours", stages, (3.0, 3.0, 3.0), None).exponent == pytest.approx(0.0)


def test_every_number_of_stages_is_told() -> None:
    told: list[tuple[int, int]] = []
    found = time_growth("ridge", stages=(2, 4), parameters=3, told=lambda done, total: told.append((done, total)))
    assert told == [(2, 6), (6, 6)]
    assert found.stages == (2, 4)
    assert all(s > 0 for s in found.seconds)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux forgets a peak")
def test_a_peak_is_forgotten_once_asked_to() -> None:
    reset_peak()
    before = peak_mb()
    assert before is not None
    block = np.ones(40_000_000)
    held = peak_mb()
    assert held is not None
    assert held - before > 200
    del block
    reset_peak()
    after = peak_mb()
    assert after is not None
    assert after < held - 200
