"""The head ranks units by how strange they are before any defect is known, and learns from few."""

from dataclasses import replace

import numpy as np
import pytest

from models import Task, make_learner, metrics
from models.anomaly.detectors import Detectors
from models.learners.parts.logistic import slopes

D = 6


def _stage(name, rng, rows=200, bad=20):
    x = rng.normal(size=(rows, D))
    y = np.zeros(rows)
    y[:bad] = 1
    x[:bad, 1] += 3.0
    return Task(name, "crack", [f"p{i}" for i in range(D)], x, y, kind="binary", family="mould")


@pytest.fixture(scope="module")
def stages():
    rng = np.random.default_rng(0)
    return [_stage(f"s{i}", rng) for i in range(4)]


@pytest.fixture(scope="module")
def prior(stages):
    return make_learner("defect_head").fit(stages[1:])


def _ranked(learner, task, own):
    rest = np.setdiff1d(np.arange(len(task.support_y)), own)
    few = replace(task, support_x=task.support_x[own], support_y=task.support_y[own], unlabelled_x=task.support_x[rest])
    p = learner.adapt(few).predict(task.support_x[rest])
    return metrics.auroc(task.support_y[rest], p.mean), p.mean


def test_sisters_rank_a_stage_without_a_label(stages, prior):
    score, mean = _ranked(prior, stages[0], np.zeros(0, dtype=int))
    assert score > 0.85
    assert ((mean > 0) & (mean < 1)).all()


def test_a_stranger_without_a_label_is_ranked_and_its_base_rate_is_low(stages):
    score, mean = _ranked(make_learner("defect_head"), stages[0], np.zeros(0, dtype=int))
    assert score > 0.7
    assert 0.005 < mean.mean() < 0.06


def test_known_defects_help_a_stranger(stages):
    alone = make_learner("defect_head")
    none, _ = _ranked(alone, stages[0], np.zeros(0, dtype=int))
    few, _ = _ranked(alone, stages[0], np.r_[0:5, 100:115])
    assert few > none


def test_the_mean_probability_is_near_the_rate_of_the_sisters(stages, prior):
    _, mean = _ranked(prior, stages[0], np.zeros(0, dtype=int))
    assert mean.mean() == pytest.approx(0.1, abs=0.03)


@pytest.mark.slow
def test_the_portfolio_believes_the_head_for_defects_and_never_for_values(stages):
    portfolio = make_learner().fit(stages[1:])
    few = replace(stages[0], support_x=stages[0].support_x[:0], support_y=stages[0].support_y[:0])
    assert "defect_head 70 %" in portfolio.adapt(replace(few, unlabelled_x=stages[0].support_x)).sentences()[0]
    value = Task("v", "size", ["a"], [[1.0], [2.0], [3.0]], [1.0, 2.0, 3.0])
    assert "defect_head" not in portfolio.adapt(value).sentences()[0]


def test_constant_and_missing_parameters_and_duplicates_do_not_hurt():
    rng = np.random.default_rng(1)
    x = np.repeat(rng.normal(size=(20, 3)), 5, axis=0)
    x[:, 2] = 4.0
    x[0, 0] = np.nan
    scores = Detectors.of(x).scores(x)
    assert np.isfinite(scores).all()
    odd = np.array([[9.0, -9.0, 4.0]])
    assert Detectors.of(x).scores(odd)[0].min() > np.median(scores)


def test_the_line_points_where_units_become_nonconforming(stages, prior):
    line = prior.state().arrays["heads/0/line"]
    assert np.argmax(line) == 1
    assert line[1] > 3 * np.abs(np.delete(line, 1)).max()


def test_slopes_are_those_of_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(7)
    x = rng.normal(size=(80, 3))
    y = (x @ [1.0, -0.5, 0.0] + rng.logistic(size=80) > 0.3).astype(float)
    theirs = LogisticRegression(C=0.25, tol=1e-8, max_iter=1000).fit(x, y)
    np.testing.assert_allclose(slopes(x, y, np.ones(80), np.zeros(3), 0.5), theirs.coef_[0], atol=2e-3)


def test_how_many_good_units_are_labelled_hardly_moves_the_slopes():
    rng = np.random.default_rng(8)
    y = (rng.random(4000) < 0.1).astype(float)
    x = rng.normal(size=(4000, 1)) + 1.5 * y[:, None]
    sought = np.r_[np.flatnonzero(y == 1), np.flatnonzero(y == 0)[: int(3 * y.sum())]]
    every, few = (slopes(x[r], y[r], np.ones(len(r)), np.zeros(1), 9.0)[0] for r in (np.arange(4000), sought))
    assert few == pytest.approx(every, rel=0.1)


def test_the_portfolio_averages_log_odds(stages):
    portfolio = make_learner(members=("prior_mixture", "pooled", "defect_head")).fit(stages[1:])
    x = stages[0].support_x[30:90]
    blend = portfolio.adapt(replace(stages[0], support_x=stages[0].support_x[:30], support_y=stages[0].support_y[:30]))
    said = np.array([part.predict(x).mean for part in blend.parts]).clip(1e-4, 1 - 1e-4)
    p = blend.predict(x)
    np.testing.assert_allclose(np.log(p.mean / (1 - p.mean)), blend.weights[0] @ np.log(said / (1 - said)), rtol=1e-6)
    assert ((p.lower <= p.mean) & (p.mean <= p.upper)).all()
