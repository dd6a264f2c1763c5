"""The portfolio believes what held-out stages say, and never much less than its best member."""

from dataclasses import replace

import numpy as np
import pytest

from models import Task, make_learner
from models.learners.portfolio.evidence import divide, examine, restrict
from models.learners.portfolio.weights import at_labels, shrunk, simplex_weights


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
    weights = simplex_weights(np.diag([1.0, 2.0, 4.0])[None], 0.0)
    np.testing.assert_allclose(weights, np.array([4, 2, 1]) / 7, atol=0.03)


def test_a_member_that_explodes_gets_nothing():
    rng = np.random.default_rng(0)
    errors = rng.normal(size=(3, 200)) * np.array([[1.0], [1.1], [500.0]])
    weights = simplex_weights((errors @ errors.T / 200)[None], 0.1)
    assert weights[2] == 0
    assert weights[:2].sum() == pytest.approx(1)


def test_one_explosion_does_not_decide_for_the_other_stages():
    calm = np.tile(np.diag([0.04, 1.0]), (19, 1, 1))
    explosion = np.diag([50.0, 1.0])[None]
    weights = simplex_weights(np.vstack([calm, explosion]), 0.0)
    assert weights[0] > 0.6


def test_thin_evidence_leaves_the_default_in_charge():
    few = shrunk(np.array([0.2, 0.8]), np.array([1.0, 0.97]), 2)
    many = shrunk(np.array([0.2, 0.8]), np.array([1.0, 0.97]), 200)
    assert few[0] > 0.8 > many[0]
    assert shrunk(np.array([0.2, 0.8]), np.array([1.0, 0.5]), 2)[1] > 0.9


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
