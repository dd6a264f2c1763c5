"""The units of a stage, in order, and which of them hang together: replicates never stand on two sides of a split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from models.base import Array, Task

Rows = NDArray[np.intp]

FEWEST = 10
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Units without known defects.

    Parameters
    ----------
    rows : ndarray, shape (m, d)
        Oldest first; without times in an order that depends on the values alone.
    group : ndarray of int, shape (m,)
        Units of one shot (equal values, one moment, one replicate group) share a number from 0 on.
    times : ndarray, shape (m,) or None
        Seconds.
    """

    rows: Array
    group: Rows
    times: Array | None

    @classmethod
    def of(
        cls, rows: Array, times: Array | None = None, replicate: Rows | None = None, most: int | None = None
    ) -> Self:
        """Order `rows`, keep a choice of `most` of them, and find those that hang together.

        The choice depends on the values, not on the places: of units that alternate between two cavities both stay.
        """
        mark = marks(rows)
        order = np.argsort(mark, kind="stable")[:most]
        group = together(mark[order], _moments(_at(times, order)), _at(replicate, order))
        if times is not None:
            later = np.argsort(times[order], kind="stable")
            order, group = order[later], group[later]
        return cls(rows[order], group, _at(times, order))

    @classmethod
    def of_task(cls, task: Task, most: int) -> Self:
        """Take the units of `task` that are not known to be nonconforming."""
        kept = np.flatnonzero(task.support_y == 0) if task.kind == "binary" else np.arange(len(task.support_y))
        rows = np.vstack([task.support_x[kept], task.unlabelled_x])
        replicate = None
        if task.groups is not None:
            replicate = np.full(len(rows), -1, dtype=np.intp)
            replicate[: len(kept)] = np.unique(task.groups[kept].astype(str), return_inverse=True)[1]
        return cls.of(rows, _times(task, kept), replicate, most)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def independent(self) -> int:
        """How many units there are, replicates counted once."""
        return int(self.group.max()) + 1 if len(self.group) else 0

    @property
    def weight(self) -> Array:
        """Return what each unit counts among its replicates, shape (m,): one over how many they are."""
        share: Array = 1.0 / np.bincount(self.group)[self.group]
        return share

    def mixed(self, folds: int) -> Rows:
        """Return a fold for each unit, replicates together, whatever the order in time."""
        return self.group % folds

    def blocks(self, folds: int) -> Rows:
        """Return a fold for each unit: stretches of time, one moment on one side."""
        if self.times is None:
            return self.mixed(folds)
        first = np.searchsorted(self.times, self.times, side="left")
        return np.asarray(first * folds // len(self), dtype=np.intp)


def _at(values: NDArray[T] | None, places: Rows) -> NDArray[T] | None:
    return None if values is None else values[places]


def _moments(times: Array | None) -> Array | None:
    """Return `times` unless they are so coarse (days, shifts) that to share one means nothing."""
    return None if times is None or 2 * len(np.unique(times)) < len(times) else times


def _times(task: Task, kept: Rows) -> Array | None:
    """Return the times of the labelled units `kept` and the unlabelled ones; None unless all are known."""
    support = np.zeros(0) if not len(kept) else _at(task.support_t, kept)
    unlabelled = np.zeros(0) if not len(task.unlabelled_x) else task.unlabelled_t
    return None if support is None or unlabelled is None else np.concatenate([support, unlabelled])


def marks(rows: Array) -> Array:
    """Return a number for each row of `rows`, shape (m, d), that depends on its values alone and looks random.

    Equal rows have equal numbers.

    Examples
    --------
    >>> a, b, c = marks(np.array([[1.0, np.nan], [1.0, 2.5], [1.0, np.nan]]))
    >>> bool(a == c), bool(a == b)
    (True, False)
    """
    known = np.isfinite(rows)
    filled = np.where(known, rows, 0.0)
    size = np.abs(filled).sum(axis=0) / np.maximum(np.count_nonzero(known, axis=0), 1)
    bounded = np.tanh(filled / np.maximum(size, 1e-300))
    bounded[~known] = -3.7
    mixing = np.cos(np.arange(1, rows.shape[1] + 1) * 12.9898)
    found: Array = np.sin(bounded @ mixing * 43758.5453).round(9)  # equal rows differ in the last bits of a product
    return found


def together(*labels: Array | Rows | None) -> Rows:
    """Number the units that share a label, directly or through others, in the order in which they come.

    Parameters
    ----------
    *labels : ndarray, shape (m,), or None
        Units with equal labels in one of them hang together; a negative whole number is no label.

    Returns
    -------
    ndarray of int, shape (m,)

    Examples
    --------
    >>> together(np.array([0.1, 0.2, 0.3, 0.1, 0.4]), np.array([-1, 7, 7, -1, -1])).tolist()
    [0, 1, 1, 0, 2]
    """
    known = [label for label in labels if label is not None]
    m = len(known[0])
    ends, size = [], m
    for label in known:
        seen, code = np.unique(label, return_inverse=True)
        if len(seen) == m:
            continue
        real = np.flatnonzero(label >= 0) if label.dtype.kind == "i" else np.arange(m)
        ends.append(np.vstack([real, size + code[real]]))
        size += m
    if not ends:
        return np.arange(m)
    links = np.hstack(ends)
    graph = sparse.coo_matrix((np.ones(links.shape[1], dtype=np.int8), tuple(links)), shape=(size, size))
    group = connected_components(graph, directed=False)[1][:m]
    _, first, place = np.unique(group, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[place.ravel()], dtype=np.intp)
