"""A bounded, stratified store of tasks: stages that left the plant keep teaching, and some rows are never taught.

Replay of stored examples is the plain cure against forgetting (Ratcliff 1990; Rolnick et al. 2019), and strata by
family keep a small old family from being crowded out by a large new one (Chrysakis & Moens 2020). Which rows are kept
or never taught depends on their content alone, so it is the same at every training, whoever trains.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.base import BoolArray, Task
from models.learners.parts import Rows
from models.learners.parts.draws import with_labels

MOST_TASKS = 96
MOST_LABELS = 96
MOST_UNLABELLED = 48
PLENTY = 40
ONE_IN = 4
MOST_ASIDE = 40


def aside(task: Task) -> BoolArray:
    """Return which labelled rows no prior may learn from: a quarter, where there are 40 labels or more.

    On them the prior of yesterday and that of today are compared; replicates of a lot go together. Labels that were
    taught before a stage had 40 favour the prior of yesterday: the safe side.

    Examples
    --------
    >>> x = np.arange(100.0)[:, None]
    >>> int(aside(Task("s", "y", ["a"], x, x[:, 0])).sum()), int(aside(Task("s", "y", ["a"], x[:20], x[:20, 0])).sum())
    (22, 0)
    """
    n = len(task.support_y)
    if n < PLENTY:
        return np.zeros(n, dtype=np.bool_)
    marks = _marks(task)
    chosen = marks % ONE_IN == 0
    if chosen.sum() > MOST_ASIDE and task.groups is None:
        chosen &= marks <= np.sort(marks[chosen])[MOST_ASIDE - 1]
    return np.asarray(chosen, dtype=np.bool_)


def taught(task: Task) -> Task:
    """Return the task without the rows kept aside, which stay as units without a label."""
    out = aside(task)
    return task if not out.any() else with_labels(task, np.flatnonzero(~out), np.flatnonzero(out))


def remember(tasks: Sequence[Task], memory: Sequence[Task] = (), most: int = MOST_TASKS) -> list[Task]:
    """Return what to keep of today's tasks and of an older memory.

    A task of today replaces the one in memory of the same stage x characteristic; of each at most 96 labels and 48
    other units stay. Where there are too many tasks every family keeps its share, those of today's plant after those
    that would otherwise be lost.

    Parameters
    ----------
    tasks, memory : sequence of Task
    most : int
        Tasks in all.

    Returns
    -------
    list of Task
        In the order of their names.
    """
    now = {_name(task): task for task in tasks}
    left = {_name(task): task for task in memory if _name(task) not in now}
    families: dict[tuple[str, ...], list[Task]] = {}
    for task in sorted([*left.values(), *now.values()], key=lambda t: (_name(t) in now, _lot(t))):
        families.setdefault(_family(task), []).append(task)
    kept: list[Task] = []
    depth = 0
    while len(kept) < most and any(depth < len(members) for members in families.values()):
        kept += [members[depth] for _, members in sorted(families.items()) if depth < len(members)]
        depth += 1
    return sorted((thinned(task) for task in kept[:most]), key=_name)


def thinned(task: Task) -> Task:
    """Return the task with at most 96 labels and 48 unlabelled units, chosen by content."""
    rows = _first(_marks(task), MOST_LABELS) if len(task.support_y) > MOST_LABELS else np.arange(len(task.support_y))
    small = with_labels(task, rows.astype(np.intp), np.zeros(0, dtype=np.intp))
    if len(small.unlabelled_x) <= MOST_UNLABELLED:
        return small
    some = np.unique(np.linspace(0, len(small.unlabelled_x) - 1, MOST_UNLABELLED).astype(np.intp))
    times = None if small.unlabelled_t is None else small.unlabelled_t[some]
    return replace(small, unlabelled_x=small.unlabelled_x[some], unlabelled_t=times)


def gone(memory: Sequence[Task], tasks: Sequence[Task]) -> list[Task]:
    """Return the tasks in memory whose stage x characteristic is not among today's."""
    now = {_name(task) for task in tasks}
    return [task for task in memory if _name(task) not in now]


def _name(task: Task) -> tuple[str, str]:
    return task.stage, task.characteristic


def _lot(task: Task) -> int:
    return zlib.crc32(repr(_name(task)).encode())


def _family(task: Task) -> tuple[str, ...]:
    known_by = (task.family,) if task.family else tuple(sorted(task.columns))
    return (*known_by, task.characteristic, task.kind)


def _marks(task: Task) -> Rows:
    """Return a number for each labelled row that depends on its content only; replicates of a lot share it."""
    if task.groups is not None:
        return np.array([zlib.crc32(str(g).encode()) for g in task.groups], dtype=np.intp)
    rows = np.column_stack([np.nan_to_num(task.support_x, nan=-1e300), task.support_y])
    return np.array([zlib.crc32(row.tobytes()) for row in rows], dtype=np.intp)


def _first(marks: Rows, most: int) -> Rows:
    """Return `most` rows with the smallest marks (in equal parts taught and aside), in their order."""
    held = marks % ONE_IN == 0
    quota = most // ONE_IN
    order = np.argsort(marks, kind="stable")
    out, own = order[held[order]][:quota], order[~held[order]]
    return np.sort(np.concatenate([out, own[: most - len(out)]]))
