"""The portfolio believes what held-out stages say, and never much less than its best member."""

from dataclasses import replace

import numpy as np
import pytest

from models import Task, make_learner
from models.learners.parts.draws import divide, restrict
from models.learners.parts.horizons import divide_later, divide_soon
from models.learners.portfolio.evidence import WALK, examine
from models.learners.portfolio.weights import at_labels, soft_weights, starting_weights, without_evidence


def _linear(stages=9, rows=40, seed=0):
    rng = np.random.default_rng(seed)
    out = []
    for i in range(stages):
        x = rng.normal(size=(rows, 3))
        slope = rng.normal(size=3) * 2
        out.append(Task(f"s{i}", "c", list("abc"), x, x @ slope + 5 * i + 0.05 * rng.normal(size=rows)))
    return out


def _error(learner, task, k):
    few = replace(task, support_x=task.support_x[:k], support_y=task.support_y[:k])
    y = task.support_y[k:]
    return float(np.sqrt(np.mean((learner.adapt(few).predict(task.support_x[k:]).mean - y) ** 2)) / y.std())


def test_it_believes_ridge_where_every_stage_has_its_own_line():
    tasks = _linear()
    names = ("stage_mean", "pooled", "ridge")
    prior = make_learner(members=names).fit(tasks[2:])
    few = replace(tasks[0], support_x=tasks[0].support_x[:15], support_y=tasks[0].support_y[:15])
    said = prior.adapt(few).sentences()
    assert "ridge" in said[0]
    errors = {n: np.mean([_error(make_learner(n).fit(tasks[2:]), t, 15) for t in tasks[:2]]) for n in names}
    mine = np.mean([_error(prior, t, 15) for t in tasks[:2]])
    assert mine <= 1.3 * min(errors.values())
    assert mine < 0.6 * errors["stage_mean"]


def test_what_is_worse_than_the_mean_is_refused_and_named():
    tasks = _linear(stages=12)
    timed = [replace(t, support_t=np.arange(len(t.support_y)) * 60.0) for t in tasks]
    prior = make_learner(members=("ridge", "last_value", "stage_mean")).fit(timed[1:])
    few = replace(
        timed[0],
        support_x=timed[0].support_x[:12],
        support_y=timed[0].support_y[:12],
        support_t=timed[0].support_t[:12],
    )
    assert any(s.startswith("refused") and "last_value" in s for s in prior.adapt(few).sentences())


def test_weights_find_the_best_mixture_of_independent_errors():
    weights = soft_weights(np.diag([1.0, 2.0, 4.0])[None], np.ones(1), np.full(3, 1 / 3), 10**6)
    np.testing.assert_allclose(weights, np.array([4, 2, 1]) / 7, atol=0.03)


def test_a_member_that_explodes_gets_nothing():
    rng = np.random.default_rng(0)
    errors = rng.normal(size=(3, 200)) * np.array([[1.0], [1.1], [500.0]])
    weights = soft_weights((errors @ errors.T / 200)[None], np.ones(1), np.full(3, 1 / 3), 9)
    assert weights[2] == 0
    assert weights[:2].sum() == pytest.approx(1)


def test_one_explosion_does_not_decide_for_the_other_stages():
    calm = np.tile(np.diag([0.04, 1.0]), (19, 1, 1))
    explosion = np.diag([50.0, 1.0])[None]
    weights = soft_weights(np.vstack([calm, explosion]), np.ones(20), np.array([0.5, 0.5]), 20)
    assert weights[0] > 0.6


def test_thin_evidence_stays_near_what_was_believed_before():
    slightly = np.diag([1.0, 0.9])[None] + 0.5
    start = np.array([0.9, 0.1])
    few, many = (soft_weights(slightly, np.ones(1), start, stages) for stages in (1, 10**4))
    assert few[0] > many[0]
    assert soft_weights(np.diag([25.0, 1.0])[None], np.ones(1), start, 1)[1] > 0.8


def test_steady_members_are_trusted_more_when_labels_are_stale():
    names = ("prior_mixture", "recent", "stage_mean")
    among, later = starting_weights(names, 0), starting_weights(names, 2)
    assert among[0] > later[0]
    assert later[1:].sum() > 3 * among[1:].sum()


def test_episodes_ahead_in_time_never_judge_the_past():
    times = np.random.default_rng(3).permutation(80).astype(float)
    rng = np.random.default_rng(0)
    for draw in (divide_soon, divide_later):
        for size in (5, 10, 20):
            drawn = draw(times, size, rng)
            assert drawn is not None
            own, rest = drawn
            assert len(own) == size
            assert times[rest].min() > times[own].max()
    assert divide_soon(times, 79, rng) is None


