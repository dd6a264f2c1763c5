"""Phases: causes before exclusions, limits of their time, patterns that end at a change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import spc
from models.errors import NotEnoughData, TaskError
from models.spc.phases import Stretch, phase_one, staged


def individuals(rules=spc.DEFAULT):
    return lambda x, limits: spc.imr(x, limits=limits, rules=rules).individuals


def test_a_point_stays_in_until_its_cause_is_on_record():
    x = np.random.default_rng(2).normal(0, 1, 150)
    x[70], x[90] = 30.0, -25.0
    first = phase_one(x, rules=["nelson1"])
    assert {70, 90} <= {s.index for s in first.signals}
    assert first.limits.n == 150
    second = phase_one(x, {70: "wrong gauge"}, rules=["nelson1"])
    assert 90 in {s.index for s in second.signals}
    last = phase_one(x, {70: "wrong gauge", 90: "start of the shift"}, rules=["nelson1"])
    assert last.settled
    assert last.limits.excluded == ((70, "wrong gauge"), (90, "start of the shift"))
    assert "2 excluded with a cause; no point asks" in last.sentence


def test_the_sentence_warns_through_the_limits_when_points_are_few():
    assert any("provisional" in w for w in phase_one(np.arange(10.0) % 3).limits.warnings)


@pytest.mark.parametrize("causes", [{99: "x"}, {-1: "x"}, {0: " "}])
def test_an_exclusion_needs_a_point_and_a_cause(causes):
    with pytest.raises(TaskError, match="name a point and its cause"):
        phase_one(np.arange(10.0), causes)


def test_too_many_exclusions_leave_nothing():
    with pytest.raises(NotEnoughData):
        phase_one([1.0, 2.0, 3.0], {1: "gone"})


@given(st.integers(1, 29), st.integers(0, 1000))
def test_each_point_has_the_limits_of_its_time(change, seed):
    x = np.random.default_rng(seed).normal(size=30)
    old, new = spc.ChartLimits(-3, 0, 3, 1, 100), spc.ChartLimits(-1, 0, 1, 1 / 3, 100)
    chart = staged(x, [Stretch(0, old), Stretch(change, new)], individuals())
    assert chart.upper.tolist() == [3.0] * change + [1.0] * (30 - change)
    assert chart.points.tolist() == x.tolist()
    assert chart.limits == new
    beyond = {i for i in range(30) if abs(x[i]) > chart.upper[i]}
    assert beyond == {s.index for s in chart.signals if s.rule == "nelson1"}


def test_no_pattern_reaches_across_a_change_and_one_stretch_is_the_plain_chart():
    x = np.full(12, 0.5)
    limits = spc.ChartLimits(-3, 0, 3, 1, 100)
    plain = staged(x, [Stretch(0, limits)], individuals(["nelson2"]))
    assert plain.signals == spc.imr(x, limits=limits, rules=["nelson2"]).signals
    assert staged(x, [Stretch(0, limits), Stretch(6, limits)], individuals(["nelson2"])).stable


def test_points_before_the_first_limits_have_them_too():
    limits = spc.ChartLimits(-3, 0, 3, 1, 25)
    assert staged(np.zeros(5), [Stretch(3, limits)], individuals()).upper.tolist() == [3.0] * 5


def test_an_excluded_point_is_plotted_and_signals_nothing():
    x = np.array([0.0, 9.0, 0.1, 0.2])
    limits = spc.ChartLimits(-3, 0, 3, 1, 100)
    chart = staged(x, [Stretch(0, limits)], individuals(), excluded=[1])
    assert chart.stable
    assert chart.points.tolist() == x.tolist()
    assert not staged(x, [Stretch(0, limits)], individuals()).stable


def test_an_ewma_starts_anew_with_new_limits():
    limits = spc.ChartLimits(-3, 0, 3, 1, 100)
    chart = staged(np.ones(4), [Stretch(0, limits), Stretch(2, limits)], lambda x, own: spc.ewma(x, limits=own))
    assert chart.points[2] == pytest.approx(chart.points[0])


@pytest.mark.parametrize("starts", [[], [3, 1], [2, 2]])
def test_stretches_out_of_order_are_told(starts):
    limits = spc.ChartLimits(-3, 0, 3, 1, 100)
    with pytest.raises(TaskError, match="each after the one before"):
        staged(np.zeros(5), [Stretch(s, limits) for s in starts], individuals())
