"""Charts of measured values against worked examples of the books, to the digits that were printed."""

from __future__ import annotations

import numpy as np
import pytest

from models import spc
from models.spc import ChartLimits
from models.spc.variables.constants import c4, d2, d3, range_limits, sd_limits

RINGS = """
74.030 74.002 74.019 73.992 74.008
73.995 73.992 74.001 74.011 74.004
73.988 74.024 74.021 74.005 74.002
74.002 73.996 73.993 74.015 74.009
73.992 74.007 74.015 73.989 74.014
74.009 73.994 73.997 73.985 73.993
73.995 74.006 73.994 74.000 74.005
73.985 74.003 73.993 74.015 73.988
74.008 73.995 74.009 74.005 74.004
73.998 74.000 73.990 74.007 73.995
73.994 73.998 73.994 73.995 73.990
74.004 74.000 74.007 74.000 73.996
73.983 74.002 73.998 73.997 74.012
74.006 73.967 73.994 74.000 73.984
74.012 74.014 73.998 73.999 74.007
74.000 73.984 74.005 73.998 73.996
73.994 74.012 73.986 74.005 74.007
74.006 74.010 74.018 74.003 74.000
73.984 74.002 74.003 74.005 73.997
74.000 74.010 74.013 74.020 74.003
73.982 74.001 74.015 74.005 73.996
74.004 73.999 73.990 74.006 74.009
74.010 73.989 73.990 74.009 74.014
74.015 74.008 73.993 74.000 74.010
73.982 73.984 73.995 74.017 74.013
"""
"""Inside diameters of piston rings, mm (Montgomery, Introduction to Statistical Quality Control, table 6.3)."""

SHIFTED = [9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08]
SHIFTED += [9.37, 10.62, 10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52]
"""Twenty values of mean 10 and ten of mean 11, sd 1 (Montgomery, table 9.1)."""
KNOWN = ChartLimits(7.0, 10.0, 13.0, 1.0, 0)

HANDBOOK_CUSUM = [324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600]
HANDBOOK_CUSUM += [324.625, 325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350]
"""NIST/SEMATECH e-Handbook 6.3.2.3."""


def rings() -> np.ndarray:
    return np.array([line.split() for line in RINGS.strip().splitlines()], dtype=float)


def test_factors_of_the_tables():
    """Montgomery, appendix VI."""
    assert [d2(n) for n in (2, 3, 4, 5, 6, 7, 8, 9, 10)] == [
        1.128,
        1.693,
        2.059,
        2.326,
        2.534,
        2.704,
        2.847,
        2.970,
        3.078,
    ]
    assert [d3(n) for n in (2, 3, 4, 5, 6, 10)] == [0.853, 0.888, 0.880, 0.864, 0.848, 0.797]
    assert [c4(n) for n in (2, 3, 4, 5, 6, 10, 25)] == [0.7979, 0.8862, 0.9213, 0.9400, 0.9515, 0.9727, 0.9896]
    assert [range_limits(n)[1] for n in (2, 4, 5, 6)] == [3.267, 2.282, 2.114, 2.004]
    assert [range_limits(n)[0] for n in (6, 7, 8, 10)] == [0.0, 0.076, 0.136, 0.223]
    assert [sd_limits(n)[1] for n in (2, 3, 4, 5, 10)] == [3.267, 2.568, 2.266, 2.089, 1.716]
    assert [sd_limits(n)[0] for n in (5, 6, 10)] == [0.0, 0.030, 0.284]


def test_piston_rings_mean_and_range():
    """Montgomery, 6.2: ranges add up to .581; from 74.001 and .023: limits 74.014 and 73.988, ranges below .049."""
    chart = spc.xbar_r(rings())
    assert chart.panels[1].points.sum() == pytest.approx(0.581, abs=1e-9)
    assert chart.limits.center == pytest.approx(74.001, abs=5e-4)
    assert chart.stable
    rounded = ChartLimits(0.0, 74.001, 100.0, 0.023 / 2.326, 25)
    chart = spc.xbar_r(rings(), limits=rounded)
    assert (chart.main.limits.upper, chart.main.limits.lower) == pytest.approx((74.014, 73.988), abs=5e-4)
    assert chart.panels[1].limits.upper == pytest.approx(0.049, abs=5e-4)


def test_piston_rings_mean_and_s():
    """Montgomery, 6.3: average s .0094; from 74.001 and .0094: limits 74.014 and 73.988, s below .0196."""
    chart = spc.xbar_s(rings())
    assert chart.panels[1].limits.center == pytest.approx(0.0094, abs=5e-5)
    assert chart.stable
    chart = spc.xbar_s(rings(), limits=ChartLimits(0.0, 74.001, 100.0, 0.0094 / 0.94, 25))
    assert (chart.main.limits.upper, chart.main.limits.lower) == pytest.approx((74.014, 73.988), abs=5e-4)
    assert chart.panels[1].limits.upper == pytest.approx(0.0196, abs=5e-5)


