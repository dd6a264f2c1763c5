"""Episodes are drawn from labelled stages: which rows are the support, which are judged on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.base import Task
from models.learners.parts import Rows
from models.learners.parts.horizons import divide_later, divide_soon

LEAST = 10
GOOD_EACH = 3
GOOD_WITHOUT = 10


def draw(
    task: Task, horizon: int, size: int, rng: np.random.Generator, *, first: bool = False
) -> tuple[Rows, Rows] | None:
    """Draw the labelled rows and those to judge on; None where `task` is too short for it or has no order.

    Parameters
    ----------
    task : Task
        All its labelled units as support.
    horizon : int
        Place in `horizons.HORIZONS`: judged among the labels, soon after them, or later.
    size : int
        Labels wanted.
    rng : numpy.random.Generator
    first : bool
        Soon after them: the labels are the first of the stage, as where it has just started.
    """
    if horizon == 0:
        return divide(task, size, rng) if len(task.support_y) >= size + LEAST else None
    if task.support_t is None or task.kind == "binary":
        return None
    times = task.support_t
    found = divide_soon(times, size, rng, first=first) if horizon == 1 else divide_later(times, size, rng)
    return None if found is None else (found[0], apart(task, *found))


def divide(task: Task, size: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Draw `size` rows and the rows to judge on; replicates of a drawn row are never judged on."""
    order = rng.permutation(len(task.support_y))
    own, rest = np.sort(order[:size]), order[size:]
    return own, apart(task, own, rest)


def divide_defects(task: Task, size: int, rng: np.random.Generator) -> tuple[Rows, Rows] | None:
    """Draw `size` defects, each with three good units (ten good units at 0), and the rows to judge on.

    None where no defect would be left to judge on: such an episode could not say what a defect looks like.
    """
    order = rng.permutation(len(task.support_y))
    bad, good = order[task.support_y[order] == 1], order[task.support_y[order] == 0]
    goods = GOOD_EACH * size if size else GOOD_WITHOUT
    own = np.sort(np.concatenate([bad[:size], good[:goods]]))
    rest = apart(task, own, np.setdiff1d(order, own))
    if len(bad) <= size or len(rest) < LEAST or not (task.support_y[rest] == 1).any():
        return None
    return own, rest


def apart(task: Task, own: Rows, rest: Rows) -> Rows:
    """Return `rest` without replicates of `own`; all of it where nothing else is left."""
    if task.groups is None:
        return rest
    kept = rest[~np.isin(task.groups[rest].astype(str), task.groups[own].astype(str))]
    return kept if len(kept) else rest


def restrict(task: Task, own: Rows, *, whole: bool = True, most: int | None = None) -> Task:
    """Return the task with the labels of the rows `own` only; its other units are unlabelled.

    Parameters
    ----------
    task : Task
        All its labelled units as support.
    own : ndarray of int
    whole : bool
        False: what came after the last of these labels has not happened yet.
    most : int, optional
        Keep at most so many unlabelled units, evenly chosen.

    Returns
    -------
    Task
        Without a query.
    """
    hidden = np.setdiff1d(np.arange(len(task.support_y)), own)
    every = with_labels(task, own, hidden)
    times, known = every.unlabelled_t, np.arange(len(every.unlabelled_x))
    if not whole and every.support_t is not None and times is not None:
        known = np.flatnonzero(times <= every.support_t.max())
    if most is not None:
        known = known[np.unique(np.linspace(0, len(known) - 1, min(len(known), most)).astype(int))]
    return replace(every, unlabelled_x=every.unlabelled_x[known], unlabelled_t=None if times is None else times[known])


def with_labels(task: Task, rows: Rows, others: Rows) -> Task:
    """Return the task with the labels of `rows`, without a query; `others` become units without a label."""
    t, u = task.support_t, task.unlabelled_t
    times = None
    if t is not None and (u is not None or not len(task.unlabelled_x)):
        times = np.concatenate([np.zeros(0) if u is None else u, t[others]])
    return replace(
        task.keep(rows),
        unlabelled_x=np.vstack([task.unlabelled_x, task.support_x[others]]),
        unlabelled_t=times,
        query_x=None,
        query_y=None,
        query_t=None,
    )


def log_uniform(most: int, rng: np.random.Generator, none: float = 0.1) -> int:
    """Draw a number of labels up to `most`, evenly on the scale of logarithms; none with probability `none`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sizes = [log_uniform(50, rng) for _ in range(400)]
    >>> min(sizes), max(sizes) <= 50
    (0, True)
    """
    if most < 1 or rng.random() < none:
        return 0
    return int(np.exp(rng.uniform(0.0, np.log(most + 1.0))))
