"""Isolation forest as plain arrays: grown level by level for all trees at once, by numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models.anomaly.scale import Scale
from models.anomaly.units import marks
from models.base import Array

TREES = 64
SAMPLE = 128
DEPTH = 7
EULER = 0.5772156649015329


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """How few random questions set a unit apart from the others (Liu, Ting & Zhou 2008).

    Parameters
    ----------
    scale : Scale
    feature : ndarray of int, shape (T, 127)
        The parameter asked about at each inner node, in the order of a heap; -1 at a leaf.
    threshold : ndarray, shape (T, 127)
    path : ndarray, shape (T, 255)
        Questions to each node, and those that its units would still have taken (`expected_path`).
    usual : float
        Expected path of as many units as one tree saw.
    """

    scale: Scale
    feature: NDArray[np.intp]
    threshold: Array
    path: Array
    usual: float
    name: ClassVar[str] = "forest"

    @classmethod
    def learn(cls, rows: Array, seed: int = 0) -> Self:
        """Grow 64 trees on samples of at most 128 of `rows`, shape (m, d), seven questions deep."""
        scale, rng = Scale.of(rows), np.random.default_rng(seed)
        z = scale.apply(rows[np.argsort(marks(rows), kind="stable")])
        size = min(SAMPLE, len(z))
        chosen = np.argsort(rng.random((TREES, len(z))), axis=1)[:, :size]
        return cls(scale, *_grown(z[chosen], rng), max(float(expected_path(np.array([size]))[0]), 1.0))

    def score(self, x: Array) -> Array:
        """Return ``2 ** (-mean path / usual path)`` of each row of `x`, shape (n, d) (Liu, Ting & Zhou 2008, eq. 2)."""
        z = self.scale.apply(x)
        trees, rows = np.arange(TREES), np.arange(len(z))[:, None]
        node = np.zeros((len(z), TREES), dtype=np.intp)
        done = np.zeros(node.shape, dtype=bool)
        for _ in range(DEPTH):
            inner = np.minimum(node, self.feature.shape[1] - 1)
            asked = self.feature[trees, inner]
            done |= asked < 0
            node = np.where(done, node, 2 * node + 1 + (z[rows, asked] > self.threshold[trees, inner]))
        score: Array = 2.0 ** (-self.path[trees, node].mean(axis=1) / self.usual)
        return score


def expected_path(size: Array) -> Array:
    """Return the mean path of an unsuccessful search in a binary tree of `size` units (Liu, Ting & Zhou 2008, eq. 1).

    Examples
    --------
    >>> expected_path(np.array([1, 2, 256])).round(2).tolist()
    [0.0, 1.0, 10.24]
    """
    n = np.maximum(size.astype(np.float64), 2.0)
    path: Array = np.where(size <= 1, 0.0, np.where(size == 2, 1.0, 2 * (np.log(n - 1) + EULER) - 2 * (n - 1) / n))
    return path


def _grown(z: Array, rng: np.random.Generator) -> tuple[NDArray[np.intp], Array, Array]:
    """Grow a tree on each sample of `z`, shape (T, size, d): a random parameter, cut at random in its range."""
    trees, size = z.shape[:2]
    inner, every = 2**DEPTH - 1, 2 ** (DEPTH + 1) - 1
    feature = np.full((trees, inner), -1, dtype=np.intp)
    threshold, count = np.zeros((trees, inner)), np.zeros((trees, every))
    node, tree = np.zeros((trees, size), dtype=np.intp), np.arange(trees)[:, None]
    open_ = np.ones((trees, size), dtype=bool)
    count[:, 0] = size
    for level in range(DEPTH):
        first, width = 2**level - 1, 2**level
        place = tree * width + np.clip(node - first, 0, width - 1)
        asked = rng.integers(z.shape[2], size=trees * width)
        value = np.take_along_axis(z, asked[place][:, :, None], axis=2)[:, :, 0]
        low, high = _ranges(value[open_], place[open_], trees * width)
        cut = low + rng.random(len(low)) * (high - low)
        real = (count[:, first : first + width] > 1) & (high > low).reshape(trees, width)
        feature[:, first : first + width] = np.where(real, asked.reshape(trees, width), -1)
        threshold[:, first : first + width] = cut.reshape(trees, width)
        open_ = open_ & real.ravel()[place]
        node = np.where(open_, 2 * node + 1 + (value > cut[place]), node)
        np.add.at(count, (np.broadcast_to(tree, node.shape)[open_], node[open_]), 1.0)
    depth = np.floor(np.log2(np.arange(every) + 1.0))
    return feature, threshold, depth + expected_path(count)


def _ranges(value: Array, place: NDArray[np.intp], nodes: int) -> tuple[Array, Array]:
    """Return the range of the values in each node; around a constant one spread, so that a change of it is seen."""
    low, high = np.full(nodes, np.inf), np.full(nodes, -np.inf)
    np.minimum.at(low, place, value)
    np.maximum.at(high, place, value)
    empty, constant = low > high, low == high
    low, high = np.where(constant, low - 1.0, low), np.where(constant, high + 1.0, high)
    return np.where(empty, 0.0, low), np.where(empty, 0.0, high)
