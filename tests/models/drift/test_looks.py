"""Slow parameters: levels over short and long, and each parameter against what the others make of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from models import drift
from models.drift import looks
from models.drift.distances import ks, level
from models.drift.neighbours import beside
from tests.models.drift.test_inputs import ar1, by_name

ALPHA = 0.0005


def slow(n, rng, phi=0.94):
    x = ar1(n, phi, rng, d=1)[:, 0]
    return x / np.sqrt(1 / (1 - phi**2))


def verdict(x, current=200):
    return drift.inputs(x[:-current, None], x[-current:, None], ["temper"], fdr=ALPHA)[0]


def found(make, times=20):
    return np.mean([verdict(make(np.random.default_rng(k))).drifted for k in range(times)])


def stepped(size, since):
    def make(rng):
        x = slow(2200, rng)
        x[-since:] += size
        return x

    return make


def test_two_sd_of_a_slow_parameter_are_found_within_a_week_and_sooner_than_by_ks():
    """96 units a day, alike over four hours, ten parameters: after two days, and after eight."""
    by_level = [found(stepped(2.0, since)) for since in (200, 730)]
    by_ks = []
    for k in range(20):
        x = stepped(2.0, 200)(np.random.default_rng(k))
        by_ks.append(ks(x[:2000], x[2000:], tau=drift.correlation_time(x[:2000])).p_value < ALPHA)
    assert by_level[1] >= 0.9
    assert by_level[0] > np.mean(by_ks)


def ramped(rng):
    x = slow(2200, rng)
    x[-960:] += np.linspace(0, 3.0, 960)
    return x


def test_a_slow_ramp_is_found_though_the_reference_holds_its_beginning(monkeypatch):
    assert found(ramped) >= 0.8
    monkeypatch.setattr(looks, "OLDER", 1.0)
    assert found(ramped) < 0.8


def test_a_stable_slow_parameter_stays_quiet():
    assert found(lambda rng: slow(2200, rng), times=60) <= 0.05


def line(rng, n=1200):
    """Three readings that follow one slow temperature, and one of their own."""
    shared = slow(n, rng)[:, None]
    return np.hstack([shared + 0.2 * rng.normal(size=(n, 3)), rng.normal(size=(n, 1))])


NAMES = ["entry", "middle", "exit", "speed"]


def judged(x):
    return by_name(drift.inputs(x[:1000], x[1000:], NAMES, fdr=0.005))


def test_a_sensor_that_leaves_its_neighbours_is_named_and_they_are_not():
    hits, others = 0, 0
    for k in range(15):
        x = line(np.random.default_rng(k))
        x[1000:, 1] += 0.4
        verdicts = judged(x)
        hits += verdicts["middle"].drifted
        others += sum(verdicts[name].drifted for name in ("entry", "exit", "speed"))
    assert hits >= 13
    assert others <= 1
    assert "against what the others make of it" in verdicts["middle"].sentence


def test_what_moves_them_all_is_no_quarrel_between_them():
    x = line(np.random.default_rng(3))
    x[1000:, :3] += 0.4
    rest = beside(x[:1000], x[1000:], NAMES, 0.001)
    assert set(rest) == {"entry", "middle", "exit"}
    assert max(abs(float(one.current.mean())) for one in rest.values()) < 0.1


def test_a_failed_sensor_explains_nothing_and_few_units_no_one():
    x = line(np.random.default_rng(4))
    x[1000:, 0] = 9.0
    rest = beside(x[:1000], x[1000:], NAMES, 0.001, faulty=["entry"])
    assert "entry" not in rest
    assert max(abs(float(one.current.mean())) for one in rest.values()) < 0.1
    assert beside(x[:40], x[40:80], NAMES, 0.001) == {}
    assert beside(x[:10], x[10:15], NAMES, 0.001) == {}


@pytest.mark.parametrize("change", [np.exp, lambda x: 3 * x + 7, lambda x: -x])
def test_levels_do_not_depend_on_a_monotone_scale(change):
    rng = np.random.default_rng(5)
    a, b = slow(600, rng), slow(100, rng) + 1.0
    one, other = level(a, b, tau=20.0), level(change(a), change(b), tau=20.0)
    assert other.p_value == pytest.approx(one.p_value)
    assert level(np.ones(30), np.ones(20)).p_value == 1.0
    assert level(np.ones(30), np.full(20, 2.0)).statistic == np.inf


def test_the_rate_of_a_level_is_that_of_student_with_memory_estimated():
    """At 5 % promised; AR(1) .9, memory from the older two thirds; 300 windows."""
    rng, false = np.random.default_rng(6), []
    for _ in range(300):
        x = signal.lfilter([1], [1, -0.9], rng.normal(size=1400))[200:]
        false.append(level(x[:1000], x[1000:], tau=drift.level_time(x[:667])).p_value < 0.05)
    assert 0.005 <= np.mean(false) <= 0.085


def test_medians_are_those_of_the_window_that_moved():
    """What moved is seen in eight days and no longer in the newest two: the sentence tells the eight."""
    x = stepped(2.0, 733)(np.random.default_rng(3))
    x[-200:] -= x[-200:].mean() - x[:1467].mean()
    moved = verdict(x)
    assert (moved.look, moved.newest, moved.n) == ("long level", 733, 733)
    before, now = np.median(x[:-733]), np.median(x[-733:])
    assert f"over the newest 733 units (median {before:.4g} -> {now:.4g})" in moved.sentence
    assert abs(np.median(x[-200:]) - before) < abs(now - before)


def test_the_look_that_decided_is_named():
    quick = verdict(np.random.default_rng(0).normal(size=2200))
    assert (quick.look, quick.newest) == ("distribution", 0)
    assert {v.look for v in judged(line(np.random.default_rng(0))).values()} <= {"distribution", "level", "neighbours"}
