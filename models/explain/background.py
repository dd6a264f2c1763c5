"""The units that an explanation compares with: those of the stage itself, and how they spread."""

from __future__ import annotations

import numpy as np

from models.base import Array, Task
from models.errors import TaskError

BACKGROUND = 64
FEWEST = 8


def usual_units(task: Task) -> Array:
    """Return the units of `task`, shape (n, d), labelled or not, in the order of their times where all have one.

    Raises
    ------
    TaskError
        If there is none: nothing can be said to be usual.
    """
    rows = np.vstack([task.unlabelled_x, task.support_x])
    if not len(rows):
        raise TaskError(f"stage {task.stage!r} has no unit yet - an explanation compares with the stage's own units")
    times = [t for t in (task.unlabelled_t, task.support_t) if t is not None]
    if sum(map(len, times)) != len(rows):
        return rows
    return rows[np.argsort(np.concatenate(times), kind="stable")]


def even_choice(rows: Array, most: int = BACKGROUND) -> Array:
    """Return at most `most` of `rows`, evenly spaced.

    Examples
    --------
    >>> even_choice(np.arange(10.0)[:, None], 3).ravel().tolist()
    [0.0, 4.0, 9.0]
    """
    chosen: Array = rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(int))]
    return chosen


def spreads(rows: Array) -> Array:
    """Return the standard deviation of each parameter, shape (d,); 1 where a parameter never varied.

    Examples
    --------
    >>> spreads(np.array([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0]])).tolist()
    [1.0, 1.0]
    """
    known = np.isfinite(rows)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, rows, 0.0).sum(axis=0) / count
    deviation = np.sqrt((np.where(known, rows - centre, 0.0) ** 2).sum(axis=0) / count)
    return np.where(deviation > 1e-12 * np.maximum(np.abs(centre), 1e-300), deviation, 1.0)
