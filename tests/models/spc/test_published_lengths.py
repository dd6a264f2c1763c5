"""Run lengths against published tables, each within half a per cent unless the table itself says why not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models import spc
from models.spc import Observations, make_chart
from models.spc.lengths.charts import spread_false_alarm
from models.spc.lengths.multivariate import mcusum_run_length, mewma_limit, mewma_run_length, t2_run_length
from models.spc.lengths.simulated import simulated
from models.spc.lengths.weighted import cusum_exceeds

CHAMP_WOODALL = {
    "1": "370.40 308.43 200.08 119.67 71.55 43.89 27.82 18.25 12.38 8.69 6.30 4.72 3.65 2.90 2.38 2.00",
    "12": "225.44 177.56 104.46 57.92 33.12 20.01 12.81 8.69 6.21 4.66 3.65 2.96 2.48 2.13 1.87 1.68",
    "13": "166.05 120.70 63.88 33.99 19.78 12.66 8.84 6.62 5.24 4.33 3.68 3.18 2.78 2.43 2.14 1.89",
    "14": "152.73 110.52 59.76 33.64 21.07 14.58 10.90 8.60 7.03 5.85 4.89 4.08 3.38 2.81 2.35 1.99",
}
"""Western Electric rules, shifts of 0, .2, ... 3 (Champ & Woodall, Technometrics 29 (1987), table 1)."""

CROWDER = [
    (0.50, "26.45 20.12 11.89 7.29 4.91 - 2.80 2.29 1.94 1.70 1.51 1.37 1.26 1.18 1.12 1.08 1.05"),
    (0.05, "127.53 43.94 18.97 11.64 8.38 6.56 5.41 4.62 4.04 3.61 3.26 2.99 2.76 2.56 2.39 2.26 2.15"),
]
"""EWMA of width 2, shifts of 0, .25, ... 4 (Crowder, Technometrics 29 (1987), table 1; 3.95 at 1.25 is a misprint)."""

LUCAS_SACCUCCI = [
    (0.50, 3.071, "500 255 88.8 35.9 17.5 6.53 3.63 2.50 1.93 1.58 1.34 1.07"),
    (0.03, 2.437, "500 76.7 29.3 17.6 12.6 8.07 5.99 4.80 4.03 3.49 3.11 2.55"),
]
"""EWMA, shifts below (Lucas & Saccucci, Technometrics 32 (1990), table 3)."""
FAR = (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5)


def half_a_unit(printed: str) -> float:
    """Half a unit of the last digit that was printed."""
    return 0.5 * 10.0 ** -len(printed.partition(".")[2])


@pytest.mark.parametrize("rules", CHAMP_WOODALL)
def test_run_lengths_of_the_western_electric_rules_to_the_printed_digit(rules):
    printed = [float(v) for v in CHAMP_WOODALL[rules].split()]
    found = [spc.run_length([f"we{r}" for r in rules], n / 5).value for n in range(16)]
    assert found == pytest.approx(printed, abs=5.1e-3)


@pytest.mark.parametrize(("smoothing", "row"), CROWDER)
def test_run_lengths_of_crowder(smoothing, row):
    for n, printed in enumerate(row.split()):
        if printed != "-":
            value = spc.ewma_run_length(smoothing, 2.0, n / 4)
            assert value == pytest.approx(float(printed), rel=0.0025, abs=1.1 * half_a_unit(printed))


@pytest.mark.parametrize(("smoothing", "width", "row"), LUCAS_SACCUCCI)
def test_run_lengths_of_ewma_at_both_ends_of_the_table(smoothing, width, row):
    for shift, printed in zip(FAR, row.split(), strict=True):
        assert spc.ewma_run_length(smoothing, width, shift) == pytest.approx(float(printed), rel=0.003)


def test_run_lengths_of_the_sas_manual():
    """SAS/QC 1999: EWMA .25, 3, shift 1: 11.154267016; CUSUM .25, 8, shift 2.5: 4.1500826715, met to six digits."""
    assert spc.ewma_run_length(0.25, 3.0, 1.0) == pytest.approx(11.154267016, abs=5e-10)
    assert spc.cusum_run_length(8.0, 0.25, 2.5) == pytest.approx(4.1500826715, abs=2e-6)


def test_run_lengths_of_waldmann():
    """Two-sided EWMA .75 (104.0) and .50 (1952), two-sided CUSUM .6, 3 off by .2 (65.4) (Technometrics, Applied
    Statistics 1986).
    """
    limits = (2 * (1.25 / 0.75) ** 0.5, 2 * 3**0.5)
    assert spc.ewma_run_length(0.75, limits[0]) == pytest.approx(104.0, abs=0.05)
    assert spc.ewma_run_length(0.50, limits[1]) == pytest.approx(1952, abs=1.0)
    assert spc.cusum_run_length(3.0, 0.6, -0.2) == pytest.approx(65.4, abs=0.07)


@pytest.mark.parametrize(
    ("headstart", "row"),
    [
        (0.0, "168 74.2 26.6 13.3 8.38 4.75 3.34 2.62 2.19 1.71 1.31"),
        (0.5, "149 62.7 20.1 8.97 5.29 2.86 2.01 1.59 1.32 1.07 1.01"),
    ],
)
def test_run_lengths_of_cusum_with_and_without_a_headstart(headstart, row):
    """Lucas & Crosier, Technometrics 24 (1982), table 1: allowance .5, decision 4."""
    for shift, printed in zip((*FAR[:9], 4, 5), row.split(), strict=True):
        value = spc.cusum_run_length(4.0, shift=shift, headstart=headstart)
        assert value == pytest.approx(float(printed), rel=0.0045)


@pytest.mark.parametrize(("allowance", "decision"), [(0.25, 8.01), (0.50, 4.77), (0.75, 3.34), (1.0, 2.52)])
def test_decisions_of_hawkins(allowance, decision):
    """Hawkins 1993 (Montgomery, table 9.3): run length 370, the decision being rounded to hundredths."""
    below, above = (spc.cusum_run_length(decision + off, allowance) for off in (-0.005, 0.005))
    assert below <= 370.4 * 1.005
    assert above >= 370.4 * 0.995


def test_run_lengths_from_a_start_with_limits_that_widen():
    """At smoothing .05 and width 3: simulated 32.155 -+ .042 and 9.232 -+ .006 (300,000 and a million charts).

    Steiner, Journal of Quality Technology 31 (1999), table 2, has 1353, 32.5 and 9.0: up to 2.7 % beside both.
    """
    found = [spc.ewma_run_length(0.05, 3.0, s, widening=True) for s in (0, 0.5, 1)]
    assert found == pytest.approx([1353, 32.5, 9.0], abs=0.3, rel=0.01)
    assert found[1:] == pytest.approx([32.155, 9.232], abs=0.1)
    assert spc.ewma_run_length(1.0, 3.0, widening=True) == pytest.approx(370.398, abs=5e-4)


def test_run_length_of_a_sum_is_what_its_survival_adds_up_to():
    """The mean is the sum of the chances to live on; one-sided, decision 3: 117.6 (Waldmann 1986)."""
    alive = [1 - cusum_exceeds(3.0, n) for n in range(400)]
    rest = alive[-1] / (1 - alive[-1] / alive[-2])
    assert sum(alive[:-1]) + rest == pytest.approx(117.6, abs=0.05)
    assert 2 * spc.cusum_run_length(3.0) == pytest.approx(117.6, abs=0.05)


@pytest.mark.parametrize(
    ("p", "limit", "printed"),
    [
        (4, 12.73, [35.05, 12.17, 3.42]),
        pytest.param(20, 37.01, [61.62, 20.17, 5.18], marks=pytest.mark.slow),
    ],
)
def test_run_lengths_of_mewma_of_many_variables(p, limit, printed):
    """Runger & Prabhu 1996 by the program of Molnau et al., Journal of Quality Technology 33 (2001): 25 states.

    With twenty variables and a small shift that is too few: 62.85 -+ .11 of 200,000 simulated charts, 61.62 printed.
    """
    found = [mewma_run_length(0.1, limit, p, s).value for s in (0.5, 1, 3)]
    assert found == pytest.approx(printed, rel=0.004 if p == 4 else 0.021)
    if p == 20:
        assert found[0] == pytest.approx(62.85, abs=0.33)


@pytest.mark.parametrize(
    ("smoothing", "printed"), [(0.25, 15.82), (0.20, 15.62), (0.15, 15.31), (0.10, 14.76), (0.05, 13.60)]
)
def test_limits_of_mewma_of_knoth(smoothing, printed):
    """Knoth, Journal of Quality Technology 49 (2017), table 2: three variables, run length 1000, to the digit."""
    assert mewma_limit(smoothing, 3, 1000.0) == pytest.approx(printed, abs=0.0055)


def test_limits_of_mewma_of_rigdon():
    """Rigdon 1995, table 1: four variables, smoothing .25, run length 500: 16.38; five, .10, shift 1: 12.9."""
    assert mewma_limit(0.25, 4, 500.0) == pytest.approx(16.38, abs=0.0055)
    assert mewma_run_length(0.1, 14.56, 5, 1.0).value == pytest.approx(12.9, rel=0.005)


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

    Theirs is a chain of 25 states, whose own error reaches .8 % at the largest smoothing: see the two tests below.
    """
    found = [mewma_run_length(smoothing, limit, 2, s).value for s in (0, 0.5, 1, 1.5, 2, 3)]
    assert found == pytest.approx(printed, rel=0.005 if smoothing < 0.3 else 0.008)


@pytest.mark.parametrize(("shift", "printed"), [(0.5, 44.10), (1.0, 11.36)])
def test_run_lengths_of_mewma_by_the_method_of_the_table(shift, printed):
    """At smoothing .30 the table is within .5 % of the chain that made it, and that chain is .8 % off its own limit."""
    by_chain = _chain_of_25(0.3, 10.08, shift)
    assert by_chain == pytest.approx(printed, rel=0.005)
    assert mewma_run_length(0.3, 10.08, 2, shift).value < by_chain


@pytest.mark.slow
@pytest.mark.parametrize(("shift", "printed"), [(0.5, 44.10), (1.0, 11.36)])
def test_a_million_charts_say_that_the_table_of_mewma_is_off_and_the_integral_equation_is_not(shift, printed):
    def step(state, rng):
        moved = 0.7 * state + 0.3 * rng.normal([shift, 0.0], 1.0, state.shape)
        return moved, np.sum(moved**2, axis=1) > 10.08 * 0.3 / 1.7

    value, error = simulated(step, width=2, runs=1_000_000)
    assert abs(mewma_run_length(0.3, 10.08, 2, shift).value - value) < 4 * error
    assert printed - value > 6 * error


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
