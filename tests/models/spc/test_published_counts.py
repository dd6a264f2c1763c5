"""Charts of counts against worked examples of the books, to the digits that were printed."""

from __future__ import annotations

import numpy as np
import pytest

from models import spc

JUICE = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
"""Nonconforming cans among 50 (Montgomery, table 7.1)."""

WAFERS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
"""Defects of 25 wafers (NIST/SEMATECH e-Handbook 6.3.3.1)."""

CIRCUITS = [21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15]
"""Nonconformities in samples of 100 printed circuit boards (Montgomery, table 7.7)."""

COMPUTERS = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5]
"""Nonconformities in samples of five computers (Montgomery, 4th ed., table 6.10; R package qcc, pcmanufact)."""

CLOTH = {10: 14, 8: 12, 13: 20, 10.01: 11, 9.5: 7, 10.02: 10, 12: 21, 10.5: 16, 12.01: 19, 12.5: 23}
"""Units of 50 square metres of dyed cloth -> nonconformities (Montgomery, table 7.10; R package qcc, dyedcloth); the
hundredths only tell equal rolls apart."""

ORDERED = [100, 80, 80, 100, 110, 110, 100, 100, 90, 90, 110, 120, 120, 120, 110, 80, 80, 80, 90, 100, 100, 100, 100]
ORDERED += [90, 90]
WRONG = [12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6, 9]
"""Purchase orders a week, and those with errors (Montgomery, table 7.4)."""


def test_orange_juice_shares():
    """Montgomery, 7.2.1: pbar .2313, limits .4102 and .0524; samples 15 and 23 are beyond."""
    chart = spc.p_chart(JUICE, 50, rules=["we1"]).main
    assert chart.limits.center == pytest.approx(0.2313, abs=5e-5)
    assert (chart.limits.upper, chart.limits.lower) == pytest.approx((0.4102, 0.0524), abs=1e-4)
    assert [s.index + 1 for s in chart.signals] == [15, 23]
    again = spc.p_chart([c for n, c in enumerate(JUICE, 1) if n not in {15, 23}], 50).main.limits
    assert (again.center, again.upper, again.lower) == pytest.approx((0.2150, 0.3893, 0.0407), abs=1e-4)


def test_defective_wafers_of_the_nist_handbook_6_3_3_2():
    """The handbook has the same thirty counts as chips on wafers: pbar .2313, limits .41 and .05."""
    chart = spc.p_chart(JUICE, 50)
    assert (chart.main.limits.upper, chart.main.limits.lower) == pytest.approx((0.41, 0.05), abs=5e-3)


def test_defects_of_wafers_of_the_nist_handbook_6_3_3_1():
    """cbar 16, limits 28 and 4."""
    assert sum(WAFERS) == 400
    chart = spc.c_chart(WAFERS, rules=["we1"]).main
    assert (chart.limits.center, chart.limits.upper, chart.limits.lower) == pytest.approx((16, 28, 4))
    assert [s.index + 1 for s in chart.signals] == [24]


def test_nonconformities_of_circuit_boards():
    """Montgomery, 7.3.1: cbar 19.85, limits 33.22 and 6.48, samples 6 and 20 beyond; without them 19.67, 32.97, 6.36.

    The book takes the limits from the rounded cbar; unrounded, the upper one is 33.21.
    """
    chart = spc.c_chart(CIRCUITS, rules=["we1"]).main
    assert chart.limits.center == pytest.approx(19.85, abs=5e-3)
    assert (chart.limits.upper, chart.limits.lower) == pytest.approx((33.22, 6.48), abs=0.01)
    assert [s.index + 1 for s in chart.signals] == [6, 20]
    again = spc.c_chart([c for n, c in enumerate(CIRCUITS, 1) if n not in {6, 20}]).main.limits
    assert (again.center, again.upper, again.lower) == pytest.approx((19.67, 32.97, 6.36), abs=5e-3)


def test_nonconformities_of_computers():
    """ubar 1.93, limits 3.79 and .07."""
    chart = spc.u_chart(COMPUTERS, 5).main
    found = chart.limits.center, chart.upper[0], chart.lower[0]
    assert found == pytest.approx((1.93, 3.79, 0.07), abs=5e-3)
    assert chart.stable


def test_nonconformities_of_dyed_cloth():
    """ubar 1.42; limits 2.55 and .29 for 10 units, 2.68 and .16 for 8, 2.41 and .43 for 13, from the rounded ubar."""
    units = [round(size, 1) for size in CLOTH]
    chart = spc.u_chart(list(CLOTH.values()), units).main
    assert chart.limits.center == pytest.approx(153 / 107.5)
    for size, upper, lower in [
        (10, 2.55, 0.29),
        (8, 2.68, 0.16),
        (13, 2.41, 0.43),
        (9.5, 2.58, 0.26),
        (12, 2.45, 0.39),
    ]:
        at = units.index(size)
        assert (chart.upper[at], chart.lower[at]) == pytest.approx((upper, lower), abs=0.0105)
    assert chart.stable


def test_errors_of_purchase_orders():
    """Montgomery, 7.2.2: 234 of 2450, pbar .0955; sample 11 is beyond."""
    chart = spc.p_chart(WRONG, ORDERED, rules=["we1"]).main
    assert (sum(WRONG), sum(ORDERED)) == (234, 2450)
    assert chart.limits.center == pytest.approx(0.0955, abs=5e-5)
    spread = np.sqrt(0.0955 * 0.9045 / np.array(ORDERED))
    assert chart.upper == pytest.approx(0.0955 + 3 * spread, abs=2e-4)
    assert chart.lower == pytest.approx(np.maximum(0.0955 - 3 * spread, 0.0), abs=2e-4)
    assert [s.index + 1 for s in chart.signals] == [11]
