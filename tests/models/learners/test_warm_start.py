"""Warm start: takes over what worked for sisters, and lets the stage's own labels overrule it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models import make_learner
from models.base import Task
from models.checks import take
from models.errors import StateError
from models.learners.warm_start import WarmStart
from models.learners.warm_start.choosing import Exam, choose
from models.learners.warm_start.recipes import RECIPES
from models.state import State


def stage(name, seed, shape, n=80, family=None, columns=("a", "b", "c")):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, len(columns)))
    y = shape(x, rng) + 0.05 * rng.normal(size=n)
    return Task(name, "y", columns, x, y, family=family)


def line(x, rng):
    return x @ rng.normal(size=x.shape[1])


def wave(x, rng):
    return 2 * np.sin(2.5 * x[:, 0]) * (1 + 0.1 * rng.normal())


@pytest.fixture(scope="module")
def mixed():
    """Five linear stages of one kind of parameters, five wavy ones of another."""
    lines = [stage(f"line-{i}", i, line, columns=("a", "b", "c", "d", "e")) for i in range(5)]
    waves = [stage(f"wave-{i}", 10 + i, wave, family="w") for i in range(5)]
    return make_learner("warm_start").fit([*lines, *waves])


@pytest.mark.slow
def test_with_few_labels_a_sister_gets_what_worked_for_its_sisters(mixed):
    task = take(stage("wave-new", 99, wave, family="w"), range(5))
    choice = mixed.choose(task)
    assert RECIPES[choice.chosen[0]].shared  # all wavy stages are one curve: only sisters know it from five labels
    assert not any(RECIPES[i].kind == "ridge" for i in choice.proposals[:3])


def test_a_stranger_gets_what_worked_for_tasks_that_look_like_it(mixed):
    task = take(stage("line-new", 98, line, columns=("p", "q", "r", "s", "t")), range(12))
    choice = mixed.choose(task)
    chosen = RECIPES[choice.chosen[0]]
    assert chosen.kind == "ridge" or (chosen.kind == "process" and chosen.length >= 3.0)


def test_own_labels_overrule_what_is_expected(mixed):
    odd = stage("odd", 97, line, n=80, family="w")
    said = mixed.adapt(odd).predict(odd.support_x).mean
    assert np.sqrt(np.mean((said - odd.support_y) ** 2)) < 0.3 * odd.support_y.std()


def test_the_limit_is_kept_and_a_large_one_is_the_exhaustive_choice(mixed):
    task = take(stage("wave-new", 96, wave, family="w"), range(20))
    cheap = mixed.choose(task).ranking
    assert cheap.spent <= mixed.limit
    bench, _ = mixed._known.bench(task, 0)
    expected = np.full(len(RECIPES), np.inf)
    expected[[0, 4, 12, 20, 23]] = 0.0
    full = choose(bench, expected, None, limit=10_000, trust=0.0)
    exam = Exam(bench, full.proposals, expected, 0.0, tuple(np.arange(20)[k::10] for k in range(10)))
    alone = [exam(i, 10, np.random.default_rng(0)) for i in range(len(full.proposals))]
    assert full.ranking.best == int(np.argmin(alone))


def test_without_labels_the_sisters_answer(mixed):
    task = stage("wave-new", 95, wave, family="w")
    p = mixed.adapt(take(task, [])).predict(task.support_x)
    assert np.sqrt(np.mean((p.mean - task.support_y) ** 2)) < 0.7 * task.support_y.std()
    assert np.mean((task.support_y >= p.lower) & (task.support_y <= p.upper)) > 0.75


def test_intervals_cover_at_twenty_labels(mixed):
    inside = []
    for seed in range(6):
        task = stage("new", 200 + seed, wave, family="w")
        p = mixed.adapt(take(task, range(20))).predict(task.support_x[20:])
        inside.append(np.mean((task.support_y[20:] >= p.lower) & (task.support_y[20:] <= p.upper)))
    assert np.mean(inside) > 0.82


def test_replicates_stay_together_when_labels_are_left_out(mixed):
    task = stage("wave-new", 94, wave, family="w", n=24)
    pairs = np.repeat(np.arange(12), 2)
    twice = replace(task, support_x=task.support_x[pairs], support_y=task.support_y[pairs], groups=pairs.astype(object))
    free, kept = mixed.choose(replace(twice, groups=None)), mixed.choose(twice)
    error = [np.nanmean(c.left_out**2) for c in (free, kept)]
    assert error[1] > error[0]  # a twin among the labels flatters


def test_a_state_whose_experience_does_not_fit_is_refused(mixed):
    state = mixed.state()
    arrays = dict(state.arrays) | {"experience/errors": np.zeros((2, 3))}
    with pytest.raises(StateError, match="experience"):
        WarmStart.from_state(State(state.meta, arrays))
