"""The mixture: transfer where it helps, own data where not, exact algebra, bounded cost."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from models import Task, make_learner
from models.learners.parts.kernels import squared_distances
from models.learners.prior_mixture.experts import GRID, MEANS, OFFSETS, SHAPES, noise_table, total_table
from models.learners.prior_mixture.learning import draw
from models.learners.prior_mixture.lens import Grams, Seen, usable
from models.learners.prior_mixture.means import Labelled
from models.learners.prior_mixture.posterior import Spread, choose, predict, ready, weigh


def _family(stages=8, rows=60, seed=0, scale=lambda _: 1.0, level=lambda i: 0.3 * i):
    rng = np.random.default_rng(seed)
    out = []
    for i in range(stages):
        x = rng.normal(size=(rows, 5))
        y = level(i) + scale(i) * (np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.1 * rng.normal(size=rows))
        out.append(Task(f"s{i}", "c", list("abcde"), x, y))
    return out


def _score(learner, task, k):
    few = replace(task, support_x=task.support_x[:k], support_y=task.support_y[:k], unlabelled_x=task.support_x[k:])
    p = learner.adapt(few).predict(task.support_x[k:])
    y = task.support_y[k:]
    return float(np.sqrt(np.mean((p.mean - y) ** 2)) / y.std()), p, y


@pytest.fixture(scope="module")
def family():
    return _family()


@pytest.fixture(scope="module")
def prior(family):
    return make_learner("prior_mixture").fit(family[1:])


def test_sisters_make_five_labels_worth_more_than_thirty_alone(family, prior):
    with_sisters, _, _ = _score(prior, family[0], 5)
    alone, _, _ = _score(make_learner("single_gp"), family[0], 30)
    assert with_sisters < alone
    assert with_sisters < 0.75


@pytest.mark.slow
def test_own_scale_stages_do_not_explode():
    tasks = _family(scale=lambda i: 10.0 ** (i - 3), level=lambda i: 50.0 * 10.0 ** (i - 3))
    prior = make_learner("prior_mixture").fit(tasks[1:])
    error, p, y = _score(prior, tasks[0], 10)
    assert error < 1.0
    assert np.mean((y >= p.lower) & (y <= p.upper)) > 0.7


def test_a_stage_unlike_its_sisters_is_not_misled(family, prior):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(60, 5))
    odd = Task("odd", "c", list("abcde"), x, -4.0 * x[:, 3] + 40)
    error, _, _ = _score(prior, odd, 20)
    assert error < 0.5


def test_zero_labels_already_use_the_sisters(family, prior):
    error, p, y = _score(prior, family[0], 0)
    assert error < 1.1
    assert np.corrcoef(p.mean, y)[0, 1] > 0.6


@pytest.mark.slow
def test_intervals_cover_on_stages_never_seen():
    inside = []
    tasks = _family(stages=12, seed=3)
    prior = make_learner("prior_mixture").fit(tasks[4:])
    for task in tasks[:4]:
        _, p, y = _score(prior, task, 10)
        inside.append(np.mean((y >= p.lower) & (y <= p.upper)))
    assert 0.8 <= np.mean(inside) <= 0.99


@pytest.mark.slow
def test_drift_in_time_is_followed_where_times_are_given():
    rng = np.random.default_rng(1)
    tasks = []
    for i in range(5):
        t = np.arange(120.0) * 3600
        level = np.cumsum(rng.normal(size=120)) * 0.5
        x = rng.normal(size=(120, 3))
        tasks.append(Task(f"s{i}", "c", list("abc"), x, level + 0.1 * x[:, 0], support_t=t))
    prior = make_learner("prior_mixture").fit(tasks[1:])
    new, rows = tasks[0], np.arange(0, 120, 8)
    rest = np.setdiff1d(np.arange(120), rows)
    few = replace(new, support_x=new.support_x[rows], support_y=new.support_y[rows], support_t=new.support_t[rows])
    adapted = prior.adapt(few)
    y = new.support_y[rest]
    with_time = adapted.predict(new.support_x[rest], new.support_t[rest]).mean
    assert np.sqrt(np.mean((with_time - y) ** 2)) < 0.6 * y.std()
    assert any("drift" in said for said in adapted.sentences())


def test_many_labels_cost_little_and_say_what_takes_over(family, prior):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(5000, 5))
    task = Task("big", "c", list("abcde"), x, np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2])
    adapted = prior.adapt(task)
    p = adapted.predict(x[:200])
    assert any("4600 others by boosted trees" in said for said in adapted.sentences())
    assert np.corrcoef(p.mean, task.support_y[:200])[0, 1] > 0.9


def test_parameters_are_met_by_name_not_by_place(family, prior):
    task = replace(family[0], support_x=family[0].support_x[:10], support_y=family[0].support_y[:10], family=None)
    turned = replace(task, columns=tuple("edcba"), support_x=task.support_x[:, ::-1])
    a = prior.adapt(task).predict(family[0].support_x)
    b = prior.adapt(turned).predict(family[0].support_x[:, ::-1])
    np.testing.assert_allclose(a.mean, b.mean, rtol=1e-6)


def _labelled(n=9, d=2, seed=0):
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, d))
    return Seen({"plant": z, "stage": z * 1.1, "relevant": z * 0.9}, None), rng.normal(size=n)


def test_evidence_is_the_density_of_a_multivariate_t():
    seen, y = _labelled()
    spread = Spread(np.full(len(MEANS), 1.5), np.full(len(MEANS), 0.8))
    kernels = usable(seen)
    evidence = weigh(seen, np.tile(y[:, None], (1, len(MEANS))), spread, kernels)
    n = len(y)
    for k, m, w, v in ((0, 0, 0, 0), (1, 2, 1, 1), (6, 3, 2, 2), (12, 5, 4, 1)):
        place = kernels[k]
        total = total_table()[place, w]
        gram = Grams.between(seen, seen).gram(SHAPES[place])
        cov = gram + noise_table()[place, w] * np.eye(n) + OFFSETS[v] * total * np.ones((n, n))
        a, b = 1.5, 0.8 / total
        expected = stats.multivariate_t(np.zeros(n), cov * b / a, df=2 * a).logpdf(y)
        assert evidence.log[k, m, w, v] - n / 2 * np.log(2 * np.pi) == pytest.approx(expected, abs=1e-6)


def test_one_expert_predicts_as_the_textbook_says():
    seen, y = _labelled(n=7)
    new, _ = _labelled(n=4, seed=9)
    spread = Spread(np.full(len(MEANS), 2.0), np.full(len(MEANS), 1.0))
    evidence = weigh(seen, np.tile(y[:, None], (1, len(MEANS))), spread, usable(seen))
    place, w, v = 3, 2, 1
    only = np.full(GRID, -np.inf)
    only[place, 0, w, v] = 0.0
    answer = predict(ready(evidence, choose(evidence, only)), new, np.zeros((4, len(MEANS))))
    d2 = squared_distances(seen.views["plant"], seen.views["plant"]) / 2
    cross = squared_distances(new.views["plant"], seen.views["plant"]) / 2
    kernel = lambda d: np.exp(-d / (2 * SHAPES[place].length ** 2))  # noqa: E731 - the formula, once
    offset = OFFSETS[v] * total_table()[place, w]
    cov = kernel(d2) + noise_table()[place, w] * np.eye(7) + offset
    star = kernel(cross) + offset
    np.testing.assert_allclose(answer.mean, star @ np.linalg.solve(cov, y), rtol=1e-8)
    assert answer.freedom == pytest.approx(2 * 2.0 + 7)


def test_replicates_stay_on_one_side_of_an_episode():
    groups = np.repeat(np.arange(6), 5)
    seen, _ = _labelled(n=30)
    stage = Labelled(seen, np.arange(30.0), groups)
    own, rest = draw(stage, 7, np.random.default_rng(0))
    assert len(own) == 7
    assert not set(groups[own]) & set(groups[rest])


@pytest.mark.parametrize("shape", [0.05, 0.7, 1.0, 1.2])
def test_without_a_label_a_spread_without_variance_still_answers(shape):
    seen, _ = _labelled(n=0)
    new, _ = _labelled(n=4, seed=9)
    spread = Spread(np.full(len(MEANS), shape), np.full(len(MEANS), 1.0))
    evidence = weigh(seen, np.empty((0, len(MEANS))), spread, usable(seen))
    for prior in (np.zeros(GRID), np.where(np.arange(np.prod(GRID)).reshape(GRID) == 0, 0.0, -np.inf)):
        answer = predict(ready(evidence, choose(evidence, prior)), new, np.zeros((4, len(MEANS))))
        assert np.isfinite(answer.mean).all()
        assert (np.isfinite(answer.scale) & (answer.scale > 0.1)).all()
        assert answer.freedom >= 2.5
