"""Which units may be proposed, in an order that does not depend on how they were given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from models.base import Task
from models.errors import TaskError
from models.learners.parts import Rows


def in_order(task: Task, candidates: ArrayLike) -> Rows:
    """Return the candidates in an order of their parameters and times: shuffled candidates change nothing.

    Parameters
    ----------
    task : Task
    candidates : array_like of int
        Rows of ``task.unlabelled_x``.

    Returns
    -------
    ndarray of int
        The same rows, each once.

    Raises
    ------
    TaskError
        If a row is not there.

    Examples
    --------
    >>> task = Task("s", "y", ["a"], [[0.0]], [1.0], unlabelled_x=[[3.0], [1.0], [2.0]])
    >>> in_order(task, [0, 1, 2]).tolist(), in_order(task, [2, 0]).tolist()
    ([1, 2, 0], [2, 0])
    """
    rows = np.unique(np.asarray(candidates, dtype=np.intp))
    if rows.size and (rows[0] < 0 or rows[-1] >= len(task.unlabelled_x)):
        raise TaskError(
            f"task {task.stage!r} x {task.characteristic!r}: candidate {rows[-1]} is no row of unlabelled_x"
            f" ({len(task.unlabelled_x)} rows) - give places of units without a label"
        )
    keys = [np.nan_to_num(column, nan=-np.inf) for column in task.unlabelled_x[rows].T]
    if task.unlabelled_t is not None:
        keys.append(task.unlabelled_t[rows])
    return rows[np.lexsort(keys)] if keys else rows


def distinct(task: Task, rows: Rows, given: Sequence[int] = ()) -> Rows:
    """Return `rows` without those whose parameters another row before it has, or one of `given`.

    A duplicated unit teaches little more than its twin; rows are compared exactly, missing values alike.

    Examples
    --------
    >>> task = Task("s", "y", ["a"], [[0.0]], [1.0], unlabelled_x=[[3.0], [1.0], [3.0]])
    >>> distinct(task, np.array([0, 1, 2])).tolist(), distinct(task, np.array([0, 1]), [2]).tolist()
    ([0, 1], [1])
    """
    seen = {_key(task, row) for row in given}
    kept = []
    for row in rows.tolist():
        key = _key(task, row)
        if key not in seen:
            seen.add(key)
            kept.append(row)
    return np.array(kept, dtype=np.intp)


def _key(task: Task, row: int) -> bytes:
    return bytes(np.nan_to_num(task.unlabelled_x[row], nan=np.inf).tobytes())
