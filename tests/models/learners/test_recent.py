"""Recent labels count more where stages wander, all alike where they do not."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from models import Task, make_learner
from models.learners.recent import steps


def _tasks(step, noise, stages=6, rows=100, seed=0):
    rng = np.random.default_rng(seed)
    out = []
    for i in range(stages):
        y = np.cumsum(step * rng.normal(size=rows)) + noise * rng.normal(size=rows)
        out.append(Task(f"s{i}", "c", ["a"], np.zeros((rows, 1)), y, support_t=np.arange(rows) * 60.0))
    return out


def _first(task, n):
    return replace(task, support_x=task.support_x[:n], support_y=task.support_y[:n], support_t=task.support_t[:n])


def test_where_stages_wander_the_last_labels_decide():
    tasks = _tasks(1.0, 0.1)
    prior = make_learner("recent").fit(tasks[1:])
    few = _first(tasks[0], 50)
    p = prior.adapt(few).predict(np.zeros((1, 1)), [50 * 60.0])
    last, mean = few.support_y[-1], few.support_y.mean()
    assert abs(p.mean[0] - last) < 0.25 * abs(last - mean)


def _stepping(stages=8, rows=100, seed=0):
    """Levels that stay for 25 labels and jump by several times the noise, one label in twenty is odd."""
    rng = np.random.default_rng(seed)
    out = []
    for i in range(stages):
        level = np.repeat(3.0 * rng.normal(size=4), rows // 4)
        y = level + 0.2 * rng.normal(size=rows) + 6.0 * rng.choice([-1.0, 0.0, 1.0], rows, p=[0.025, 0.95, 0.025])
        out.append(Task(f"s{i}", "c", ["a"], np.zeros((rows, 1)), y, support_t=np.arange(rows) * 60.0))
    return out


def test_what_lies_before_a_jump_is_forgotten_at_once():
    """Four labels after a jump the steps are there; a Gaussian level alone lags behind."""
    tasks = _stepping()
    few = _first(tasks[0], 54)
    answer = make_learner("recent").fit(tasks[1:]).adapt(few).respond
    when = np.array([55 * 60.0])
    before, after = few.support_y[25:50].mean(), np.median(few.support_y[50:54])
    missed = abs(answer.stepped(when).mean[0] - after) / abs(before - after)
    assert missed < 0.15
    assert missed < abs(answer.wandering(np.zeros((1, 1)), when).mean[0] - after) / abs(before - after)


def test_one_odd_label_moves_the_level_little():
    tasks = _stepping(seed=1)
    prior = make_learner("recent").fit(tasks[1:])
    plain = _first(tasks[0], 48)
    y = plain.support_y.copy()
    y[-1] = np.median(y[25:]) + 6.0
    y[-2] = np.median(y[25:])
    odd = replace(plain, support_y=y)
    p = prior.adapt(odd).predict(np.zeros((1, 1)), [49 * 60.0])
    assert abs(p.mean[0] - np.median(y[25:])) < 0.3 * 6.0


def test_stretches_are_those_of_every_possible_history(monkeypatch):
    """Golden: three labels, none odd, by adding up all four histories of jumps with the joint Gaussian of each."""
    monkeypatch.setattr(steps, "ODD", 1e-12)
    z, gaps = np.array([0.4, -0.3, 0.9]), np.array([0.1, 0.2])
    found = steps.follow(z, gaps)
    for i, (rate, reach, noise) in enumerate(steps.SETTINGS):
        total, mean = 0.0, 0.0
        for jumps in product([False, True], repeat=2):
            p = np.prod([-np.expm1(-rate * g) if j else np.exp(-rate * g) for j, g in zip(jumps, gaps, strict=True)])
            stretch = np.cumsum([0, *jumps])
            alike = reach**2 * (stretch[:, None] == stretch)
            p *= multivariate_normal(cov=alike + noise**2 * np.eye(3)).pdf(z)
            own = stretch == stretch[-1]
            total, mean = total + p, mean + p * z[own].sum() / (own.sum() + noise**2 / reach**2)
        assert found.log[i] == pytest.approx(np.log(total * np.sqrt(2 * np.pi) ** 3), abs=1e-6)
        assert found.mean[i] == pytest.approx(mean / total, abs=1e-6)


def test_where_stages_are_steady_the_mean_decides():
    tasks = _tasks(0.0, 1.0)
    prior = make_learner("recent").fit(tasks[1:])
    few = _first(tasks[0], 50)
    p = prior.adapt(few).predict(np.zeros((1, 1)), [50 * 60.0])
    assert abs(p.mean[0] - few.support_y.mean()) < 0.25


def test_certainty_fades_with_the_time_since_the_last_label_and_covers():
    tasks = _tasks(1.0, 0.1, stages=30)
    prior = make_learner("recent").fit(tasks[20:])
    inside, widths = [], []
    for task in tasks[:20]:
        p = prior.adapt(_first(task, 50)).predict(np.zeros((50, 1)), task.support_t[50:])
        inside.append(np.mean((task.support_y[50:] >= p.lower) & (task.support_y[50:] <= p.upper)))
        widths.append(p.upper - p.lower)
    width = np.mean(widths, axis=0)
    assert width[30] > 1.5 * width[0]
    assert 0.7 <= np.mean(inside) <= 0.99
