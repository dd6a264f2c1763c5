"""Scores hold the promised false alarm rate; ties, constants and missing values are harmless."""

import numpy as np
import pytest

from models.anomaly import Domain
from models.base import Task


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