def test_a_stage_that_has_just_started_is_walked_from_its_first_label():
    times = np.random.default_rng(3).permutation(80).astype(float)
    own, rest = divide_soon(times, 10, np.random.default_rng(0), first=True)
    assert times[own].min() == 0.0
    assert len(set(np.diff(times[own]))) == 1
    assert times[rest].min() > times[own].max()


def test_soon_after_the_last_label_stages_are_walked_through_from_their_start_and_from_anywhere():
    tasks = _wandering(stages=3)
    episodes = [e for e in examine([make_learner("stage_mean").fit(tasks)], tasks, seed=0) if e.horizon == 1]
    for stage in ("s0", "s1", "s2"):
        walked = [e.size for e in episodes if e.stage == stage][-2 * len(WALK) :]
        assert walked == [size for size in WALK for _ in range(2)]


def _wandering(stages=10, rows=120, seed=0):
    rng = np.random.default_rng(seed)
    out = []
    for i in range(stages):
        x = rng.normal(size=(rows, 3))
        y = np.cumsum(rng.normal(size=rows)) + 0.3 * x[:, 0]
        out.append(Task(f"s{i}", "c", list("abc"), x, y, support_t=np.arange(rows) * 60.0))
    return out


def test_what_is_believed_depends_on_how_far_ahead_a_unit_lies():
    tasks = _wandering()
    prior = make_learner(members=("stage_mean", "recent")).fit(tasks[1:])
    few = replace(
        tasks[0],
        support_x=tasks[0].support_x[:60:4],
        support_y=tasks[0].support_y[:60:4],
        support_t=tasks[0].support_t[:60:4],
    )
    adapted = prior.adapt(few)
    x = np.zeros((3, 3))
    soon, later = adapted.predict(x, np.full(3, 58 * 60.0)), adapted.predict(x, np.full(3, 110 * 60.0))
    assert (later.upper - later.lower > soon.upper - soon.lower).all()
    last, mean = few.support_y[-1], few.support_y.mean()
    assert abs(soon.mean[0] - last) < abs(soon.mean[0] - mean)


def test_weights_change_gradually_with_the_number_of_labels():
    table = np.array([[1.0, 0.0], [0.2, 0.8]])
    shots = np.array([0, 10])
    seen = [at_labels(table, shots, n)[1] for n in (0, 2, 5, 10, 99)]
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(0.8)


def test_examined_stages_were_never_trained_on():
    tasks = _linear(stages=4)
    trained_on = []

    class Spy:
        name = "spy"

        def __init__(self, names=()):
            self.names = set(names)

        def fit(self, given):
            return Spy(t.stage for t in given)

        def adapt(self, task):
            trained_on.append(task.stage in self.names)
            return make_learner("stage_mean").adapt(task)

    episodes = examine([Spy()], tasks, seed=0)
    assert episodes
    assert not any(trained_on)


def test_replicates_are_not_judged_on():
    task = replace(_linear(1)[0], groups=np.repeat(np.arange(8), 5))
    own, rest = divide(task, 6, np.random.default_rng(0))
    assert not set(task.groups[own]) & set(task.groups[rest])
    assert len(restrict(task, own).support_y) == 6


def test_the_order_of_members_does_not_say_who_is_believed():
    names = ["prior_mixture", "bayes_head", "stage_mean", "recent", "defect_head", "fomaml"]
    for horizon in range(3):
        told = dict(zip(names, starting_weights(names, horizon), strict=True))
        alone = dict(zip(names, without_evidence(names, horizon, "continuous"), strict=True))
        for order in (sorted(names), names[::-1]):
            assert dict(zip(order, starting_weights(order, horizon), strict=True)) == pytest.approx(told)
            assert dict(zip(order, without_evidence(order, horizon, "continuous"), strict=True)) == pytest.approx(alone)
        assert max(told, key=told.__getitem__) == max(alone, key=alone.__getitem__) == "prior_mixture"


@pytest.mark.parametrize("names", [["bayes_head"], ["defect_head"], ["bayes_head", "maml"], ["defect_head", "ridge"]])
@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_somebody_is_always_believed(names, kind):
    for horizon in range(3):
        weights = without_evidence(names, horizon, kind)
        assert weights.sum() == pytest.approx(1.0)
        assert (weights >= 0.0).all()
