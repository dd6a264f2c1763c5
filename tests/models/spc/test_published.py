"""Charts of the catalogue against worked examples of the books, to the digits that were printed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models import spc
from models.spc import ChartLimits, Observations, make_chart
from models.spc.lengths.charts import spread_false_alarm
from models.spc.lengths.multivariate import mcusum_run_length, mewma_limit, mewma_run_length, t2_run_length
from models.spc.reference import Reference
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

JUICE = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
"""Nonconforming cans among 50 (Montgomery, table 7.1)."""

WAFERS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
"""Defects of 25 wafers (NIST/SEMATECH e-Handbook 6.3.3.1)."""


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


def test_tensile_strength_and_diameter():
    """Montgomery, 11.3.1: means 115.59 and 1.06, variances 1.23 and .83, covariance .79; first sample T2 2.16."""
    of = Reference(("strength", "diameter"), np.array([115.59, 1.06]), np.array([[1.23, 0.79], [0.79, 0.83]]), 20, 10)
    chart = spc.t2(np.array([[115.25, 1.04]]), reference=of, alpha=0.001)
    assert chart.main.points[0] == pytest.approx(2.16, abs=5e-3)
    from models.spc.multivariate.hotelling import _limit

    assert _limit(of, 0.001, phase=1) == pytest.approx(13.72, abs=5e-3)


STRENGTH = [115.25, 115.91, 115.05, 116.21, 115.90, 115.55, 114.98, 115.25, 116.15, 115.92, 115.75, 114.90, 116.01]
STRENGTH += [115.83, 115.29, 115.47, 115.58, 115.72, 115.40]
DIAMETER = [
    1.04,
    1.06,
    1.09,
    1.05,
    1.07,
    1.06,
    1.05,
    1.10,
    1.09,
    1.05,
    0.99,
    1.06,
    1.05,
    1.07,
    1.11,
    1.03,
    1.05,
    1.06,
    1.04,
]
"""Means of ten, samples 1 to 15 and 17 to 20 (Montgomery, table 11.1)."""


def test_every_point_of_tensile_strength_and_diameter():
    """Montgomery, table 11.1, the column of T2; no point is above 13.72. Sample 16 is left out: see the README."""
    of = Reference(("strength", "diameter"), np.array([115.59, 1.06]), np.array([[1.23, 0.79], [0.79, 0.83]]), 20, 10)
    chart = spc.t2(np.column_stack([STRENGTH, DIAMETER]), reference=of, alpha=0.001)
    printed = [2.16, 2.14, 6.77, 8.29, 1.89, 0.03, 7.54, 3.01, 5.92, 2.41, 1.13, 9.96, 3.86, 1.11, 2.56, 0.19, 0.00]
    printed += [0.35, 0.62]
    assert chart.main.points == pytest.approx(printed, abs=5.1e-3)
    assert chart.stable


@pytest.mark.parametrize(("m", "n", "p", "alpha"), [(20, 10, 2, 0.001), (25, 1, 3, 0.01), (30, 1, 2, 0.05)])
def test_limits_of_t2_in_both_phases_of_the_nist_handbook_6_5_4_3(m, n, p, alpha):
    """Subgroups: p (m -+ 1) (n - 1) / (m n - m - p + 1) F, both phases.

    Individuals: (m - 1)^2 / m beta, then p (m + 1) (m - 1) / (m^2 - m p) F.
    """
    from models.spc.multivariate.hotelling import _limit

    of = Reference(tuple("abcd"[:p]), np.zeros(p), np.eye(p), m, n)
    if n > 1:
        free = m * n - m - p + 1
        told = [p * (m + s) * (n - 1) / free * stats.f.ppf(1 - alpha, p, free) for s in (-1, 1)]
    else:
        first = (m - 1) ** 2 / m * stats.beta.ppf(1 - alpha, p / 2, (m - p - 1) / 2)
        told = [first, p * (m + 1) * (m - 1) / (m**2 - m * p) * stats.f.ppf(1 - alpha, p, m - p)]
    assert [_limit(of, alpha, phase=k) for k in (1, 2)] == pytest.approx(told)


@pytest.mark.parametrize(
    ("decision", "headstart", "printed"),
    [
        (4, 0, [168, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34, 2.62, 2.19, 1.71]),
        (5, 0, [465, 139, 38.0, 17.0, 10.4, 5.75, 4.01, 3.11, 2.57, 2.01]),
        (5, 0.5, [430, 122, 28.7, 11.2, 6.35, 3.37, 2.36]),
    ],
)
def test_run_lengths_of_cusum(decision, headstart, printed):
    """Montgomery, table 9.4; Lucas & Crosier 1982, table 2 (headstart)."""
    shifts = (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4)
    found = [spc.cusum_run_length(decision, shift=s, headstart=headstart) for s in shifts[: len(printed)]]
    assert found == pytest.approx(printed, rel=0.005)


@pytest.mark.parametrize(
    ("smoothing", "width", "printed"),
    [
        (0.40, 3.054, [500, 224, 71.2, 28.4, 14.3, 5.9, 3.5]),
        (0.25, 2.998, [500, 170, 48.2, 20.1, 11.1, 5.5, 3.6]),
        (0.20, 2.962, [500, 150, 41.8, 18.2, 10.5, 5.5, 3.7]),
        (0.10, 2.814, [500, 106, 31.3, 15.9, 10.3, 6.1, 4.4]),
        (0.05, 2.615, [500, 84.1, 28.8, 16.4, 11.4, 7.1, 5.2]),
    ],
)
def test_run_lengths_of_ewma(smoothing, width, printed):
    """Lucas & Saccucci 1990 (Montgomery, table 9.11); the last digit printed may be half a unit off."""
    found = [spc.ewma_run_length(smoothing, width, s) for s in (0, 0.25, 0.5, 0.75, 1, 1.5, 2)]
    for value, said in zip(found, printed, strict=True):
        assert value == pytest.approx(said, rel=0.005, abs=0.051)


@pytest.mark.parametrize(
    ("smoothing", "limit", "printed"),
    [
        (0.05, 7.35, [199.93, 26.61, 11.23, 7.14, 5.28, 3.56]),
        (0.10, 8.64, [199.98, 28.07, 10.15, 6.11, 4.42, 2.93]),
        (0.20, 9.65, [199.91, 35.17, 10.20, 5.49, 3.78, 2.42]),
        (0.30, 10.08, [199.82, 44.10, 11.36, 5.48, 3.56, 2.20]),
    ],
)
def test_run_lengths_of_mewma(smoothing, limit, printed):
    """Prabhu & Runger 1997, two variables (Montgomery, table 11.3).

    Theirs is a chain of 25 states, whose own error reaches .7 % at the largest smoothing; ours is converged.
    """
    found = [mewma_run_length(smoothing, limit, 2, s).value for s in (0, 0.5, 1, 1.5, 2, 3)]
    assert found == pytest.approx(printed, rel=0.005 if smoothing < 0.3 else 0.008)


@pytest.mark.parametrize(("shift", "printed"), [(0.5, 44.10), (1.0, 11.36)])
def test_run_lengths_of_mewma_by_the_method_of_the_table(shift, printed):
    """At smoothing .30 the table is within .5 % of the chain that made it, and that chain is .8 % off its own limit."""
    by_chain = _chain_of_25(0.3, 10.08, shift)
    assert by_chain == pytest.approx(printed, rel=0.005)
    assert mewma_run_length(0.3, 10.08, 2, shift).value < by_chain


def _chain_of_25(smoothing: float, limit: float, shift: float, m: int = 25) -> float:
    """Runger & Prabhu 1996, two variables: z along the shift in 2 m + 1 cells, the length of the rest in m + 1."""
    reach = np.sqrt(limit * smoothing / (2 - smoothing))
    width, rings = 2 * reach / (2 * m + 1), np.arange(m + 1)
    edges = -reach + np.arange(2 * m + 2) * width
    centre = (edges[1:] + edges[:-1]) / 2
    along = np.diff(stats.norm.cdf((edges[None, :] - (1 - smoothing) * centre[:, None]) / smoothing - shift), axis=1)
    start = (1 - smoothing) * width * rings[:, None] / smoothing
    outer = (rings[None, :] + 0.5) * width / smoothing
    below = stats.norm.cdf(outer - start) - stats.norm.cdf(-outer - start)
    rest = np.diff(below, axis=1, prepend=0.0)
    a, b = np.nonzero((np.arange(2 * m + 1)[:, None] - m) ** 2 + rings[None, :] ** 2 < (reach / width) ** 2)
    inside = along[np.ix_(a, a)] * rest[np.ix_(b, b)]
    times = np.linalg.solve(np.eye(len(a)) - inside, np.ones(len(a)))
    return float(times[(a == m) & (b == 0)][0])


def test_limits_of_mewma():
    """Prabhu & Runger 1997: run length 200, smoothing .10; two and four variables."""
    assert (mewma_limit(0.1, 2), mewma_limit(0.1, 4)) == pytest.approx((8.64, 12.73), abs=0.02)


def test_run_lengths_of_t2_and_of_means():
    """T2: 1 / alpha. A shift of one sigma among five is seen by a mean after 4.5 points (Montgomery, 6.2.6)."""
    assert t2_run_length(13.816, 2).value == pytest.approx(1000, rel=1e-3)
    assert spc.run_length(["we1"], 5**0.5).value == pytest.approx(4.5, abs=0.05)


def test_run_lengths_of_charts_by_name():
    values = np.random.default_rng(0).normal(size=100)
    chart = make_chart("ewma", Observations(values))
    assert spc.chart_run_length(chart).value == pytest.approx(500, rel=0.003)
    assert spc.chart_run_length(chart, 1.0).value == pytest.approx(10.3, abs=0.05)
    means = make_chart("xbar_r", Observations(values, groups=np.repeat(np.arange(20), 5).tolist()), rules=["we1"])
    alone, spread = 1 - 1 / 370.398, 1 - spread_false_alarm(5, True)
    assert spc.chart_run_length(means).value == pytest.approx(1 / (1 - alone * spread), rel=1e-4)
    assert mcusum_run_length(0.5, 5.5, 2).value == pytest.approx(200, rel=0.01)
