"""Few labelled defects order the units in part only; how common defects are stays their word."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import special
from sklearn.metrics import roc_auc_score

from models import Task, make_learner
from models.learners.parts.draws import with_labels
from models.learners.portfolio.hedge import SHARES, Levelled, untold_share


def _stage(name, seed, rows=160):
    """Units in order of time; a defect of the first half is a high `a`, one of the second half a high `b`."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3))
    first = np.arange(rows) < rows // 2
    x[::8, 0] += np.where(first[::8], 2.5, 0.0)
    x[::8, 1] += np.where(first[::8], 0.0, 2.5)
    y = np.zeros(rows)
    y[::8] = 1.0
    t = np.arange(rows) * 60.0
    return Task(name, "crack", list("abc"), x, y, support_t=t, kind="binary")


def _early(task, defects):
    bad = np.flatnonzero(task.support_y == 1)[:defects]
    good = np.flatnonzero(task.support_y == 0)[: 3 * defects]
    rows = np.concatenate([bad, good])
    half = np.setdiff1d(np.arange(len(task.support_y) // 2), rows)
    late = np.arange(len(task.support_y) // 2, len(task.support_y))
    return with_labels(task, rows, half), late


@pytest.fixture(scope="module")
def prior():
    return make_learner(members=("pooled", "defect_head")).fit([_stage("s0", 0), _stage("s1", 1)])


def test_without_a_labelled_defect_nothing_is_hedged(prior):
    task, _ = _early(_stage("new", 9), 4)
    good = task.keep(task.support_y == 0)
    model = prior.adapt(good)
    assert not any(isinstance(part, Levelled) for part in model.parts)
    assert not any("labelled defect" in s for s in model.sentences())


def test_the_answer_is_the_weighted_mean_of_log_odds_with_and_without_the_labels(prior):
    task, late = _early(_stage("new", 9), 4)
    model = prior.adapt(task)
    x, t = _stage("new", 9).support_x[late], _stage("new", 9).support_t[late]
    far = t > task.support_t.max() + 8 * np.ptp(task.support_t) / (len(task.support_t) - 1)
    said = [special.logit(np.clip(part.predict(x[far], t[far]).mean, 1e-4, 1 - 1e-4)) for part in model.parts]
    expected = special.expit(sum(w * s for w, s in zip(model.weights[2], said, strict=True)))
    np.testing.assert_allclose(model.predict(x[far], t[far]).mean, expected, rtol=1e-9)
    unlabelled = model.weights[2][[isinstance(part, Levelled) for part in model.parts]].sum()
    assert unlabelled == pytest.approx(untold_share(4)[2])


def test_how_common_defects_are_is_the_labels_word(prior):
    task, _ = _early(_stage("new", 9), 4)
    model = prior.adapt(task)
    units = np.vstack([task.support_x, task.unlabelled_x])
    levels = [special.logit(np.clip(p.predict(units).mean, 1e-4, 1 - 1e-4)).mean() for p in model.parts]
    half = len(levels) // 2
    np.testing.assert_allclose(levels[half:], levels[:half], atol=0.2)


def test_stale_defects_mislead_less_than_without_the_hedge(prior, monkeypatch):
    def area():
        found = []
        for seed in range(20, 30):
            whole = _stage("new", seed)
            task, late = _early(whole, 4)
            said = prior.adapt(replace(task)).predict(whole.support_x[late], whole.support_t[late]).mean
            found.append(roc_auc_score(whole.support_y[late], said))
        return float(np.mean(found))

    with_hedge = area()
    monkeypatch.setattr("models.learners.portfolio.hedge.SHARES", 0.0 * SHARES)
    assert with_hedge > area() + 0.004
