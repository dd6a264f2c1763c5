"""Charts against an independent SPC package (capstat-core) and against scipy, on random data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal, spatial, stats

from models import spc
from models.spc import Observations, make_chart
from models.spc.lengths.charts import spread_false_alarm
from models.spc.lengths.multivariate import mcusum_run_length, mewma_run_length
from models.spc.lengths.simulated import simulated
from models.spc.reference import Reference, of_vectors

peer = pytest.importorskip("capstat_core", reason="the dev extra 'test' brings capstat-core")

series = st.lists(st.integers(-500, 500), min_size=30, max_size=60).map(lambda v: np.array(v, dtype=float) / 100)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(10, 1, shape)


@pytest.mark.parametrize("size", [2, 5, 9])
@pytest.mark.parametrize(("mine", "theirs"), [(spc.xbar_r, "xbar_r_chart"), (spc.xbar_s, "xbar_s_chart")])
def test_subgroups_agree(mine, theirs, size):
    x = normal(25, size, seed=size)
    ours, other = mine(x), getattr(peer, theirs)(x)
    for panel, their in zip(ours.panels, (other.location, other.dispersion), strict=True):
        assert panel.points == pytest.approx(np.array(their.points))
        limits = (their.limits.lower, their.limits.center, their.limits.upper)
        assert (panel.limits.lower, panel.limits.center, panel.limits.upper) == pytest.approx(
            limits, rel=1e-3, abs=1e-3
        )


def test_individuals_agree():
    x = normal(60)
    ours, other = spc.imr(x), peer.i_mr_chart(x)
    assert ours.limits.sigma == pytest.approx(other.sigma_within, rel=1e-3)
    assert ours.moving_range.limits.upper == pytest.approx(other.dispersion.limits.upper, rel=1e-3)


@settings(max_examples=40, deadline=None)
@given(series)
def test_ewma_and_cusum_agree(x):
    base = spc.ChartLimits(-3.0, 0.0, 3.0, 1.0, 0)
    mine, theirs = spc.ewma(x, center=0, sigma=1, smoothing=0.2, width=3), peer.ewma_chart(x, target=0.0, sigma=1.0)
    assert mine.points == pytest.approx(np.array(theirs.points))
    assert mine.upper == pytest.approx(np.array(theirs.upper))
    sums, others = spc.cusum(x, limits=base), peer.cusum_chart(x, target=0.0, sigma=1.0)
    assert sums.panels[0].points == pytest.approx(np.array(others.upper))
    assert -sums.panels[1].points == pytest.approx(np.abs(np.array(others.lower)))


@settings(max_examples=15, deadline=None)
@given(series)
def test_run_rules_agree(x):
    """Two conventions differ: theirs looks at full windows only, so zeros stand before; and it asks of Nelson's eighth
    test that the eight points lie on both sides, so that one is left out.
    """
    z = np.concatenate([np.zeros(5), x])
    chart = peer.i_mr_chart(z, center=0.0, sigma=1.0).location
    for theirs, prefix, numbers in (
        (peer.nelson_rules, "nelson", range(1, 8)),
        (peer.western_electric_rules, "we", range(1, 5)),
    ):
        for number in numbers:
            found = sorted({v.point for v in theirs(chart, rules=[number])})
            assert sorted({s.index for s in spc.run_signals(z, [f"{prefix}{number}"])}) == found, f"{prefix}{number}"


@given(series)
def test_ewma_is_a_linear_filter(x):
    filtered = signal.lfilter([0.3], [1, -0.7], x)
    assert spc.ewma(x, center=0, sigma=1, smoothing=0.3).points == pytest.approx(filtered)


def test_t2_is_the_squared_mahalanobis_distance():
    x = normal(50, 4)
    of = of_vectors(x, ("a", "b", "c", "d"))
    inverse = np.linalg.inv(np.cov(x.T))
    distances = [spatial.distance.mahalanobis(row, x.mean(axis=0), inverse) ** 2 for row in x]
    assert spc.t2(x).main.points == pytest.approx(distances)
    assert of.n == 50


def test_phase_one_limits_of_t2_hold_their_level_and_phase_two_limits_theirs():
    rng = np.random.default_rng(1)
    first, second = [], []
    for _ in range(400):
        chart = spc.t2(rng.normal(size=(40, 3)), window=slice(0, 30), alpha=0.05).main
        out = np.zeros(40, dtype=bool)
        out[[s.index for s in chart.signals]] = True
        first.append(out[:30].mean())
        second.append(out[30:].mean())
    assert np.mean(first) == pytest.approx(0.05, abs=0.006)
    assert np.mean(second) == pytest.approx(0.05, abs=0.01)


def test_limits_of_subgroup_t2_hold_their_level():
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(25), 4).tolist()
    charts = [spc.t2(Observations(rng.normal(size=(100, 2)), groups=groups), alpha=0.05).main for _ in range(150)]
    assert np.mean([len(c.signals) / 25 for c in charts]) == pytest.approx(0.05, abs=0.012)


def test_spe_limit_holds_its_level():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4000, 2)) @ rng.normal(size=(2, 6)) + 0.3 * rng.normal(size=(4000, 6))
    chart = spc.make_chart("pca", Observations(x), alpha=0.01)
    assert len(chart.panels[1].signals) / 4000 == pytest.approx(0.01, abs=0.005)


@pytest.mark.parametrize("name", ["mewma", "mcusum"])
def test_contributions_add_up_to_the_point(name):
    chart = make_chart(name, Observations(normal(40, 3)), limit=8.0)
    assert np.nansum(chart.contributions.values, axis=1) == pytest.approx(np.nan_to_num(chart.main.points), abs=1e-9)


def test_contributions_of_pca_add_up_and_name_the_broken_variable():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(200, 1)) + 0.1 * rng.normal(size=(200, 5))
    x[-1, 3] += 2.0
    chart = make_chart("pca", Observations(x, names="abcde"), window=slice(0, 150))
    whole = sum(p.points / p.limits.upper for p in chart.panels)
    assert chart.contributions.values.sum(axis=1) == pytest.approx(whole)
    assert int(np.argmax(chart.contributions.values[-1])) == 3
    assert "mostly d" in next(s.sentence for s in chart.panels[1].signals if s.index == 199)


def test_the_variable_that_moved_contributes_most_to_t2():
    x = normal(60, 4, seed=5)
    x[59, 2] += 6
    chart = spc.t2(x, window=slice(0, 50))
    assert int(np.argmax(chart.contributions.values[59])) == 2


def test_run_length_of_mewma_agrees_with_a_simulation():
    def step(state, rng):
        moved = 0.8 * state + 0.2 * rng.normal([0.8, 0, 0], 1.0, state.shape)
        return moved, np.sum(moved**2, axis=1) > 11.0 * 0.2 / 1.8

    value, error = simulated(step, width=3, runs=8000)
    assert mewma_run_length(0.2, 11.0, 3, 0.8).value == pytest.approx(value, abs=4 * error)


def test_run_length_of_mcusum_in_control_agrees_with_a_simulation():
    def step(state, rng):
        moved = state + rng.normal(size=state.shape)
        length = np.sqrt(np.sum(moved**2, axis=1))
        shrunk = np.clip(1 - 0.5 / length, 0, None)
        return moved * shrunk[:, None], length * shrunk > 4.0

    value, error = simulated(step, width=2, runs=6000)
    assert mcusum_run_length(0.5, 4.0, 2).value == pytest.approx(value, abs=4 * error)


def test_run_length_of_individuals_with_ranges_agrees_with_a_simulation():
    def step(state, rng):
        x = rng.normal(size=len(state))
        near = np.abs(x - state[:, 0]) > 1.128 * 3.267
        first = state[:, 1] == 0
        return np.stack([x, np.ones(len(x))], axis=1), (np.abs(x) > 3) | (near & ~first)

    value, error = simulated(step, width=2, runs=6000)
    assert spc.individuals_run_length().value == pytest.approx(value, abs=4 * error)


@pytest.mark.parametrize(("ranges", "size"), [(True, 2), (True, 5), (False, 5), (False, 12)])
def test_false_alarms_of_the_spread_agree_with_a_simulation(ranges, size):
    x = np.random.default_rng(7).normal(size=(200_000, size))
    chart = (spc.xbar_r if ranges else spc.xbar_s)(x[:2], limits=spc.ChartLimits(-3.0, 0.0, 3.0, 1.0, 0)).panels[1]
    spread = np.ptp(x, axis=1) if ranges else x.std(axis=1, ddof=1)
    share = np.mean((spread > chart.limits.upper) | (spread < chart.limits.lower))
    assert spread_false_alarm(size, ranges) == pytest.approx(share, abs=4 * (share / 200_000) ** 0.5 + 1e-4)


def test_run_length_of_counts_is_that_of_their_own_distribution():
    chart = make_chart("p", Observations(np.full(30, 10.0), sizes=np.full(30, 100)), rules=["we1"])
    law = stats.binom(100, 0.1)
    out = law.sf(19) + law.cdf(0)  # 10 -+ 9: a point at 19 or 1 is on no side beyond
    assert spc.chart_run_length(chart).value == pytest.approx(1 / out)


def test_known_reference_is_chi_square():
    of = Reference(("a", "b"), np.zeros(2), np.eye(2), 0)
    chart = spc.t2(np.zeros((1, 2)), reference=of, alpha=0.01)
    assert chart.main.upper[0] == pytest.approx(stats.chi2.isf(0.01, 2))
