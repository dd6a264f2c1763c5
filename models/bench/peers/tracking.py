"""Peers that follow the labels as they come: for the rolling protocol."""

from __future__ import annotations

import numpy as np

from models.base import Array, Task
from models.bench.peers.base import Predictor, constant
from models.bench.peers.pooled import Boosted

_WEIGHTS = (0.05, 0.1, 0.2, 0.4, 0.7, 1.0)


def last_label(_: None, task: Task) -> Predictor:
    """Predict the newest label."""
    return constant(float(_in_order(task)[-1]))


def ewma_label(_: None, task: Task) -> Predictor:
    """Predict the exponentially weighted mean of the labels, its weight chosen by one-step-ahead error."""
    return constant(smoothed(_in_order(task)))


def pooled_ewma(learned: Boosted, task: Task) -> Predictor:
    """Predict with the pooled model plus the exponentially weighted mean of its residuals."""
    offset = smoothed(_in_order(task, task.support_y - learned(task.support_x)))
    return lambda x: (learned(x) + offset, None)


def smoothed(values: Array) -> float:
    """Return the last level of exponential smoothing (Roberts 1959), the weight by one-step-ahead squared error.

    Parameters
    ----------
    values : ndarray, shape (n,)
        In order of time, n at least 1.

    Examples
    --------
    >>> smoothed(np.array([1.0, 2.0, 3.0, 4.0]))
    4.0
    """
    level = np.full(len(_WEIGHTS), values[0])
    error = np.zeros(len(_WEIGHTS))
    for value in values[1:]:
        error += (value - level) ** 2
        level += np.array(_WEIGHTS) * (value - level)
    return float(level[int(np.argmin(error))])


def _in_order(task: Task, values: Array | None = None) -> Array:
    chosen = task.support_y if values is None else values
    return chosen if task.support_t is None else chosen[np.argsort(task.support_t, kind="stable")]
