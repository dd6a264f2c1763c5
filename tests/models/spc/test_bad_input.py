"""Bad input: a typed error that says what to do, or a documented answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import spc
from models.errors import NotEnoughData, TaskError
from models.spc import Observations, chart_names, make_chart
from tests.models.spc.samples import observations

VALUES = chart_names("values")


@pytest.mark.parametrize("name", [n for n in VALUES if n != "forecast"])
def test_two_points_are_enough_for_provisional_limits_and_the_chart_says_so(name):
    chart = make_chart(name, Observations([1.0, 2.0]))
    assert any("provisional" in warning for warning in chart.warnings)
    assert chart.stable


@pytest.mark.parametrize("name", chart_names("values"))
def test_a_constant_series_has_no_spread_and_no_signal(name):
    chart = make_chart(name, Observations(np.full(30, 5.0)))
    assert chart.stable
    assert any("zero" in warning for warning in chart.warnings)
    with pytest.raises(NotEnoughData, match="do not vary"):
        spc.chart_run_length(chart)


def test_constant_subgroups_signal_any_change():
    groups = np.repeat(np.arange(6), 3).tolist()
    chart = make_chart("xbar_s", Observations([5.0] * 15 + [5.1] * 3, groups=groups), window=slice(0, 5), rules=["we1"])
    assert [s.index for s in chart.main.signals] == [5]


def test_missing_subgroups_and_single_values_are_gaps_of_their_panel():
    chart = spc.xbar_r([[1.0, 2.0], [], [np.nan, np.nan], [3.0], [2.0, 4.0]])
    assert np.isnan(chart.main.points).tolist() == [False, True, True, False, False]
    assert np.isnan(chart.panels[1].points).tolist() == [False, True, True, True, False]
    assert chart.main.upper[3] > chart.main.upper[0]


@pytest.mark.parametrize("name", ["imr", "ewma", "cusum", "moving_average"])
def test_limits_out_of_order_are_told(name):
    wrong = spc.ChartLimits(3.0, 2.0, 1.0, 1.0, 10)
    if name == "ewma":
        wrong = spc.ChartLimits(1.0, 2.0, 3.0, -1.0, 10)
    with pytest.raises(TaskError, match=r"use|out of order"):
        make_chart(name, Observations([1.0, 2.0, 3.0]), limits=wrong)


@pytest.mark.parametrize("name", ["p", "np", "c", "u", "laney_p", "laney_u"])
@pytest.mark.parametrize("bad", [-1.0, 2.5])
def test_negative_and_broken_counts_are_told(name, bad):
    with pytest.raises(TaskError, match=r"whole number, 0 or more"):
        make_chart(name, Observations([3.0, bad, 4.0], sizes=[10.0, 10.0, 10.0]))


@pytest.mark.parametrize("name", ["p", "np", "u", "laney_p", "laney_u"])
def test_zero_opportunities_are_a_gap(name):
    chart = make_chart(name, Observations([3.0, 0.0, 4.0, 5.0], sizes=[10.0, 0.0, 10.0, 12.0]))
    assert np.isnan(chart.main.points).tolist() == [False, True, False, False]


def test_more_found_than_inspected_and_something_found_in_nothing_are_told():
    with pytest.raises(TaskError, match="11 found among 10"):
        make_chart("p", Observations([11.0, 1.0], sizes=[10.0, 10.0]))
    with pytest.raises(TaskError, match="2 found among 0"):
        make_chart("u", Observations([2.0, 1.0], sizes=[0.0, 10.0]))
    with pytest.raises(TaskError, match="0 or more"):
        make_chart("u", Observations([2.0, 1.0], sizes=[-1.0, 10.0]))


def test_areas_that_differ_are_no_c_chart():
    with pytest.raises(TaskError, match="u chart"):
        make_chart("c", Observations([2.0, 1.0, 3.0], sizes=[1.0, 2.0, 1.0]))


@pytest.mark.parametrize("counts", [[0.0] * 25, [10.0] * 25])
def test_nothing_or_everything_found_has_no_spread(counts):
    chart = make_chart("p", Observations(counts, sizes=[10.0] * 25))
    assert chart.stable
    assert any("no spread" in w for w in chart.warnings)


@pytest.mark.parametrize("name", ["t2", "mewma", "mcusum"])
def test_copies_of_a_variable_are_told_and_the_pca_chart_takes_them(name):
    x = np.random.default_rng(0).normal(size=(40, 2))
    twice = Observations(np.column_stack([x, x[:, 0] * 2]), names=("a", "b", "c"))
    with pytest.raises(TaskError, match="leave one out"):
        make_chart(name, twice)
    assert make_chart("pca", twice, share=0.99).panels


@pytest.mark.parametrize("name", chart_names("vectors"))
def test_a_variable_that_never_varies_is_told(name):
    x = np.random.default_rng(0).normal(size=(40, 2))
    x[:, 1] = 3.0
    with pytest.raises(TaskError, match="'b' never varies"):
        make_chart(name, Observations(x, names=("a", "b")))


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("ewma", {"smoothing": 1.5}),
        ("cusum", {"headstart": 1.0}),
        ("cusum", {"decision": 0}),
        ("moving_average", {"span": 0}),
        ("t2", {"alpha": 2}),
        ("mewma", {"smoothing": 0}),
        ("mcusum", {"allowance": 0}),
        ("pca", {"share": 0}),
        ("pca", {"alpha": 0}),
    ],
)
def test_settings_out_of_range_are_told(name, setting):
    with pytest.raises(TaskError, match=r"use|give"):
        make_chart(name, observations(name), **setting)


def test_observations_that_contradict_themselves_are_told():
    with pytest.raises(TaskError, match="3 values and 2 groups"):
        Observations([1.0, 2.0, 3.0], groups=[1, 1])
    with pytest.raises(TaskError, match="one column a variable"):
        make_chart("t2", Observations([1.0, 2.0, 3.0]))
    groups = [0, 0, 0, 1, 1, 1, 1, 2, 2, 2]
    with pytest.raises(TaskError, match="of one size"):
        make_chart("t2", Observations(np.random.default_rng(0).normal(size=(10, 2)), groups=groups))


def test_a_part_without_phase_one_is_not_charted_and_named():
    chart = make_chart("z_mr", Observations([1, 2, 1, 2, 9], parts=["a", "a", "a", "a", "b"]))
    assert np.isnan(chart.main.points[4])
    assert any(note.startswith("b: no two neighbouring") for note in chart.notes)


@given(st.sampled_from(VALUES), st.sampled_from([0.5, 4.0]), st.integers(-50, 50))
def test_charts_of_values_move_with_shift_and_scale(name, scale, shift):
    x = np.asarray(observations(name, shift=3.0).values)
    a, b = make_chart(name, Observations(x)), make_chart(name, Observations(x * scale + shift))
    assert [(s.index, s.rule) for s in a.main.signals] == [(s.index, s.rule) for s in b.main.signals]
    assert b.limits.sigma == pytest.approx(a.limits.sigma * scale)


@given(st.sampled_from(["t2", "mewma", "mcusum"]), st.integers(0, 5))
def test_multivariate_charts_do_not_mind_a_change_of_axes(name, seed):
    data = observations(name, shift=2.0)
    turn = np.random.default_rng(seed).normal(size=(3, 3)) + 3 * np.eye(3)
    one = make_chart(name, data, window=slice(0, 30))
    other = make_chart(name, Observations(np.asarray(data.values) @ turn + 7.0), window=slice(0, 30))
    assert other.main.points == pytest.approx(one.main.points, rel=1e-6)


@given(st.floats(0.5, 4.0))
def test_limits_of_an_ewma_widen_with_l(width):
    x = np.asarray(observations("ewma").values)
    narrow, wide = (make_chart("ewma", Observations(x), width=w).main for w in (width, width + 0.5))
    assert (wide.upper > narrow.upper).all()
    assert len(wide.signals) <= len(narrow.signals)
