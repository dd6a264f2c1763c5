"""Forecasts over uneven gaps: the exact filter against matrices, memory found again, false signals as promised."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import NotEnoughData, TaskError
from models.spc import Observations, chart_run_length, forecast_chart, make_chart
from models.spc.phases import Stretch, staged
from models.spc.variables.gaps import Memory, gap_forecast, learn_memory

PROCESS = Memory(share=0.8, lasts=4.5, usual=3.0)
RNG = np.random.default_rng


def uneven(n, rng):
    """Most results minutes apart, some a shift."""
    return np.cumsum(np.where(rng.random(n) < 0.6, rng.uniform(0.1, 1.0, n), rng.uniform(4.0, 12.0, n)))


def made(hours, rng, memory=PROCESS, sd=2.0, mean=50.0):
    """Draw the process exactly, by the correlation of each pair of neighbours."""
    level, values = rng.normal(), []
    for step in np.diff(hours, prepend=hours[0]):
        kept = np.exp(-step / memory.lasts)
        level = kept * level + np.sqrt(1 - kept**2) * rng.normal()
        values.append(np.sqrt(memory.share) * level + np.sqrt(1 - memory.share) * rng.normal())
    return mean + sd * np.array(values)


@given(seed=st.integers(0, 10_000), share=st.floats(0.1, 0.95), lasts=st.floats(0.5, 50.0))
def test_forecasts_are_conditional_means_of_a_normal_process(seed, share, lasts):
    """By the covariance matrix: mean and variance of a value given all before (Anderson 1984, 2.5)."""
    rng = RNG(seed)
    hours, x = uneven(12, rng), rng.normal(size=12)
    memory = Memory(share, lasts, 2.0)
    covariance = share * np.exp(-np.abs(hours[:, None] - hours) / lasts) + (1 - share) * np.eye(12)
    forecast, width = gap_forecast(x, hours, memory, 0.0)
    past, across = covariance[:11, :11], covariance[11, :11]
    weights = np.linalg.solve(past, across)
    assert forecast[11] == pytest.approx(weights @ x[:11], abs=1e-9)
    other = covariance[10, 10] - covariance[10, :10] @ np.linalg.solve(covariance[:10, :10], covariance[10, :10])
    assert (width[11] / width[10]) ** 2 == pytest.approx((1.0 - weights @ across) / other)


def test_missing_values_only_lengthen_the_gap():
    forecast, width = gap_forecast([1.0, np.nan, 2.0], [0.0, 1.0, 5.0], PROCESS, 0.0)
    alone, wide = gap_forecast([1.0, 2.0], [0.0, 5.0], PROCESS, 0.0)
    assert (forecast[2], width[2]) == (pytest.approx(alone[1]), pytest.approx(wide[1]))
    assert np.isnan(gap_forecast([np.nan, np.nan], [0.0, 1.0], PROCESS, 0.0)[0]).all()


def test_even_gaps_without_noise_are_an_ar1():
    x = RNG(1).normal(size=60)
    memory = Memory(1.0, 2.0, 1.0)
    forecast, width = gap_forecast(x, np.arange(60.0), memory, 0.0)
    assert forecast[1:] == pytest.approx(memory.coefficient * x[:-1])
    assert width == pytest.approx(1.0)


def test_memory_is_found_again():
    rng = RNG(2)
    hours = uneven(4000, rng)
    found = learn_memory(made(hours, rng), hours)
    assert found.share == pytest.approx(PROCESS.share, abs=0.1)
    assert found.lasts == pytest.approx(PROCESS.lasts, rel=0.3)


def _beyond(method, series=60, n=300):
    count = 0
    for k in range(series):
        rng = RNG(k)
        hours = uneven(n, rng)
        chart = forecast_chart(made(hours, rng), hours=hours, method=method, rules=["nelson1"]).chart
        count += len(chart.individuals.signals)
    return count / (series * (n - 1))


def test_false_signals_keep_to_the_run_length_and_those_of_a_blind_forecast_do_not():
    """1 in 370 points is promised; the mutant that does not know the gaps signals half as often again, or more."""
    promised = 1 / chart_run_length(make_chart("imr", Observations(RNG(0).normal(size=50)), rules=["nelson1"])).value
    assert _beyond("gaps") < 1.25 * promised
    assert _beyond("ar1") > 1.5 * promised


def test_a_shift_is_found_no_later_than_by_a_blind_forecast():
    seen = {"gaps": 0, "ar1": 0}
    for k in range(40):
        rng = RNG(100 + k)
        hours = uneven(320, rng)
        x = made(hours, rng)
        x[300:] += 6.0
        for method in seen:
            chart = forecast_chart(x, hours=hours, method=method, window=slice(0, 300)).chart.individuals
            seen[method] += any(s.index >= 300 for s in chart.signals)
    assert seen["gaps"] >= seen["ar1"] - 2
    assert seen["gaps"] >= 30


def test_frozen_limits_keep_the_forecast_and_stretches_their_times():
    rng = RNG(5)
    hours = uneven(200, rng)
    data = Observations(made(hours, rng), hours=hours)
    first = make_chart("forecast", data)
    assert [name for name, _ in first.limits.basis] == ["gaps", "share", "lasts", "usual", "mean"]
    again = staged("forecast", data, [Stretch(0, first.limits)])
    assert again.main.points == pytest.approx(first.main.points, nan_ok=True)
    parted = staged("forecast", data, [Stretch(0, first.limits), Stretch(120, first.limits)])
    assert parted.main.points[:120] == pytest.approx(first.main.points[:120], nan_ok=True)
    with pytest.raises(TaskError, match="needs the time of each value"):
        make_chart("forecast", Observations(data.values), limits=first.limits)


def test_without_times_the_forecast_is_as_before():
    x = made(np.arange(100.0), RNG(6))
    assert make_chart("forecast", Observations(x)).limits.basis[0][0] == "ewma"
    assert forecast_chart(x).method == "ar1"
    assert forecast_chart(x).width == pytest.approx(1.0)


def test_times_that_fall_and_few_values_are_told():
    with pytest.raises(TaskError, match="missing or fall"):
        learn_memory(np.arange(30.0), np.arange(30.0)[::-1])
    with pytest.raises(TaskError, match="3 values and 2 times"):
        gap_forecast([1.0, 2.0, 3.0], [0.0, 1.0], PROCESS, 0.0)
    with pytest.raises(NotEnoughData, match="19 values, at least 20"):
        learn_memory(np.arange(19.0), np.arange(19.0))
    assert np.isfinite(learn_memory(np.arange(20.0) % 3, np.zeros(20)).share)
