"""A stage that helped to train the prior does not find its own labels in it."""

from __future__ import annotations

import numpy as np
import pytest

from models import Task, make_learner
from models.catalog import load_learner

COLUMNS = [f"p{i}" for i in range(8)]


def stages(count: int, rows: int, seed: int = 0) -> list[Task]:
    """Sisters with a little signal and much noise: what invites trees to learn labels by heart."""
    rng = np.random.default_rng(seed)
    out = []
    for i in range(count):
        x = rng.normal(size=(rows, len(COLUMNS)))
        y = 10.0 + i + 0.5 * x[:, 0] + rng.normal(size=rows)
        out.append(Task(f"s{i}", "y", COLUMNS, x, y, family="sisters"))
    return out


def cut(task: Task, rows: slice) -> Task:
    return Task(task.stage, "y", COLUMNS, task.support_x[rows], task.support_y[rows], family="sisters")


@pytest.mark.parametrize(
    ("name", "count"),
    [
        pytest.param(
            name,
            count,
            marks=[pytest.mark.slow] * (name == "portfolio" or (name, count > 1) == ("prior_mixture", True)),
        )
        for name in ("prior_mixture", "pooled", "portfolio")
        for count in (1, 2, 4)
    ],
)
def test_intervals_hold_on_new_units_of_a_training_stage(name: str, count: int) -> None:
    whole = stages(count, 1200)
    known = [cut(t, slice(0, 150)) for t in whole]
    prior = make_learner(name, seed=0).fit(known)
    inside, errors = [], []
    for task, given in zip(whole, known, strict=True):
        x, y = task.support_x[150:], task.support_y[150:]
        p = prior.adapt(given).predict(x)
        inside.append(np.mean((y >= p.lower) & (y <= p.upper)))
        errors.append(np.sqrt(np.mean((y - p.mean) ** 2)))
    assert np.mean(inside) >= 0.85
    assert np.mean(errors) <= 1.25


@pytest.mark.parametrize("name", ["prior_mixture", "pooled"])
def test_what_never_saw_the_stage_survives_the_state(name: str) -> None:
    known = [cut(t, slice(0, 60)) for t in stages(3, 60)]
    prior = make_learner(name, seed=0).fit(known)
    again = load_learner(prior.state())
    renamed = Task("new", "y", COLUMNS, known[0].support_x, known[0].support_y, family="sisters")
    x = known[0].support_x
    own, fresh = prior.adapt(known[0]).predict(x), prior.adapt(renamed).predict(x)
    assert np.array_equal(again.adapt(known[0]).predict(x).mean, own.mean)
    assert not np.allclose(own.mean, fresh.mean)
    assert np.abs(own.mean - known[0].support_y).mean() > np.abs(fresh.mean - known[0].support_y).mean()
