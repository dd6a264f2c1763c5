"""How far ahead of its last label a unit lies: labels speak differently of the units among them and of later ones."""

from __future__ import annotations

import numpy as np

from models.base import Array, Task
from models.learners.parts import Rows

HORIZONS = ("among", "soon", "later")
SOON = 4.0
STEPS = 8
FIRST_PART = (0.35, 0.65)


def steps_ahead(task: Task, t: Array | None, n: int) -> Array:
    """Return how many mean distances between labels each unit lies after the last label, shape (n,); 0 if before.

    Units without a time, at a stage without times or with one label, count as lying among the labels.

    Examples
    --------
    >>> task = Task("s", "c", [], np.zeros((3, 0)), [1.0, 2.0, 3.0], support_t=[0.0, 10.0, 20.0])
    >>> steps_ahead(task, np.array([5.0, 40.0]), 2).tolist()
    [0.0, 2.0]
    """
    times = task.support_t
    if t is None or times is None or len(times) < 2 or np.ptp(times) <= 0:
        return np.zeros(n)
    step = float(np.ptp(times)) / (len(times) - 1)
    ahead: Array = np.maximum((t - times.max()) / step, 0.0)
    return ahead


def shares(ahead: Array) -> Array:
    """Return how much of each horizon applies, shape (n, 3): among the labels, soon after them, later.

    Examples
    --------
    >>> shares(np.array([0.0, 2.0, 6.0, 99.0])).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]]
    """
    soon_or_later = np.minimum(ahead, 1.0)
    later = np.clip((ahead - SOON) / SOON, 0.0, 1.0)
    return np.column_stack([1.0 - soon_or_later, soon_or_later - later, later])


def divide_soon(times: Array, size: int, rng: np.random.Generator, *, first: bool = False) -> tuple[Rows, Rows] | None:
    """Draw `size` evenly spaced rows in the order of time, and the rows up to `SOON` steps after the last.

    Parameters
    ----------
    times : ndarray, shape (n,)
    size : int
        Rows wanted, two at least.
    rng : numpy.random.Generator
        Draws how far the rows are apart, and where they begin.
    first : bool
        They begin with the first of all: a stage that has just started.
    """
    order = np.argsort(times, kind="stable")
    widest = min(STEPS, len(order) // (size + 3))
    if size < 2 or widest < 1:
        return None
    step = int(rng.integers(1, widest + 1))
    start = 0 if first else int(rng.integers(0, len(order) - step * (size + 2)))
    own = order[start : start + step * size : step]
    last = start + step * (size - 1)
    return _after(times, own, order[last + 1 : last + 1 + int(SOON) * step])


def divide_later(times: Array, size: int, rng: np.random.Generator) -> tuple[Rows, Rows] | None:
    """Draw `size` rows from the first part of the stage, and all rows after that part."""
    order = np.argsort(times, kind="stable")
    cut = int(rng.uniform(*FIRST_PART) * len(order))
    if cut < size or size < 2:
        return None
    own = order[np.sort(rng.permutation(cut)[:size])]
    return _after(times, own, rng.permutation(order[cut:]))


def _after(times: Array, own: Rows, rest: Rows) -> tuple[Rows, Rows] | None:
    rest = rest[times[rest] > times[own].max()]
    return (own, rest) if len(rest) >= 3 else None
