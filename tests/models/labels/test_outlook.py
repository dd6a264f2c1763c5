"""How many labels more: sisters' curves anchored at the stage's own error; refuses where nobody has shown it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import models
from models.checks import sisters
from models.errors import NotEnoughData, StateError, TaskError
from models.labels import Curves, Outlook, Point, learn_curves, left_out, outlook
from tests.models.labels.test_queue import rng

SIZES = (5, 10, 20, 40)


def made(stages: int, seed: int = 0, noise: float = 0.1) -> Curves:
    """Curves a_s n^-1/2 of stages whose levels scatter by a factor."""
    random = rng(seed)
    level = np.exp(0.4 * random.normal(size=(stages, 1)))
    falling = level / np.sqrt(SIZES) * np.exp(noise * random.normal(size=(stages, len(SIZES))))
    return Curves(tuple(f"s{i}" for i in range(stages)), SIZES, falling)


def test_sisters_that_agree_are_followed():
    """All halve from 10 to 40 labels; a stage with a thousand errors of 3 on average goes to 1.5."""
    base = np.array([[2.0], [4.0], [3.0], [5.0], [8.0]])
    curves = Curves(tuple("abcde"), (10, 40), base * [1.0, 0.5])
    found = outlook(curves, 10, np.full(2000, 3.0), [40], known=10)
    assert found.now.error == pytest.approx(3.0, rel=0.1)
    assert found.then[0].error == pytest.approx(found.now.error / 2, rel=0.05)
    assert found.then[0].lower < 1.5 < found.then[0].upper


def test_few_own_errors_are_believed_less_than_many():
    curves = made(8)
    usual = float(np.exp(np.log(curves.errors[:, 1]).mean()))
    few = outlook(curves, 10, np.full(3, 9 * usual), [20], known=10).now
    many = outlook(curves, 10, np.full(300, 9 * usual), [20], known=10).now
    assert usual < few.error < many.error < 9.5 * usual
    assert few.upper / few.lower > many.upper / many.lower


def test_without_an_own_error_the_sisters_alone_speak():
    curves = made(6)
    found = outlook(curves, 10, [], [20, 40])
    assert found.own == 0
    assert found.now.error == pytest.approx(float(np.exp(np.log(curves.errors[:, 1]).mean())))
    assert [p.labels for p in found.then] == [20, 40]


def test_intervals_hold_what_new_stages_of_the_kind_do():
    held = []
    for seed in range(150):
        curves, own = made(7, seed), made(1, 10_000 + seed).errors[0]
        errors = rng(seed).normal(size=12) * own[1] / np.sqrt(2 / np.pi)
        found = outlook(curves, 10, errors, [20, 40], known=10)
        held += [p.lower <= own[i] <= p.upper for i, p in ((2, found.then[0]), (3, found.then[1]))]
    assert np.mean(held) > 0.88


def test_strangers_and_far_sizes_are_refused():
    with pytest.raises(NotEnoughData) as told:
        outlook(made(2), 10, [1.0, 2.0], [20])
    assert told.value.needed == 3
    with pytest.raises(NotEnoughData):
        outlook(made(8), 60, [1.0], [80])
    assert outlook(made(8), 40, [1.0] * 9, [80]).then == ()
    with pytest.raises(TaskError, match="is nan"):
        outlook(made(8), 10, [np.nan], [20])


def test_own_stage_is_not_its_own_sister():
    assert made(4).without("s2").stages == ("s0", "s1", "s3")


def test_sentences():
    now = Point(12, 4.14, 3.5, 4.8)
    told = Outlook(now, (Point(15, 3.8, 3, 4.5), Point(20, 3.21, 2.8, 3.9)), 5, 12).sentence("mm")
    assert told == "12 labels: ±4.1 mm; 20 would give ±3.2 mm (2.8-3.9)"
    flat = Outlook(now, (Point(20, 4.1, 3.0, 4.9),), 5, 12).sentence()
    assert flat == "12 labels: ±4.1; more labels would hardly help: 20 would give ±4.1 (3-4.9)"
    assert "no sister shows" in Outlook(now, (), 5, 12).sentence()


@pytest.mark.slow
def test_curves_of_real_learners_fall_and_survive_json():
    tasks = sisters(stages=5, rows=40)
    prior = models.make_learner("prior_mixture").fit(tasks)
    curves = learn_curves(prior, tasks, rng(), sizes=(0, 3, 20, 39))
    assert curves.errors.shape == (5, 4)
    assert np.isnan(curves.errors[:, 3]).all()
    assert np.nanmean(curves.errors[:, 2]) < np.nanmean(curves.errors[:, 0])
    again = Curves.from_json(json.loads(json.dumps(curves.to_json())))
    assert np.array_equal(again.errors, curves.errors, equal_nan=True)
    thinned = learn_curves(prior, tasks, rng(), sizes=(3, 20), episodes=4)
    assert len(thinned.stages) == 2
    with pytest.raises(StateError, match="train again"):
        Curves.from_json({"stages": ["a"], "sizes": [1]})
    with pytest.raises(TaskError, match="defect"):
        learn_curves(prior, sisters("binary"), rng())


def test_replicates_of_a_labelled_unit_are_never_the_exam():
    task = sisters(stages=1, rows=40)[0]
    grouped = replace(task, groups=np.repeat(np.arange(20).astype(object), 2))
    from models.labels.curves import _drawn

    taken, rest = _drawn(grouped, 5, rng())
    assert not set(grouped.groups[taken]) & set(grouped.groups[rest])


def test_left_out_labels_are_never_seen():
    """With the mean of the stage the left-out error is n / (n - 1) times the deviation; groups go together."""
    task = sisters(stages=1)[0]
    mean = models.make_learner("stage_mean")
    found = left_out(mean, task, folds=100)
    n = len(task.support_y)
    assert found.errors == pytest.approx((task.support_y - task.support_y.mean()) * n / (n - 1))
    assert found.known == n - 1
    some = left_out(mean, task, which=np.arange(n) < 3)
    assert np.isfinite(some.errors).sum() == 3
    whole = left_out(mean, replace(task, groups=np.zeros(n).astype(object)))
    assert np.isnan(whole.errors).all()
    assert whole.known == 0
