"""Boosted symmetric trees as plain arrays: fitted and evaluated by numpy alone.

Every level of a tree asks one question of all its leaves (oblivious trees, Prokhorenkova et al. 2018, CatBoost),
so a tree of depth D is D thresholds and 2^D values, and evaluation is a few vectorised comparisons.
Gain and leaf values follow Chen & Guestrin 2016 (XGBoost, eq. 5 and 7) for the squared loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.base import Array

BINS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Boosted:
    """T trees of depth D over d parameters.

    Parameters
    ----------
    base : float
        Mean of the target.
    feature : ndarray of int, shape (T, D)
    threshold : ndarray, shape (T, D)
    value : ndarray, shape (T, 2**D)
        Leaf values, learning rate included.
    """

    base: float
    feature: NDArray[np.int32]
    threshold: Array
    value: Array

    def predict(self, x: Array) -> Array:
        """Return the sum of the trees at the rows of `x`, shape (n, d); a missing value answers no."""
        trees, depth = self.feature.shape
        if not trees:
            return np.full(len(x), self.base)
        columns = np.ascontiguousarray(x.T)
        leaf = np.zeros((trees, len(x)), dtype=np.intp)
        for level in range(depth):
            leaf += (columns[self.feature[:, level]] > self.threshold[:, level, None]) * (1 << level)
        leaf += (np.arange(trees) * self.value.shape[1])[:, None]
        total: Array = self.base + self.value.ravel().take(leaf).sum(axis=0)
        return total


@dataclass(frozen=True, slots=True)
class Growth:
    """Settings of the growth: trees, depth, learning rate, ridge on leaves, shares of rows and parameters a tree."""

    trees: int = 100
    depth: int = 4
    rate: float = 0.1
    ridge: float = 5.0
    rows: float = 0.6
    features: float = 0.6


def grow(x: Array, y: Array, weight: Array, rng: np.random.Generator, growth: Growth | None = None) -> Boosted:
    """Fit boosted trees by least squares.

    Parameters
    ----------
    x : ndarray, shape (n, d)
    y, weight : ndarray, shape (n,)
        Target, and the weight of each row (mean about 1).
    rng : Generator
        Draws the rows and parameters of each tree.
    growth : Growth, optional

    Returns
    -------
    Boosted

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(400, 3))
    >>> trees = grow(x, np.sign(x[:, 1]), np.ones(400), rng)
    >>> bool(np.mean((trees.predict(x) - np.sign(x[:, 1])) ** 2) < 0.05)
    True
    """
    g = growth or Growth()
    base = float(np.average(y, weights=weight)) if len(y) else 0.0
    edges = [_edges(column) for column in x.T]
    usable = np.array([j for j, e in enumerate(edges) if e.size], dtype=np.intp)
    if len(y) < 4 or not usable.size:
        return Boosted(base, np.zeros((0, g.depth), np.int32), np.zeros((0, g.depth)), np.zeros((0, 2**g.depth)))
    codes = np.stack([np.searchsorted(edges[j], x[:, j], side="left") for j in usable], axis=1)
    codes[np.isnan(x[:, usable])] = 0
    grower = _Grower(codes, [edges[j] for j in usable], weight, g, rng)
    found = []
    residual = y - base
    for _ in range(g.trees):
        question, cut, values, leaf = grower.tree(residual)
        residual = residual - values[leaf]
        found.append((usable[question], cut, values))
    feature, threshold, value = (np.stack(part) for part in zip(*found, strict=True))
    return Boosted(base, feature.astype(np.int32), threshold, value)


def _edges(column: Array) -> Array:
    """Return the thresholds between the bins of one parameter: midpoints, at most `BINS` - 1."""
    values = np.unique(column[np.isfinite(column)])
    if len(values) > BINS:
        values = np.unique(np.nanquantile(column, np.linspace(0, 1, BINS)))
    middle: Array = (values[1:] + values[:-1]) / 2
    return middle


@dataclass(slots=True)
class _Grower:
    codes: NDArray[np.intp]
    edges: list[Array]
    weight: Array
    growth: Growth
    rng: np.random.Generator

    def tree(self, residual: Array) -> tuple[NDArray[np.intp], Array, Array, NDArray[np.intp]]:
        """Grow one tree on a sample of rows and parameters; return questions, cuts, leaf values, leaf of each row."""
        n, d = self.codes.shape
        g = self.growth
        rows = self.rng.choice(n, max(4, int(n * g.rows)), replace=False) if n > 40 else np.arange(n)
        some = np.sort(self.rng.choice(d, max(1, round(d * g.features)), replace=False)) if d > 3 else np.arange(d)
        codes, weight = self.codes[np.ix_(rows, some)], self.weight[rows]
        pull = weight * residual[rows]
        leaf = np.zeros(len(rows), dtype=np.intp)
        everywhere = np.zeros(n, dtype=np.intp)
        question, cut = np.zeros(g.depth, dtype=np.intp), np.zeros(g.depth)
        for level in range(g.depth):
            f, b = self._best(codes, leaf, 2**level, pull, weight)
            question[level] = some[f]
            usable = self.edges[some[f]]
            cut[level] = usable[min(b, len(usable) - 1)]
            leaf += (codes[:, f] > b).astype(np.intp) << level
            everywhere += (self.codes[:, some[f]] > b).astype(np.intp) << level
        size = 2**g.depth
        down = np.bincount(leaf, weight, size) + g.ridge
        return question, cut, g.rate * np.bincount(leaf, pull, size) / down, everywhere

    def _best(
        self, codes: NDArray[np.intp], leaf: NDArray[np.intp], leaves: int, pull: Array, weight: Array
    ) -> tuple[int, int]:
        """Return the parameter and bin whose question, asked of all leaves, lowers the loss most."""
        d = codes.shape[1]
        place = codes + (np.arange(d) * BINS) + (leaf * (d * BINS))[:, None]
        flat = place.ravel()
        size = leaves * d * BINS
        shape = (leaves, d, BINS)
        g = np.cumsum(np.bincount(flat, np.repeat(pull, d), size).reshape(shape), axis=2)
        h = np.cumsum(np.bincount(flat, np.repeat(weight, d), size).reshape(shape), axis=2)
        g_all, h_all = g[:, :, -1:], h[:, :, -1:]
        ridge = self.growth.ridge
        gain = (g**2 / (h + ridge) + (g_all - g) ** 2 / (h_all - h + ridge)).sum(axis=0)
        best = int(np.argmax(gain[:, :-1]))
        return best // (BINS - 1), best % (BINS - 1)
