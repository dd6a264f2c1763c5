"""Scores hold the promised false alarm rate; ties, constants and missing values are harmless."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.anomaly import Domain
from models.base import Task
from models.errors import NotEnoughData


@pytest.mark.parametrize("d", [1, 3, 25])
@pytest.mark.parametrize("alarm", [0.05, 0.2])
def test_the_false_alarm_rate_is_as_promised(d, alarm):
    rng = np.random.default_rng(d)
    mixing = rng.normal(size=(d, d))
    rates = []
    for _ in range(12):
        rows = rng.normal(size=(300, d)) @ mixing
        anomaly, _ = Domain.learn(rows).judge(rng.normal(size=(300, d)) @ mixing)
        rates.append(np.mean(anomaly > 1 - alarm))
    assert np.mean(rates) == pytest.approx(alarm, abs=0.35 * alarm + 0.01)


def test_what_breaks_the_pattern_is_found_though_each_value_is_usual():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(400, 1))
    domain = Domain.learn(np.hstack([a, a + 0.05 * rng.normal(size=(400, 1))]))
    anomaly, _ = domain.judge(np.array([[1.5, 1.5], [1.5, -1.5]]))
    assert anomaly[0] < 0.95 < anomaly[1]


def test_ties_and_constant_parameters_raise_no_alarm():
    rows = np.tile([[1.0, 5.0], [2.0, 5.0]], (100, 1))
    anomaly, inside = Domain.learn(rows).judge(rows)
    assert anomaly.max() < 0.9
    assert inside.all()


def test_a_constant_that_changes_is_seen():
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.normal(size=200), np.full(200, 5.0)])
    anomaly, inside = Domain.learn(rows).judge(np.array([[0.0, 5.0], [0.0, 6.0]]))
    assert anomaly[1] > 0.98 > anomaly[0]
    assert inside.tolist() == [True, False]


def test_missing_values_and_empty_columns_are_harmless():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 3))
    rows[::3, 0], rows[:, 2] = np.nan, np.nan
    anomaly, _ = Domain.learn(rows).judge(rows)
    assert np.isfinite(anomaly).all()
    assert np.mean(anomaly > 0.9) < 0.2


def test_shuffled_units_change_nothing():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(100, 4))
    one, _ = Domain.learn(rows).judge(rows)
    two, _ = Domain.learn(rows[rng.permutation(100)]).judge(rows)
    np.testing.assert_allclose(one, two)


def test_a_stage_without_units_borrows_its_sisters():
    rng = np.random.default_rng(0)
    empty = Task("s", "c", ["a", "b"], np.zeros((0, 2)), [])
    _, nothing = Domain.of(empty).judge(np.zeros((1, 2)))
    _, borrowed = Domain.of(empty, rng.normal(size=(100, 2))).judge(np.array([[0.0, 0.0], [30.0, -30.0]]))
    assert nothing.tolist() == [False]
    assert borrowed.tolist() == [True, False]


@pytest.mark.parametrize(("units", "d"), [(99, 2), (150, 10), (500, 4), (2000, 30)])
def test_one_percent_is_held_from_the_fewest_units_on(units, d):
    rng = np.random.default_rng(units)
    mixing = rng.normal(size=(d, d))
    rates = []
    for _ in range(40):
        rows = rng.standard_t(4, size=(units + 500, d)) @ mixing
        anomaly, _ = Domain.learn(rows[:units]).judge(rows[units:])
        rates.append(np.mean(anomaly >= 0.99 - 1e-12))
    assert 0.005 <= np.mean(rates) <= 0.02


def test_one_percent_is_held_later_at_a_stable_stage_with_memory():
    rng = np.random.default_rng(0)
    rates = []
    for _ in range(30):
        noise = rng.normal(size=(1200, 3))
        for i in range(1, len(noise)):
            noise[i] += 0.7 * noise[i - 1]
        t = np.arange(1200.0)
        anomaly, _ = Domain.learn(noise[:600], t[:600]).judge(noise[600:], t[600:])
        rates.append(np.mean(anomaly >= 0.99 - 1e-12))
    assert 0.005 <= np.mean(rates) <= 0.02


def test_a_wandering_stage_gets_fewer_false_alarms_when_it_is_asked_with_times():
    rng = np.random.default_rng(1)
    without, with_times = [], []
    for _ in range(20):
        level = np.cumsum(0.1 * rng.normal(size=(800, 2)), axis=0)
        rows, t = level + rng.normal(size=level.shape), np.arange(800.0)
        domain = Domain.learn(rows[:400], t[:400])
        without.append(np.mean(domain.judge(rows[400:])[0] > 0.95))
        with_times.append(np.mean(domain.judge(rows[400:], t[400:])[0] > 0.95))
    assert np.mean(with_times) < 0.65 * np.mean(without)


def test_replicates_promise_no_more_than_one_of_each():
    rng = np.random.default_rng(2)
    rates = []
    for _ in range(30):
        shots = rng.normal(size=(60, 3))
        anomaly, _ = Domain.learn(np.repeat(shots[:40], 8, axis=0)).judge(shots[40:])
        rates.append(np.mean(anomaly >= 0.95 - 1e-12))
    assert np.mean(rates) < 0.09
    assert Domain.learn(np.repeat(shots[:40], 8, axis=0)).units.independent == 40


def test_replicate_groups_and_moments_hang_together():
    rows = np.random.default_rng(3).normal(size=(40, 2))
    pairs = [f"shot-{i // 2}" for i in range(20)]
    task = Task("s", "c", ["a", "b"], rows[:20], np.zeros(20), unlabelled_x=rows[20:], groups=pairs)
    assert Domain.of(task).units.independent == 30
    moments = np.repeat(np.arange(20.0), 2)
    assert Domain.learn(rows, moments).units.independent == 20


def test_known_defects_are_not_usual():
    rng = np.random.default_rng(4)
    good, bad = rng.normal(size=(200, 2)), rng.normal(size=(30, 2)) + 12.0
    y = np.r_[np.zeros(200), np.ones(30)]
    task = Task("s", "crack", ["a", "b"], np.vstack([good, bad]), y, kind="binary")
    assert Domain.of(task).judge(bad)[0].min() > 0.99


def test_a_promise_that_units_cannot_keep_is_refused_with_the_number_needed():
    few = Domain.learn(np.random.default_rng(5).normal(size=(60, 2)))
    with pytest.raises(NotEnoughData, match="99 are needed, 39 more") as refused:
        few.require(0.01)
    assert refused.value.needed == 99
    few.require(0.05)
    assert (
        few.sentence()
        == "anomaly: 60 units of its own can promise 1.64% false alarms or more; for 1% 39 more are needed"
    )
    assert few.judge(np.full((1, 2), 99.0))[0][0] == pytest.approx(1 - 1 / 61)


def test_units_alternating_between_two_cavities_are_both_usual():
    rng = np.random.default_rng(6)
    rows = rng.normal(size=(1200, 3)) + 20.0 * (np.arange(1200) % 2)[:, None]
    anomaly, inside = Domain.learn(rows, np.arange(1200.0)).judge(rows)
    assert inside.mean() > 0.98
    assert np.mean(anomaly > 0.95) < 0.08


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(0, 60))
@settings(max_examples=30, deadline=None)
def test_whatever_the_units_scores_are_shares(seed, d, m):
    rng = np.random.default_rng(seed)
    rows = rng.choice([0.0, 1.0, np.nan, 1e12, -3.0], size=(m, d)) + rng.choice([0.0, 1.0]) * rng.normal(size=(m, d))
    times = rng.integers(0, 9, size=m).astype(float) if rng.random() < 0.5 else None
    anomaly, inside = Domain.learn(rows, times).judge(np.vstack([rows, rng.normal(size=(3, d))]), np.arange(m + 3.0))
    assert ((anomaly >= 0) & (anomaly < 1)).all()
    assert inside.dtype == np.bool_


def test_units_that_are_all_alike_are_judged_by_themselves():
    domain = Domain.learn(np.zeros((30, 2)))
    anomaly, inside = domain.judge(np.array([[0.0, 0.0], [5.0, 0.0]]))
    assert inside.tolist() == [True, False]
    assert anomaly[0] <= anomaly[1]
