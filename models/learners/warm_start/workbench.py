"""A stage on which recipes are tried: scales, distances and sisters' trees are computed once for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from models.anomaly.knn import squared_distances
from models.base import Array, Task
from models.learners.parts import Rows
from models.learners.parts.boosted import grow
from models.learners.parts.kernels import linear, matern32
from models.learners.parts.regress import regress
from models.learners.parts.scaling import Scaling, scaling
from models.learners.warm_start.recipes import OWN, Recipe

Means = Callable[[int, Array], Array]
"""``means(growth, x)``: what the sisters' trees say of units, shape (n,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A recipe fitted to some labels.

    Parameters
    ----------
    answer : callable
        Units (n, d) -> mean (n,) and scale (n,) of a t; the scale is None where the recipe knows none.
    freedom : float
    """

    answer: Callable[[Array], tuple[Array, Array | None]]
    freedom: float


@dataclass(frozen=True, eq=False)
class Workbench:
    """One stage, its labels in canonical order.

    Parameters
    ----------
    x, y : ndarray, shape (n, d) and (n,)
    units : ndarray, shape (m, d)
        All units of the stage, for the scale.
    guess : float
        Plausible standard deviation inside the stage.
    level, between : float
        Level of the sisters, and how far stages lie from it.
    means : callable or None
        None without sisters.
    offsets : tuple of (float, float)
        For each growth: deviation of a stage from the trees, and what is left inside a stage.
    seed : int
    """

    x: Array
    y: Array
    units: Array
    guess: float
    level: float
    between: float
    means: Means | None
    offsets: tuple[tuple[float, float], ...]
    seed: int
    _spectra: dict[tuple[float, bytes], tuple[Array, Array]] = field(default_factory=dict)

    def spectrum(self, length: float, rows: Rows) -> tuple[Array, Array, Array]:
        """Return the kernel of the labels `rows` with its eigendecomposition, computed once for all noises."""
        whole = self.line if length == 0 else matern32(self.apart, length)
        k, key = whole[np.ix_(rows, rows)], (length, rows.tobytes())
        if key not in self._spectra:
            self._spectra[key] = np.linalg.eigh(k)
        return (k, *self._spectra[key])

    @cached_property
    def scale(self) -> Scaling:
        """Scale of the stage's parameters."""
        return scaling(self.units)

    @cached_property
    def z(self) -> Array:
        """Labelled units, standardized."""
        return self.scale.apply(self.x)

    @cached_property
    def kept(self) -> int:
        """Number of parameters that vary."""
        return max(int((self.scale.spread > 0).sum()), 1)

    @cached_property
    def apart(self) -> Array:
        """Squared distances of labelled units, a parameter."""
        return squared_distances(self.z, self.z) / self.kept

    @cached_property
    def line(self) -> Array:
        """Linear kernel of labelled units."""
        return self.z @ self.z.T / self.kept

    def said(self, growth: int, x: Array) -> Array:
        """What the sisters' trees say of units."""
        return np.zeros(len(x)) if self.means is None else self.means(growth, x)

    @cached_property
    def left(self) -> tuple[Array, ...]:
        """Labels less what the sisters' trees say, for each growth."""
        return tuple(self.y - self.said(growth, self.x) for growth in range(len(self.offsets)))

    def usable(self, recipe: Recipe, labels: int) -> bool:
        """Whether the recipe can be fitted to so many labels of this stage."""
        return labels >= recipe.fewest and (self.means is not None or not recipe.shared)

    def fit(self, recipe: Recipe, rows: Rows) -> Fitted:
        """Fit the labels of `rows`."""
        fits = {
            "mean": _mean,
            "ridge": _kernel,
            "process": _kernel,
            "neighbours": _neighbours,
            "trees": _trees,
            "pooled": _pooled,
            "pooled process": _kernel,
        }
        return fits[recipe.kind](self, recipe, rows)


def _mean(bench: Workbench, _recipe: Recipe, rows: Rows) -> Fitted:
    """Posterior mean of the level under a normal prior with known variances (Gelman et al. 2013, 2.5)."""
    centre = _shrunk(bench.y[rows] - bench.level, bench.between, bench.guess) + bench.level
    return Fitted(lambda x: (np.full(len(x), centre), None), 0.0)


def _pooled(bench: Workbench, recipe: Recipe, rows: Rows) -> Fitted:
    between, inside = bench.offsets[recipe.growth]
    offset = _shrunk(bench.left[recipe.growth][rows], between, inside)
    return Fitted(lambda x: (bench.said(recipe.growth, x) + offset, None), 0.0)


def _shrunk(errors: Array, between: float, inside: float) -> float:
    if not len(errors):
        return 0.0
    if not np.isfinite(between) or not np.isfinite(inside):
        return float(errors.mean())
    precision = 1.0 / max(between, 1e-9) ** 2
    own = len(errors) / max(inside, 1e-9) ** 2
    return float(errors.mean() * own / (own + precision))


def _kernel(bench: Workbench, recipe: Recipe, rows: Rows) -> Fitted:
    k, *spectrum = bench.spectrum(recipe.length, rows)
    y = bench.left[recipe.growth][rows] if recipe.shared else bench.y[rows]
    guess = bench.offsets[recipe.growth][1] if recipe.shared else bench.guess
    fit = regress(k, y, recipe.noise, max(guess, 1e-12), spectrum=(spectrum[0], spectrum[1]))
    z = bench.z[rows]

    def answer(x: Array) -> tuple[Array, Array | None]:
        new = bench.scale.apply(x)
        if recipe.length == 0:
            mean, scale = fit.answer(linear(new, z) * z.shape[1] / bench.kept, (new**2).sum(axis=1) / bench.kept)
        else:
            near = matern32(squared_distances(new, z) / bench.kept, recipe.length)
            mean, scale = fit.answer(near, np.ones(len(x)))
        return (mean + bench.said(recipe.growth, x) if recipe.shared else mean), scale

    return Fitted(answer, fit.freedom)


def _neighbours(bench: Workbench, recipe: Recipe, rows: Rows) -> Fitted:
    z, y = bench.z[rows], bench.y[rows]
    count = min(recipe.count, len(rows))

    def answer(x: Array) -> tuple[Array, Array | None]:
        near = np.argsort(squared_distances(bench.scale.apply(x), z), axis=1, kind="stable")[:, :count]
        return y[near].mean(axis=1), None

    return Fitted(answer, 0.0)


def _trees(bench: Workbench, recipe: Recipe, rows: Rows) -> Fitted:
    rng = np.random.default_rng(bench.seed)
    found = grow(bench.x[rows], bench.y[rows], np.ones(len(rows)), rng, OWN[recipe.growth])
    return Fitted(lambda x: (found.predict(x), None), 0.0)


def canonical(task: Task) -> Rows:
    """Return the labelled rows in an order that does not depend on how they were given."""
    x = np.nan_to_num(task.support_x, nan=np.inf)
    keys = (*x.T, task.support_y)
    return np.lexsort(keys if task.support_t is None else (*keys, task.support_t)).astype(np.intp)
