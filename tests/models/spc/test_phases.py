"""Phases: causes before exclusions, limits of their time, patterns that end at a change; for any chart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import spc
from models.errors import NotEnoughData, TaskError
from models.spc import Observations, Stretch, phase_one, staged
from tests.models.spc.samples import POINTS, head, observations

WIDE = spc.ChartLimits(-3, 0, 3, 1, 100)
NARROW = spc.ChartLimits(-1, 0, 1, 1 / 3, 100)


def test_a_point_stays_in_until_its_cause_is_on_record():
    x = np.random.default_rng(0).normal(0, 1, 110)
    x[70], x[90] = 30.0, -25.0
    data = Observations(x)
    first = phase_one("imr", data, rules=["nelson1"])
    assert {70, 90} <= {s.index for s in first.chart.main.signals}
    assert first.limits.n == 110
    second = phase_one("imr", data, {70: "wrong gauge"}, rules=["nelson1"])
    assert 90 in {s.index for s in second.chart.main.signals}
    last = phase_one("imr", data, {90: "start of the shift", 70: "wrong gauge"}, rules=["nelson1"])
    assert last.settled
    assert last.limits.excluded == ((70, "wrong gauge"), (90, "start of the shift"))
    assert "2 excluded with a cause; no point asks" in last.sentence


def test_subgroups_lose_the_excluded_value_only():
    rng = np.random.default_rng(3)
    x, groups = rng.normal(0, 1, 100), np.repeat(np.arange(25), 4)
    x[40] = 40.0
    found = phase_one("xbar_s", Observations(x, groups=groups.tolist()), {40: "wrong part"}, rules=["nelson1"])
    assert found.settled
    assert np.isfinite(found.chart.main.points).all()
    assert found.chart.main.points[10] == pytest.approx(x[41:44].mean())


def test_few_points_and_many_exclusions_warn():
    x = Observations(np.arange(10.0) % 3)
    assert any("provisional" in w for w in phase_one("imr", x).limits.warnings)
    many = phase_one("imr", x, dict.fromkeys((1, 4, 7), "warming up")).limits.warnings
    assert any("3 of 10 left out" in w for w in many)


@pytest.mark.parametrize("causes", [{99: "x"}, {-1: "x"}, {0: " "}])
def test_an_exclusion_needs_a_point_and_a_cause(causes):
    with pytest.raises(TaskError, match="name a point and its cause"):
        phase_one("imr", Observations(np.arange(10.0)), causes)


def test_what_is_too_little_is_told():
    with pytest.raises(NotEnoughData):
        phase_one("imr", Observations([1.0, 2.0, 3.0]), {1: "gone"})


@given(st.integers(1, 29), st.integers(0, 1000))
def test_each_point_has_the_limits_of_its_time(change, seed):
    x = np.random.default_rng(seed).normal(size=30)
    chart = staged("imr", Observations(x), [Stretch(0, WIDE), Stretch(change, NARROW)]).main
    assert chart.upper.tolist() == [3.0] * change + [1.0] * (30 - change)
    assert chart.points.tolist() == x.tolist()
    assert chart.limits == NARROW
    beyond = {i for i in range(30) if abs(x[i]) > chart.upper[i]}
    assert beyond == {s.index for s in chart.signals if s.rule == "nelson1"}


def test_no_pattern_reaches_across_a_change_and_one_stretch_is_the_plain_chart():
    x = Observations(np.full(12, 0.5))
    plain = staged("imr", x, [Stretch(0, WIDE)], rules=["nelson2"])
    assert plain.main.signals == spc.make_chart("imr", x, limits=WIDE, rules=["nelson2"]).main.signals
    assert plain.main.signals
    assert not staged("imr", x, [Stretch(0, WIDE), Stretch(6, WIDE)], rules=["nelson2"]).main.signals


def test_observations_before_the_first_limits_have_them_too():
    assert staged("imr", Observations(np.zeros(5)), [Stretch(3, WIDE)]).main.upper.tolist() == [3.0] * 5


def test_an_excluded_observation_signals_nothing():
    x = Observations([0.0, 9.0, 0.1, 0.2])
    assert staged("imr", x, [Stretch(0, WIDE)], excluded=[1]).stable
    assert not staged("imr", x, [Stretch(0, WIDE)]).stable


@pytest.mark.parametrize("name", spc.chart_names())
def test_any_chart_in_two_stretches_is_its_two_halves(name):
    data = observations(name, seed=4)
    half, per = POINTS // 2, len(data.values) // POINTS
    frozen = phase_one(name, data).frozen
    both = staged(name, data, [Stretch(0, frozen), Stretch(half * per, frozen)])
    first = staged(name, head(data, half), [Stretch(0, frozen)])
    assert both.main.points[:half] == pytest.approx(first.main.points, nan_ok=True)
    assert both.main.upper[:half] == pytest.approx(first.main.upper, nan_ok=True)
    assert both.main.center_line[:half] == pytest.approx(first.main.center_line, nan_ok=True)
    assert both.positions[:half].tolist() == first.positions.tolist()
    assert both.positions[-1] == POINTS * per - 1
    if both.contributions is not None:
        assert both.contributions.values[:half] == pytest.approx(first.contributions.values)


@pytest.mark.parametrize("name", ["t2", "mewma", "mcusum", "pca", "z_mr", "forecast"])
def test_an_excluded_row_tells_on_no_reference(name):
    data = observations(name)
    wild = np.array(data.values, dtype=float)
    wild[7] += 50.0
    spoiled = phase_one(name, replace(data, values=wild)).frozen
    kept = phase_one(name, replace(data, values=wild), {7: "gauge was dropped"})
    assert kept.limits.excluded == ((7, "gauge was dropped"),)
    assert np.isnan(kept.chart.main.points[7])
    assert _spread(kept.frozen) < 0.7 * _spread(spoiled)


def _spread(frozen) -> float:
    return float(np.trace(frozen.covariance)) if isinstance(frozen, spc.Reference) else frozen.sigma


def test_an_ewma_starts_anew_with_new_limits():
    chart = staged("ewma", Observations(np.ones(4)), [Stretch(0, WIDE), Stretch(2, WIDE)]).main
    assert chart.points[2] == pytest.approx(chart.points[0])


def test_limits_that_begin_after_the_last_observation_change_nothing_yet():
    chart = staged("imr", Observations([0.0, 2.0]), [Stretch(0, WIDE), Stretch(2, NARROW)]).main
    assert chart.upper.tolist() == [3.0, 3.0]


@pytest.mark.parametrize("starts", [[], [3, 1], [2, 2]])
def test_stretches_out_of_order_are_told(starts):
    with pytest.raises(TaskError, match="each after the one before"):
        staged("imr", Observations(np.zeros(5)), [Stretch(s, WIDE) for s in starts])
