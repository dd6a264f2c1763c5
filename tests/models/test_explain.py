"""Explanations: Shapley's axioms, golden values, the sampling error as stated, and strangeness named rightly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import make_learner
from models.anomaly.domain import Domain
from models.anomaly.pca import Plane
from models.base import Prediction, Task
from models.checks import sisters, take
from models.errors import TaskError
from models.explain import Explainer, attribute, change, means_of, moves, nearest, oddity, relevance
from models.explain import shapley as module
from models.explain.oddity import reconstruction
from models.explain.walks import walk
from models.transfer import Transfer, transfer_of


def interactions(x):
    """A function with interactions of two and three parameters and one that it does not use (the last)."""
    z = np.nan_to_num(x)
    return z[:, 0] * z[:, 1] + np.sin(z[:, 2]) * z[:, 0] * z[:, 1] + 0.5 * z[:, 3] ** 2


class Plain:
    """An adapted model that is a function; everything within 3 is in its domain."""

    def __init__(self, function):
        self.function = function

    def predict(self, x, t=None, level=0.9):  # noqa: ARG002
        x = np.asarray(x, dtype=float)
        mean = self.function(x)
        inside = (np.nan_to_num(np.abs(x)) <= 3).all(axis=1)
        return Prediction(mean, mean - level, mean + level, np.zeros(len(x)), inside, level)

    def sentences(self):
        return ("a function",)


@pytest.mark.parametrize("d", [4, 40])
def test_golden_a_linear_model_gives_slope_times_distance_from_the_mean(d):
    rng = np.random.default_rng(d)
    slope, x, background = rng.normal(size=d), rng.normal(size=d), rng.normal(3, 2, size=(64, d))
    found = attribute(lambda v: v @ slope + 7, x, background)
    assert found.exact == (d == 4)
    assert np.allclose(found.parts, slope * (x - background.mean(axis=0)))
    assert np.isclose(found.base, background.mean(axis=0) @ slope + 7)
    assert found.error.max() < 1e-9


def test_golden_a_product_is_halved():
    """f = x1 x2 from (0, 0) to (2, 3): each parameter has half of 6 (Shapley 1953)."""
    found = attribute(lambda v: v[:, 0] * v[:, 1], np.array([2.0, 3.0]), np.zeros((1, 2)))
    assert found.parts.tolist() == [3.0, 3.0]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), d=st.integers(5, 12), missing=st.booleans())
def test_parts_sum_and_what_is_not_used_gets_nothing(seed, d, missing):
    rng = np.random.default_rng(seed)
    x, background = rng.normal(size=d), rng.normal(size=(int(rng.integers(1, 40)), d))
    if missing:
        x[0], background[0, 1] = np.nan, np.nan
    found = attribute(interactions, x, background, seed)
    assert np.isclose(found.base + found.parts.sum(), found.value, rtol=1e-9, atol=1e-9)
    assert np.allclose(found.parts[4:], 0, atol=1e-12)
    assert np.array_equal(found.parts, attribute(interactions, x, background, seed).parts)


def test_parameters_that_act_alike_share_alike():
    rng = np.random.default_rng(0)
    background = rng.normal(size=(30, 1)) * np.ones((1, 5))
    found = attribute(lambda v: np.exp(v[:, 0] + v[:, 1]) * v[:, 2], np.ones(5), background)
    assert np.isclose(found.parts[0], found.parts[1])


def test_sampling_agrees_with_counting_all_orders_within_the_stated_error(monkeypatch):
    rng = np.random.default_rng(3)
    x, background = rng.normal(size=6), rng.normal(size=(60, 6))
    exact = attribute(interactions, x, background)
    monkeypatch.setattr(module, "COUNTED", 100)
    several = [attribute(interactions, x, background, seed) for seed in range(40)]
    assert exact.exact
    assert not several[0].exact
    parts = np.array([s.parts for s in several])
    stated = np.sqrt(np.mean([s.error**2 for s in several], axis=0))
    assert np.allclose(parts.mean(axis=0), exact.parts, atol=0.06)
    assert (parts.std(axis=0) <= 1.1 * stated + 1e-12).all()
    assert (np.abs(parts.mean(axis=0) - exact.parts) <= 4 * stated / np.sqrt(40) + 0.03).all()


def test_mutant_orders_without_their_reverse_miss_the_exact_halving():
    """The reverse orders are what halves interactions of two exactly; one order alone does not."""
    rng = np.random.default_rng(0)
    x, background = np.ones(12), np.zeros((20, 12))
    product = lambda v: v[:, 0] * v[:, 1]  # noqa: E731
    assert np.allclose(attribute(product, x, background).parts[:2], 0.5)
    orders = rng.permuted(np.tile(np.arange(12), (20, 1)), axis=1)
    alone = walk(product, background, np.repeat(x[None], 20, axis=0), orders).mean(axis=0)
    assert not np.allclose(alone[:2], 0.5)


def test_five_hundred_parameters_cost_no_more_rows_than_allowed():
    asked = []

    def value(v):
        asked.append(len(v))
        return v[:, 7] * 2

    found = attribute(value, np.ones(500), np.zeros((300, 500)))
    assert np.isclose(found.parts[7], 2)
    assert sum(asked) < 2 * module.ROWS
    assert max(asked) <= module.ROWS


def test_relevance_of_a_linear_model_is_slope_times_spread():
    rng = np.random.default_rng(1)
    x = rng.normal(0, [1.0, 5.0, 1.0], size=(4000, 3))
    found = np.array([relevance(lambda v: 2 * v[:, 0] - v[:, 1], x, seed) for seed in range(30)]).mean(axis=0)
    assert np.allclose(found, [2.0, 5.0, 0.0], rtol=0.1)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_large_fault_of_one_sensor_is_named_whichever_sensor(seed):
    """Alcala & Qin 2009, sec. 3.3: reconstruction-based contributions diagnose every large single fault."""
    rng = np.random.default_rng(seed)
    d = int(rng.integers(3, 12))
    alike = rng.normal(size=(200, 2)) @ rng.normal(size=(2, d)) + 0.3 * rng.normal(size=(200, d))
    plane, faulty = Plane.learn(alike), int(rng.integers(d))
    fault = np.zeros(d)
    fault[faulty] = 1e3
    share, beyond = reconstruction(plane, plane.axes @ rng.normal(size=len(plane.variances)) + fault)
    assert share.argmax() == faulty
    assert 0.95 < share[faulty] <= 1 + 1e-9
    assert np.isclose(beyond[faulty], 1e3, rtol=0.02)


def test_the_strange_parameter_is_told_with_its_direction():
    rng = np.random.default_rng(0)
    alike = rng.normal(size=(300, 1)) * [2.0, 1.0, 1.0] + 0.1 * rng.normal(size=(300, 3)) + [100.0, 5.0, 0.0]
    unit = np.array([100.0, 3.0, 0.0])  # each value is ordinary, together they are not
    found = oddity(Domain.learn(alike), unit)
    assert found.share.argmax() == 1
    assert found.beyond[1] < -1
    assert abs(found.usual[1]) < 3
    missing = oddity(Domain.learn(alike), np.array([100.0, np.nan, 0.0]))
    assert missing.share[1] == 0
    assert np.isnan(missing.usual[1])


def test_a_unit_between_two_kinds_is_strange_by_its_neighbours():
    rng = np.random.default_rng(2)
    two = np.vstack([rng.normal(-5, 0.2, size=(150, 2)), rng.normal(5, 0.2, size=(150, 2))])
    found = oddity(Domain.learn(two), np.zeros(2))
    assert found.by == "neighbours"
    assert np.isclose(found.share.sum(), 1)
    assert oddity(Domain.learn(two[:3]), np.zeros(2)).by == "nothing"


def test_nearest_looks_at_what_the_model_looks_at():
    past = np.array([[0.1, 50.0], [3.0, 0.0], [np.nan, 0.0], [0.4, -70.0]])
    found = nearest(np.zeros(2), past, np.array([2.0, 0.0]), np.array([1.0, 10.0]), k=3)
    assert found.rows.tolist() == [0, 3, 2]
    assert np.allclose(found.distances, [0.2, 0.8, 2.0])
    plain = nearest(np.zeros(2), past, np.zeros(2), np.array([1.0, 10.0]), k=1)
    assert (plain.rows.tolist(), plain.weighted) == ([2], False)
    assert nearest(np.zeros(2), past[:0], np.ones(2), np.ones(2)).rows.size == 0


def test_moves_are_predictions_and_out_of_domain_is_told():
    units = np.column_stack([np.linspace(-2, 2, 41), np.linspace(-10, 10, 41), np.ones(41)])
    found = moves(Plain(lambda v: 2 * v[:, 0] + v[:, 1]), np.array([0.5, 0.0, 1.0]), None, units)
    assert [(m.place, m.to) for m in found] == [(0, -1.0), (0, 1.0), (1, -5.0), (1, 5.0)]
    assert np.allclose([m.change for m in found], [-3.0, 1.0, -5.0, 5.0])
    assert [m.in_domain for m in found] == [True, True, False, False]
    assert all(np.isclose(m.upper - m.mean, 0.9) for m in found)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_change_between_windows_is_divided_wholly(seed):
    rng = np.random.default_rng(seed)
    before, after = rng.normal(size=(90, 6)), rng.normal([0, 0, 0, 1.5, 0, 0], 1, size=(50, 6))
    found = change(interactions, before, after, seed)
    assert np.isclose(found.parts.sum(), found.total)
    assert np.allclose(found.parts[4:], 0)
    linear = change(lambda v: v[:, 3] * 4, before, after, seed)
    assert np.isclose(linear.parts[3], linear.total)


def test_a_change_needs_units():
    with pytest.raises(TaskError, match="at least one of each"):
        change(interactions, np.zeros((0, 4)), np.zeros((3, 4)))


@pytest.mark.parametrize(
    "name", [pytest.param("portfolio", marks=pytest.mark.slow), "pooled", "ridge", "recent", "stage_mean"]
)
def test_learners_are_explained_and_tell_their_sisters(name):
    tasks = sisters(rows=16)
    prior = make_learner(name).fit(tasks[1:])
    task = take(tasks[0], range(8))
    model = prior.adapt(task)
    unit = task.unlabelled_x[5]
    told = Explainer.of(model, task).explain(unit, 2000.0, task.support_x, k=3)
    said = float(model.predict(unit[None], [2000.0]).mean[0])
    assert np.isclose(told.attribution.base + told.attribution.parts.sum(), said)
    assert np.isclose(told.prediction.mean[0], said)
    assert len(told.nearby.rows) == 3
    taken = transfer_of(model)
    assert taken is not None
    assert 0 <= taken.carried <= 1 + 1e-9
    assert {stage for stage, _ in taken.sisters} <= {t.stage for t in tasks[1:]}
    assert transfer_of(prior.adapt(take(task, []))).carried > 0.5


def test_a_stranger_stands_on_its_own_and_a_sister_of_the_training_not_on_itself():
    tasks = sisters()
    prior = make_learner("pooled").fit(tasks)
    assert "own data only" in make_learner("ridge").fit(tasks).adapt(tasks[0]).transfer().sentence()
    assert tasks[0].stage not in dict(prior.adapt(tasks[0]).transfer().sisters)
    other = Task("far", "weight", ["a"], np.arange(6.0)[:, None], np.arange(6.0))
    assert prior.adapt(other).transfer() == Transfer(6)


def test_a_model_that_does_not_tell_and_a_stage_without_units():
    assert transfer_of(Plain(np.sum)) is None
    none = Task("s", "c", ["a"], np.zeros((0, 1)), [])
    with pytest.raises(TaskError, match="no unit yet"):
        Explainer.of(Plain(lambda v: v[:, 0]), none)


def test_usual_units_are_seen_at_the_time_of_the_unit():
    class Clocked(Plain):
        def predict(self, x, t=None, level=0.9):
            p = super().predict(x, t, level)
            return Prediction(p.mean + t, p.lower, p.upper, p.anomaly, p.in_domain, level)

    found = attribute(means_of(Clocked(lambda v: v[:, 0]), 100.0), np.array([2.0]), np.array([[0.0]]))
    assert (found.base, found.parts.tolist()) == (100.0, [2.0])
