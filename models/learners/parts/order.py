"""In which order a stage's labels count, where a learner takes only so many of them exactly."""

from __future__ import annotations

import numpy as np

from models.base import Task
from models.learners.parts import Rows
from models.words import counted


def oldest_first(task: Task, most: int) -> Rows:
    """Return the labelled rows of `task`, those that count last: the newest, or without times an even draw.

    The order of the rows given means nothing: equal times, and stages without times, are ordered by their values. Where
    labels are more than `most` such rows are shuffled (always alike), since the largest values are no fair sample.

    Examples
    --------
    >>> task = Task("s", "c", [], np.zeros((3, 0)), [5.0, 6.0, 7.0], support_t=[2.0, 1.0, 3.0])
    >>> oldest_first(task, 2).tolist()
    [1, 0, 2]
    """
    order: Rows = np.lexsort([*task.support_x.T, task.support_y])
    if len(order) > most:
        order = order[np.random.default_rng(0).permutation(len(order))]
    if task.support_t is not None:
        order = order[np.argsort(task.support_t[order], kind="stable")]
    return order


def newest(task: Task, most: int) -> Rows:
    """Return the places of the `most` labelled rows that count last in `oldest_first`, in the order given.

    Examples
    --------
    >>> newest(Task("s", "c", [], np.zeros((3, 0)), [5.0, 6.0, 7.0], support_t=[2.0, 1.0, 3.0]), 2).tolist()
    [0, 2]
    """
    return np.sort(oldest_first(task, most)[-most:])


def left_out(task: Task, most: int) -> str:
    """Say which labels are left out by a learner that takes `most`; empty where it takes all.

    Examples
    --------
    >>> left_out(Task("s", "c", [], np.zeros((3, 0)), [5.0, 6.0, 7.0], support_t=[2.0, 1.0, 3.0]), 2)
    '; the 1 oldest label is left out'
    """
    left = len(task.support_y) - most
    if left <= 0:
        return ""
    are = "is" if left == 1 else "are"
    if task.support_t is None:
        return f"; {counted(left, 'label')} {are} left out, drawn by lot"
    return f"; the {counted(left, 'oldest label')} {are} left out"