def test_cusum_of_montgomery():
    """Montgomery, 9.1.2: signal at period 29, sum 5.28, seven periods, so the change came after period 22."""
    chart = spc.cusum(SHIFTED, limits=KNOWN)
    up, down = chart.panels
    assert up.points[:6] == pytest.approx([0, 0, 0, 1.16, 2.82, 2.50], abs=1e-9)
    assert down.points[:3] == pytest.approx([-0.05, -1.56, -1.77], abs=1e-9)
    assert up.points[28] == pytest.approx(5.28, abs=5e-3)
    assert [s.index + 1 for s in up.signals] == [29, 30]
    (change,) = chart.changes
    assert change.signal + 1 == 29
    assert change.first + 1 == 23
    assert change.mean == pytest.approx(11.25, abs=5e-3)


def test_cusum_of_the_nist_handbook_6_3_2_3():
    sigma = 1.27
    base = ChartLimits(325 - 3 * sigma, 325.0, 325 + 3 * sigma, sigma, 0)
    chart = spc.cusum(HANDBOOK_CUSUM, limits=base, allowance=0.3175 / sigma, decision=4.1959 / sigma)
    printed = [0, 0, 0, 0, 0.03, 0, 0, 0, 0, 0, 0, 0, 3.01, 4.94, 7.45, 10.63, 11.99, 14.44, 16.00, 19.04]
    lower = [0, 0.01, 0, 0.33, 0, 0, 0.56, 0.72, 0.17, 0.26, 0.31, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert chart.panels[0].points == pytest.approx(printed, abs=6e-3)
    assert -chart.panels[1].points == pytest.approx(lower, abs=6e-3)
    assert [s.index + 1 for s in chart.signals] == list(range(14, 21))
    assert chart.changes[0].first + 1 == 13


def test_ewma_of_montgomery():
    """Montgomery, 9.2.1, smoothing .10, L 2.7: limits 10.27 and 9.73 at once, 10.62 and 9.38 at last."""
    chart = spc.ewma(SHIFTED, limits=KNOWN, smoothing=0.1, width=2.7)
    assert chart.points[:3] == pytest.approx([9.945, 9.7495, 9.70355], abs=1e-9)
    assert (chart.upper[0], chart.lower[0]) == pytest.approx((10.27, 9.73), abs=1e-9)
    assert (chart.limits.upper, chart.limits.lower) == pytest.approx((10.62, 9.38), abs=5e-3)
    assert [s.index for s in chart.signals if s.index < 20] == []
    assert chart.signals


def test_moving_average_of_montgomery():
    """Montgomery, 9.3, span 5: limits 10 -+ 1.34 from the fifth value on, 11.5 for the fourth; signal at the end."""
    chart = spc.moving_average(SHIFTED, limits=KNOWN, span=5).main
    assert chart.points[4] == pytest.approx(np.mean(SHIFTED[:5]))
    assert chart.upper[[0, 3, 4, 29]] == pytest.approx([13.0, 11.5, 11.34, 11.34], abs=5e-3)
    assert chart.points[29] == pytest.approx(np.mean(SHIFTED[25:]))


HARD_BAKE = """
1.3235 1.4128 1.6744 1.4573 1.6914
1.4314 1.3592 1.6075 1.4666 1.6109
1.4284 1.4871 1.4932 1.4324 1.5674
1.5028 1.6352 1.3841 1.2831 1.5507
1.5604 1.2735 1.5265 1.4363 1.6441
1.5955 1.5451 1.3574 1.3281 1.4198
1.6274 1.5064 1.8366 1.4177 1.5144
1.4190 1.4303 1.6637 1.6067 1.5519
1.3884 1.7277 1.5355 1.5176 1.3688
1.4039 1.6697 1.5089 1.4627 1.5220
1.4158 1.7667 1.4278 1.5928 1.4181
1.5821 1.3355 1.5777 1.3908 1.7559
1.2856 1.4106 1.4447 1.6398 1.1928
1.4951 1.4036 1.5893 1.6458 1.4969
1.3589 1.2863 1.5996 1.2497 1.5471
1.5747 1.5301 1.5171 1.1839 1.8662
1.3680 1.7269 1.3957 1.5014 1.4449
1.4163 1.3864 1.3057 1.6210 1.5573
1.5796 1.4185 1.6541 1.5116 1.7247
1.7106 1.4412 1.2361 1.3820 1.7601
1.4371 1.5051 1.3485 1.5670 1.4880
1.4738 1.5936 1.6583 1.4973 1.4720
1.5917 1.4333 1.5551 1.5295 1.6866
1.6399 1.5243 1.5705 1.5563 1.5530
1.5797 1.3663 1.6240 1.3732 1.6887
"""
"""Flow width of resist, microns (Montgomery, table 6.1)."""

COSTS = [310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301, 304]
"""Weekly cost of processing a mortgage loan (Montgomery, table 6.6)."""
PRIMER = [33.75, 33.05, 34.00, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.20, 33.62, 33.00, 33.54, 33.12, 33.84]
"""Viscosity of aircraft primer paint (Montgomery, 4th ed., table 5.10; R package qcc, example of xbar.one)."""

KEPT = [5, 3, 5, 5, 5, 4, 4, 5, 4, 5, 5, 5, 3, 5, 3, 5, 4, 5, 5, 3, 5, 5, 5, 5, 5]
"""How many rings of each sample there are in the table of varying sizes (Montgomery, table 6.4)."""


def test_flow_width_of_the_hard_bake_process():
    """Montgomery, 6.2.1: sums 37.6400 and 8.1302; limits 1.69325 and 1.31795 from A2 = .577, ranges below .68749."""
    widths = np.array([line.split() for line in HARD_BAKE.strip().splitlines()], dtype=float)
    chart = spc.xbar_r(widths)
    assert chart.main.points.sum() == pytest.approx(37.64, abs=5e-4)
    assert chart.panels[1].points.sum() == pytest.approx(8.1302, abs=5e-5)
    assert (chart.main.limits.upper, chart.main.limits.lower) == pytest.approx((1.69325, 1.31795), abs=1e-4)
    assert chart.panels[1].limits.upper == pytest.approx(0.68749, abs=5e-6)
    assert chart.stable


@pytest.mark.parametrize(
    ("values", "printed"),
    [(COSTS, (300.5, 7.79, 321.22, 279.78, 25.45)), (PRIMER, (33.52, 0.48, 34.80, 32.24, 1.57))],
)
def test_individuals_of_montgomery(values, printed):
    """Mean, average moving range, limits of both, limit of the ranges."""
    chart = spc.imr(values)
    ranges, limits = chart.moving_range, chart.limits
    found = limits.center, ranges.limits.center, limits.upper, limits.lower, ranges.limits.upper
    assert found == pytest.approx(printed, abs=5.1e-3)
    assert chart.stable


@pytest.mark.parametrize(("size", "low", "high", "most"), [(5, 73.986, 74.016, 0.022), (4, 73.984, 74.018, 0.023)])
def test_piston_rings_in_samples_of_several_sizes(size, low, high, most):
    """Montgomery, 6.3.2: mean 74.001, pooled s .0103, which is then divided by c4 of each size.

    Ours is unbiased and 6 % narrower (s of five: .0097); given the book's, the limits are the book's.
    """
    kept = [ring[:n] for ring, n in zip(rings(), KEPT, strict=True)]
    chart = spc.xbar_s(kept)
    assert sum(KEPT) == 113
    assert chart.limits.center == pytest.approx(74.001, abs=5e-4)
    assert chart.stable
    squares = sum((len(ring) - 1) * np.var(ring, ddof=1) for ring in kept)
    assert (squares / (113 - 25)) ** 0.5 == pytest.approx(0.0103, abs=5e-5)
    book = spc.xbar_s(kept, limits=ChartLimits(0.0, 74.001, 100.0, 0.0103 / c4(size), 25))
    at = KEPT.index(size)
    assert (book.main.lower[at], book.main.upper[at]) == pytest.approx((low, high), abs=5e-4)
    assert book.panels[1].upper[at] == pytest.approx(most, abs=5e-4)


def test_cusum_with_a_headstart_of_montgomery():
    """Montgomery, 9.1.5: target 100, K 3, H 12, both sums from 6; after a change to 105 the third sample signals."""
    base = ChartLimits(82.0, 100.0, 118.0, 6.0, 0)
    quiet = [102, 97, 104, 93, 100, 105, 96, 98, 105, 99]
    up, down = spc.cusum(quiet, limits=base, decision=2.0, headstart=0.5).panels
    assert up.points.tolist() == [5, 0, 1, 0, 0, 2, 0, 0, 2, 0]
    assert (-down.points).tolist() == [1, 1, 0, 4, 1, 0, 1, 0, 0, 0]
    moved = [107, 102, 109, 98, 105, 110, 101, 103, 110, 104]
    fast = spc.cusum(moved, limits=base, decision=2.0, headstart=0.5)
    slow = spc.cusum(moved, limits=base, decision=2.0)
    assert fast.main.points.tolist() == [10, 9, 15, 10, 12, 19, 17, 17, 24, 25]
    assert [chart.signals[0].index + 1 for chart in (fast, slow)] == [3, 6]
