"""Sensor faults are named apart, and healthy sensors are left alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from models import drift


def healthy(n, seed=0, mean=20.0):
    noise = np.random.default_rng(seed).normal(size=n + 100)
    return mean + signal.lfilter([1], [1, -0.7], noise)[100:]


def faults(reference, current):
    return drift.sensor_faults(reference[:, None], current[:, None], ["sensor"])


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("x 25.4", lambda x: 25.4 * x),
        ("/ 25.4", lambda x: x / 25.4),
        ("1.8 x + 32", lambda x: 1.8 * x + 32),
        ("x 1000", lambda x: 1000 * x),
        ("/ 1000", lambda x: x / 1000),
        ("273.15", lambda x: x + 273.15),
    ],
)
def test_a_jump_by_a_unit_is_named(text, read):
    x = healthy(300)
    found = faults(x[:200], read(x[200:]))
    assert [f.kind for f in found] == ["unit jump"]
    assert text in found[0].sentence


def test_a_jump_inside_the_window_is_dated():
    x = healthy(300)
    x[270:] = 1.8 * x[270:] + 32
    found = faults(x[:200], x[200:])[0]
    assert (found.kind, found.start, found.rows) == ("unit jump", 70, 30)


def test_a_flat_line_is_dated():
    x = healthy(300)
    x[260:] = x[260]
    found = faults(x[:200], x[200:])[0]
    assert (found.kind, found.start, found.rows) == ("stuck", 60, 40)


def test_missing_values_are_counted():
    x = healthy(300)
    x[240:280] = np.nan
    found = faults(x[:200], x[200:])[0]
    assert (found.kind, found.start, found.rows, found.statistic) == ("missing", 40, 40, 0.4)


def test_lost_noise_is_named():
    x = healthy(300)
    smooth = 20 + 0.01 * np.random.default_rng(1).normal(size=100)
    assert [f.kind for f in faults(x[:200], smooth)] == ["noise loss"]


@pytest.mark.parametrize("shift", [0.0, 3.0, 12.0, 40.0])
def test_a_process_that_moves_is_no_sensor_fault(shift):
    x = healthy(300)
    x[200:] += shift
    assert faults(x[:200], x[200:]) == ()


def test_set_points_that_stay_are_no_flat_line():
    steps = np.repeat(np.random.default_rng(2).integers(0, 5, 20).astype(float), 15)
    assert faults(steps[:200], steps[200:]) == ()


def test_a_process_that_rests_now_and_then_lost_no_noise():
    x = healthy(300)
    x[60:130] = 20 + 0.1 * (x[60:130] - 20)
    x[200:] = 20 + 0.1 * (x[200:] - 20)
    assert faults(x[:200], x[200:]) == ()


def test_healthy_sensors_are_left_alone():
    rng = np.random.default_rng(3)
    count = 0
    for phi in (0.0, 0.9):
        for decimals in (6, 0):
            for _ in range(40):
                x = np.round(signal.lfilter([1], [1, -phi], rng.normal(size=(260, 5)), axis=0), decimals)
                count += len(drift.sensor_faults(x[:200], x[200:], list("abcde")))
    assert count <= 2


def test_constant_empty_and_short_windows_are_answered():
    assert faults(np.ones(50), np.ones(50)) == ()
    assert faults(np.full(50, np.nan), np.ones(50)) == ()
    assert faults(healthy(10), healthy(10)) == ()
    assert drift.sensor_faults(np.empty((50, 0)), np.empty((50, 0)), []) == ()


def test_a_parameter_that_walked_to_its_declared_limit_is_saturated_and_no_fault():
    x = np.minimum(healthy(300, mean=20.0), 24.0)
    x[240:] = np.minimum(22.0 + 0.1 * np.arange(60), 24.0)
    found = drift.sensor_faults(x[:200, None], x[200:, None], ["valve"], [(0.0, 24.0)])
    assert found == ()


def test_a_limit_that_was_met_before_needs_no_declaration():
    rng = np.random.default_rng(1)
    valve = np.clip(50 + np.cumsum(rng.normal(0, 4, 300)), 0, 100)
    valve[[20, 60, 120]] = 100.0
    valve[230:] = np.clip(valve[229] + 3.0 * np.arange(70) + rng.normal(0, 4, 70), 0, 100)
    assert faults(valve[:200], valve[200:]) == ()


def test_a_signal_that_falls_to_its_limit_is_dead():
    x = healthy(300)
    x[250:] = 0.0
    found = drift.sensor_faults(x[:200, None], x[200:, None], ["flow"], [(0.0, 100.0)])[0]
    assert (found.kind, found.start, found.rows) == ("flat line", 50, 50)


def test_few_far_values_are_spikes_and_many_are_noise():
    x = healthy(300)
    x[[230, 260]] += 60
    found = faults(x[:200], x[200:])[0]
    assert (found.kind, found.start, found.rows) == ("spikes", 30, 2)
    y = healthy(300)
    y[240:] += np.random.default_rng(2).normal(0, 12, 60)
    assert [f.kind for f in faults(y[:200], y[200:])] == ["noise gain"]


def test_a_wear_that_runs_faster_is_no_noise():
    slow, quick = np.tile(np.arange(50.0), 6), np.tile(np.arange(0, 50, 3.0), 18)
    assert faults(slow[:200], quick[:100]) == ()


@pytest.mark.parametrize(("offset", "named"), [(-3600.0, True), (7200.0, True), (20.0, False), (500.0, False)])
def test_a_clock_off_by_a_zone_is_named(offset, named):
    rng = np.random.default_rng(3)
    found = drift.clock_fault(120 + rng.normal(0, 5, 100), 120 + offset + rng.normal(0, 5, 40))
    assert (found is not None) == named


def test_batches_and_few_rows_say_nothing_of_the_clock():
    rng = np.random.default_rng(4)
    assert drift.clock_fault(rng.uniform(0, 86_400, 100), rng.uniform(3600, 90_000, 40)) is None
    assert drift.clock_fault(np.zeros(10), np.full(10, 3600.0)) is None
