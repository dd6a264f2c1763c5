"""From no label to 5,000 and from one parameter to 500: every learner answers, and says what takes over when."""

from dataclasses import replace

import numpy as np
import pytest

from models import Task, learner_names, make_learner
from models.checks import answer, take
from models.learners.parts.order import left_out, newest, oldest_first
from models.learners.prior_mixture.mixture import MOST_LABELS

PORTFOLIO = ("prior_mixture", "pooled", "single_gp", "ridge", "recent", "stage_mean", "defect_head")


def _sized(labels, parameters, kind="continuous", seed=0, timed=True, units=30):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(labels + units, parameters))
    y = x[:, 0] + 0.1 * rng.normal(size=len(x))
    y = (y > 0.8).astype(float) if kind == "binary" else y
    t = np.arange(float(len(x))) * 60 if timed else None
    return Task(
        f"s{seed}",
        "c",
        [f"p{j}" for j in range(parameters)],
        x[:labels],
        y[:labels],
        unlabelled_x=x[labels:],
        support_t=None if t is None else t[:labels],
        unlabelled_t=None if t is None else t[labels:],
        kind=kind,
        family="f",
    )


def _light(name):
    if name == "portfolio":
        return make_learner(members=PORTFOLIO)
    return make_learner(name, **({"steps": 5} if hasattr(make_learner(name), "training") else {}))


@pytest.mark.slow
@pytest.mark.parametrize("name", learner_names())
@pytest.mark.parametrize("parameters", [1, 500])
def test_one_and_five_hundred_parameters_from_no_label_to_five_thousand(name, parameters):
    for kind in ("continuous", "binary") if parameters == 1 else ("continuous",):
        prior = _light(name).fit([_sized(24, parameters, kind, seed) for seed in (1, 2, 3)])
        for labels in (0, 1, 30, 5000 if parameters == 1 else 700):
            answer(prior, _sized(labels, parameters, kind, seed=9))


@pytest.mark.parametrize(
    "name", ["stage_mean", "last_value", "recent", "ridge", "single_gp", "pooled", "prior_mixture"]
)
def test_many_labels_and_few_parameters_or_many(name):
    prior = make_learner(name).fit([])
    for labels, parameters in ((0, 500), (30, 500), (3000, 2)):
        answer(prior, _sized(labels, parameters))


def test_beyond_so_many_labels_trees_take_over_and_the_kernels_stay_as_they_are():
    prior = make_learner("prior_mixture").fit([])
    few, many = (prior.believe(_sized(n, 2)) for n in (MOST_LABELS, 3000))
    assert few.left == 0
    assert few.trees is None
    assert many.left == 3000 - MOST_LABELS
    assert len(many.evidence.seen) == len(few.evidence.seen) == MOST_LABELS
    assert many.words()[-1] == "the newest 400 labels are used exactly, the 2600 older ones by boosted trees"
    untimed = prior.believe(_sized(3000, 2, timed=False))
    assert untimed.words()[-1] == "400 labels drawn by lot are used exactly, the 2600 others by boosted trees"


@pytest.mark.parametrize(("name", "most"), [("ridge", 600), ("single_gp", 300), ("recent", 100)])
def test_learners_that_take_the_newest_labels_say_what_they_leave_out(name, most):
    adapted = make_learner(name).fit([]).adapt(_sized(1000, 2))
    assert f"the {1000 - most} oldest labels are left out" in adapted.sentences()[0]


@pytest.mark.parametrize("name", ["prior_mixture", "single_gp", "ridge", "warm_start"])
def test_many_labels_without_times_are_used_evenly_in_whatever_order_they_come(name):
    whole = _sized(1500, 3, timed=False)
    task = take(whole, range(1200))
    adapted = [
        make_learner(name).fit([]).adapt(take(task, np.argsort(key))) for key in (task.support_y, -task.support_y)
    ]
    a, b = (one.predict(whole.support_x[1200:]) for one in adapted)
    np.testing.assert_allclose(a.mean, b.mean, rtol=1e-6, atol=1e-9)
    y = whole.support_y[1200:]
    assert np.sqrt(np.mean((a.mean - y) ** 2)) < 0.3 * y.std()
    assert np.mean((a.lower <= y) & (y <= a.upper)) > 0.8


def test_of_equal_times_those_that_count_are_drawn_by_lot():
    y = np.arange(100.0)
    task = Task("s", "c", [], np.zeros((100, 0)), y, support_t=np.repeat([1.0, 2.0], 50))
    kept = newest(task, 20)
    assert (kept >= 50).all()
    assert kept.min() < 60
    assert kept.max() > 90
    assert oldest_first(task, 100).tolist() == list(range(100))
    assert left_out(task, 20) == "; the 80 oldest labels are left out"
    assert left_out(replace(task, support_t=None), 20) == "; 80 labels are left out, drawn by lot"
