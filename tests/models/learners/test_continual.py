"""New families come, old ones stay: naive training forgets and is caught, replay does not and passes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models import make_learner
from models.base import Task
from models.continual import aside, forgotten, remember, taught
from models.continual.memory import MOST_LABELS, MOST_UNLABELLED, gone

FAMILIES = ("press", "mill", "oven")


def stage(family, number, n=80):
    rng = np.random.default_rng([FAMILIES.index(family), number])
    x = rng.normal(size=(n, 3))
    shape = {"press": np.sin(2.5 * x[:, 0]), "mill": x[:, 1] * x[:, 2], "oven": np.abs(x[:, 0] + x[:, 2])}[family]
    return Task(f"{family}-{number}", "y", ("a", "b", "c"), x, 2 * shape + 0.1 * rng.normal(size=n) + number / 10,
                family=family)  # fmt: skip


def stages(family, count=5):
    return [stage(family, k) for k in range(count)]


def prior(tasks):
    return make_learner("pooled").fit([taught(t) for t in tasks])


def test_rows_aside_depend_on_content_alone_and_are_never_taught():
    task = stage("press", 0)
    rows = np.random.default_rng(1).permutation(80)
    mixed = replace(task, support_x=task.support_x[rows], support_y=task.support_y[rows])
    assert np.array_equal(aside(task)[rows], aside(mixed))
    more = replace(
        task, support_x=np.vstack([task.support_x, np.zeros((1, 3))]), support_y=np.append(task.support_y, 0.0)
    )
    assert np.array_equal(aside(more)[:80], aside(task))  # a label that comes later changes nothing for the others
    part = taught(task)
    kept = {row.tobytes() for row in task.support_x[aside(task)]}
    assert not kept & {row.tobytes() for row in part.support_x}
    assert kept <= {row.tobytes() for row in part.unlabelled_x}


def test_lots_go_together():
    task = stage("press", 0)
    lots = np.repeat(np.arange(20), 4).astype(object)
    held = aside(replace(task, groups=lots))
    assert all(held[lots == lot].all() or not held[lots == lot].any() for lot in range(20))


def test_memory_is_bounded_and_every_family_keeps_its_share():
    many = [stage("mill", k, n=200) for k in range(30)]
    kept = remember(many, [stage("press", 0), stage("oven", 0), stage("oven", 1)], most=8)
    assert len(kept) == 8
    families = [t.family for t in kept]
    assert (families.count("press"), families.count("oven"), families.count("mill")) == (1, 2, 5)
    assert max(len(t.support_y) for t in kept) <= MOST_LABELS
    assert max(len(t.unlabelled_x) for t in kept) <= MOST_UNLABELLED
    again = remember([], kept, most=8)
    assert [t.stage for t in again] == [t.stage for t in kept]
    assert all(np.array_equal(a.support_x, b.support_x) for a, b in zip(again, kept, strict=True))


def test_a_stage_of_today_replaces_its_memory_and_what_is_kept_can_still_be_judged():
    old = remember([stage("press", 0)])
    newer = replace(stage("press", 0), support_y=stage("press", 0).support_y + 5)
    assert remember([newer], old)[0].support_y.mean() > old[0].support_y.mean() + 4
    assert gone(old, [newer]) == []
    assert aside(remember([stage("mill", 1, n=300)])[0]).sum() >= 10


def test_naive_training_on_the_newest_family_forgets_and_the_guard_says_so():
    memory, old = [], None
    for family in FAMILIES:
        tasks = [*stages(family), *gone(memory, stages(family))]
        ours, naive = prior(tasks), prior(stages(family))
        if old is not None:
            known = gone(memory, stages(family))
            kept, lost = forgotten(old, ours, known), forgotten(old, naive, known)
            assert kept.passed, kept.sentence
            assert not lost.passed
            assert lost.sentence.startswith("forgets")
            assert {name for name, f in lost.families.items() if f["forgotten"]} == {t.family for t in known}
        memory, old = remember(stages(family), memory), ours
    assert {t.family for t in memory} == set(FAMILIES)


def test_equal_priors_pass_and_noise_is_not_forgetting():
    tasks = stages("press", 6)
    same = prior(tasks)
    assert forgotten(same, same, tasks).passed
    fewer = prior(tasks[:-1])  # a little less to learn from
    assert forgotten(same, fewer, tasks[:-1]).passed


def test_nothing_to_compare_is_said():
    small = [stage("press", k, n=20) for k in range(3)]
    found = forgotten(prior(small), prior(small), small)
    assert found.passed
    assert "nothing was compared" in found.sentence


@pytest.mark.parametrize("shots", [5, 20])
def test_losses_are_paired_by_row(shots):
    tasks = stages("press", 2)
    a = forgotten(prior(tasks), prior(tasks[:1]), tasks, seed=shots)
    assert a.families["press"]["rows"] == 2 * sum(int(aside(t).sum()) for t in tasks)
