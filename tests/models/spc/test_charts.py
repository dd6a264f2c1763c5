"""I-MR, EWMA and forecast-error charts: properties, edges, frozen limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal, stats

from models import spc
from models.errors import NotEnoughData, TaskError
from models.spc.variables.forecast import ewma_forecast

series = st.lists(st.integers(-100, 100), min_size=5, max_size=40).map(lambda v: np.array(v, dtype=float))


def ar1(n, phi, seed=0):
    noise = np.random.default_rng(seed).normal(size=n + 100)
    return signal.lfilter([1], [1, -phi], noise)[100:]


@given(series, st.sampled_from([0.5, 2.0, 64.0]), st.integers(-50, 50))
def test_imr_moves_with_shift_and_scale(x, scale, shift):
    a, b = spc.imr(x, rules=spc.NELSON), spc.imr(x * scale + shift, rules=spc.NELSON)
    assert b.limits.center == pytest.approx(a.limits.center * scale + shift, abs=1e-6)
    assert b.limits.sigma == pytest.approx(a.limits.sigma * scale, abs=1e-9)


@given(series)
def test_imr_signals_are_the_points_beyond_the_limits(x):
    chart = spc.imr(x, rules=["nelson1"])
    beyond = np.flatnonzero((x > chart.limits.upper + 1e-9) | (x < chart.limits.lower - 1e-9))
    assert [s.index for s in chart.signals] == beyond.tolist()


def test_limits_of_phase_one_are_kept_and_used_later():
    rng = np.random.default_rng(0)
    frozen = spc.estimate_limits(rng.normal(10, 1, 200))
    chart = spc.imr(rng.normal(16, 1, 10), limits=frozen)
    assert chart.limits is frozen
    assert len({s.index for s in chart.signals}) == 10


def test_limits_from_a_window_do_not_see_the_rest():
    x = np.concatenate([np.random.default_rng(1).normal(0, 1, 120), [50.0] * 5])
    window = slice(0, 120)
    assert spc.imr(x, window=window).limits == spc.imr(x[:120]).limits


def test_iteration_leaves_out_the_outlier_and_records_the_cause():
    x = np.random.default_rng(2).normal(0, 1, 150)
    x[70] = 30.0
    once, again = spc.estimate_limits(x), spc.estimate_limits(x, iterate=True)
    assert dict(again.excluded)[70] == "beyond the trial limits of round 1"
    assert again.sigma < once.sigma
    assert again.n == 150 - len(again.excluded)


def test_recorded_causes_leave_points_out_of_the_limits_but_not_off_the_chart():
    limits = spc.estimate_limits([1.0, 2.0, 99.0, 2.0, 1.0], causes={2: "wrong gauge"})
    assert limits.excluded == ((2, "wrong gauge"),)
    assert limits.center == pytest.approx(1.5)
    assert limits.sigma == pytest.approx(1 / 1.128)


def test_few_points_warn_and_two_hundred_do_not():
    x = np.random.default_rng(3).normal(size=200)
    assert "provisional" in spc.estimate_limits(x[:20]).warnings[0]
    assert spc.estimate_limits(x).warnings == ()


def test_constant_series_answers_with_zero_spread_and_signals_any_change():
    chart = spc.imr([5.0] * 8 + [5.1], window=slice(0, 8), rules=["nelson1"])
    assert chart.limits.sigma == 0
    assert any("zero" in w for w in chart.limits.warnings)
    assert [s.index for s in chart.signals] == [8]


def test_moving_ranges_do_not_cross_gaps():
    chart = spc.imr([1.0, 2.0, np.nan, 9.0, 10.0, 50.0, 51.0], breaks=[5])
    assert np.isnan(chart.moving_range.points[[0, 2, 3, 5]]).all()
    assert chart.limits.sigma == pytest.approx(1 / 1.128)


@pytest.mark.parametrize("x", [[], [1.0], [np.nan] * 5, [1.0, np.nan, 2.0]])
def test_no_two_neighbours_say_how_many_are_needed(x):
    with pytest.raises(NotEnoughData) as error:
        spc.imr(x)
    assert error.value.needed == 2


def test_wrong_use_is_told():
    with pytest.raises(TaskError, match="out of order"):
        spc.imr([1.0, 2.0], limits=spc.ChartLimits(3.0, 2.0, 1.0, 1.0, 10))
    with pytest.raises(TaskError, match="smoothing"):
        spc.ewma([1.0], center=0, sigma=1, smoothing=0)
    with pytest.raises(TaskError, match="together"):
        spc.ewma([1.0], center=0)
    with pytest.raises(TaskError, match="no number"):
        spc.imr(["a", "b"])
    with pytest.raises(TaskError, match="shape"):
        spc.imr([[1.0, 2.0]])


def test_ewma_with_smoothing_one_is_the_individuals_chart():
    x = np.random.default_rng(4).normal(size=50)
    limits = spc.estimate_limits(x)
    chart = spc.ewma(x, limits=limits, smoothing=1.0, width=3.0)
    assert chart.points == pytest.approx(x)
    assert chart.upper == pytest.approx(np.full(50, limits.upper))


def test_ewma_skips_missing_values_and_starts_anew_at_a_break():
    with_gap = spc.ewma([1.0, np.nan, 2.0], center=0, sigma=1)
    without = spc.ewma([1.0, 2.0], center=0, sigma=1)
    assert np.isnan(with_gap.points[1])
    assert with_gap.points[2] == pytest.approx(without.points[1])
    anew = spc.ewma([1.0, 2.0, 3.0], center=0, sigma=1, breaks=[2])
    assert anew.points[2] == pytest.approx(0.3)
    assert anew.upper[2] == pytest.approx(anew.upper[0])


def test_ewma_finds_a_small_shift_sooner_than_the_individuals_chart():
    x = np.random.default_rng(5).normal(1.0, 1.0, 60)
    signals = spc.ewma(x, center=0, sigma=1).signals
    assert signals[0].index < 25


def test_acf_and_ljung_box_agree_with_their_formulas():
    x = ar1(80, 0.5)
    d = x - x.mean()
    r = np.array([np.sum(d[k:] * d[: len(d) - k]) for k in range(6)]) / np.sum(d * d)
    assert spc.acf(x, 5) == pytest.approx(r)
    q = 80 * 82 * sum(r[k] ** 2 / (80 - k) for k in range(1, 6))
    assert spc.ljung_box(x, 5) == pytest.approx((q, stats.chi2.sf(q, 5)))


def test_ljung_box_keeps_its_level_on_independent_values():
    rng = np.random.default_rng(6)
    p = [spc.ljung_box(rng.normal(size=100), 10)[1] for _ in range(400)]
    assert 0.02 < np.mean(np.array(p) < 0.05) < 0.085


def test_adviser_tells_autocorrelation_oscillation_and_nothing_apart():
    assert "EWMA/AR(1) forecast" in spc.check(ar1(200, 0.8)).sentence
    assert "overreacts" in spc.check(ar1(200, -0.8)).sentence
    quiet = spc.check(np.random.default_rng(8).normal(size=200))
    assert not quiet.autocorrelated
    assert "no autocorrelation" in quiet.sentence
    assert not spc.check(np.full(30, 2.0)).autocorrelated
    with pytest.raises(NotEnoughData):
        spc.check(np.arange(10.0))


def test_charting_forecast_errors_stops_the_false_alarms_of_an_autocorrelated_process():
    x = ar1(1000, 0.9)
    naive = spc.imr(x, rules=["nelson1"])
    errors = spc.forecast_chart(x, rules=["nelson1"])
    assert len(naive.signals) > 100
    assert len(errors.chart.signals) < 15
    assert errors.coefficient == pytest.approx(0.9, abs=0.05)


def test_ewma_forecast_follows_a_wandering_process():
    x = np.cumsum(np.random.default_rng(9).normal(size=300))
    result = spc.forecast_chart(x, method="ewma", rules=["nelson1"])
    assert result.coefficient > 0.8
    assert len(result.chart.signals) < 6
    assert np.isnan(ewma_forecast([], 0.5)).all()


@settings(max_examples=30)
@given(series)
def test_forecast_chart_of_any_series_answers(x):
    result = spc.forecast_chart(x, coefficient=0.5)
    assert len(result.forecast) == len(x)
    assert result.sentence


def test_frozen_means_of_parts_show_a_shift_that_means_of_the_day_would_hide():
    rng = np.random.default_rng(5)
    parts = ["a"] * 30 + ["b"] * 30
    base = np.repeat([10.0, 50.0], 30)
    frozen = spc.make_chart("nominal", spc.Observations(base + rng.normal(size=60), parts=parts)).frozen
    moved = spc.Observations(base + 5.0 + rng.normal(size=60), parts=parts)
    assert len(spc.make_chart("nominal", moved, limits=frozen).main.signals) >= 60
    assert len(spc.make_chart("nominal", moved).main.signals) < 5
    new = spc.make_chart("nominal", spc.Observations([1.0, 2.0], parts=["c", "c"]), limits=frozen)
    assert np.isnan(new.main.points).all()
    assert "c: no value in phase I" in new.notes[0]


def test_limits_of_another_chart_are_no_forecast():
    limits = spc.imr(np.arange(30.0) % 3).limits
    with pytest.raises(TaskError, match="hold no forecast"):
        spc.make_chart("forecast", spc.Observations(np.arange(30.0)), limits=limits)
    with pytest.raises(TaskError, match="no means of parts"):
        spc.make_chart("nominal", spc.Observations([1.0, 2.0], parts="ab"), limits=limits)
