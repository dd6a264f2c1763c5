"""Recent labels count more where stages wander, all alike where they do not."""

from dataclasses import replace

import numpy as np

from models import Task, make_learner


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
    assert abs(p.mean[0] - few.support_y[-1]) < 1.0


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
