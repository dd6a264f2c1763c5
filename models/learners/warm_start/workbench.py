"""A stage on which recipes are tried: scales, distances and sisters' trees are computed once for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from models.anomaly.knn import squared_distances
from models.base import Array
from models.learners.parts import Rows
from models.learners.parts.boosted import grow
from models.learners.parts.kernels import matern32
from models.learners.parts.regress import regress
from models.learners.parts.scaling import Scaling, scaling
from models.learners.warm_start.answers import Fitted, Flat, Grown, Means, Near, Smooth
from models.learners.warm_start.recipes import OWN, Recipe


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
    means : tuple of Means
        What the sisters' trees of each growth say; empty without sisters.
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
    means: tuple[Means, ...]
    offsets: tuple[tuple[float, float], ...]
    seed: int
    _spectra: dict[tuple[float, bytes], tuple[Array, Array, Array]] = field(default_factory=dict)

    def spectrum(self, length: float, rows: Rows) -> tuple[Array, Array, Array]:
        """Return the kernel of the labels `rows` with its eigendecomposition, computed once for all noises."""
        key = (length, rows.tobytes())
        if key not in self._spectra:
            some = np.ix_(rows, rows)
            k = self.line[some] if length == 0 else matern32(np.sqrt(self.apart[some]), length)
            self._spectra[key] = (k, *np.linalg.eigh(k))
        return self._spectra[key]

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

    def trees(self, recipe: Recipe) -> Means | None:
        """The sisters' trees that a recipe stands on."""
        return self.means[recipe.growth] if recipe.shared else None

    @cached_property
    def left(self) -> tuple[Array, ...]:
        """Labels less what the sisters' trees say, for each growth."""
        return tuple(self.y - said(self.x) for said in self.means)

    def usable(self, recipe: Recipe, labels: int) -> bool:
        """Whether the recipe can be fitted to so many labels of this stage."""
        return labels >= recipe.fewest and (bool(self.means) or not recipe.shared)

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
    return Flat(_shrunk(bench.y[rows] - bench.level, bench.between, bench.guess) + bench.level)


def _pooled(bench: Workbench, recipe: Recipe, rows: Rows) -> Fitted:
    between, inside = bench.offsets[recipe.growth]
    return Grown(bench.trees(recipe), _shrunk(bench.left[recipe.growth][rows], between, inside))


def _shrunk(errors: Array, between: float, inside: float) -> float:
    if not len(errors):
        return 0.0
    if not np.isfinite(between) or not np.isfinite(inside):
        return float(errors.mean())
    precision = 1.0 / max(between, 1e-9) ** 2
    own = len(errors) / max(inside, 1e-9) ** 2
    return float(errors.mean() * own / (own + precision))


def _kernel(bench: Workbench, recipe: Recipe, rows: Rows) -> Fitted:
    k, values, vectors = bench.spectrum(recipe.length, rows)
    y = bench.left[recipe.growth][rows] if recipe.shared else bench.y[rows]
    guess = bench.offsets[recipe.growth][1] if recipe.shared else bench.guess
    fit = regress(k, y, recipe.noise, max(guess, 1e-12), spectrum=(values, vectors))
    return Smooth(fit, bench.z[rows], bench.scale, recipe.length, bench.kept, bench.trees(recipe))


def _neighbours(bench: Workbench, recipe: Recipe, rows: Rows) -> Fitted:
    return Near(bench.z[rows], bench.y[rows], bench.scale, min(recipe.count, len(rows)))


def _trees(bench: Workbench, recipe: Recipe, rows: Rows) -> Fitted:
    rng = np.random.default_rng(bench.seed)
    return Grown(Means(grow(bench.x[rows], bench.y[rows], np.ones(len(rows)), rng, OWN[recipe.growth])), 0.0)
