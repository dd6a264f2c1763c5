"""What answers once a recipe is fitted: classes with named parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.anomaly.knn import squared_distances
from models.base import Array
from models.learners.parts.boosted import Boosted
from models.learners.parts.families import align
from models.learners.parts.kernels import linear, matern32
from models.learners.parts.regress import Fit
from models.learners.parts.scaling import Scaling
from models.learners.parts.serving import Answer

Said = tuple[Array, Array | None]


class Fitted(Protocol):
    """A recipe fitted to some labels."""

    def answer(self, x: Array) -> Said:
        """Return mean (n,) and scale (n,) of a t for units (n, d); the scale is None where the recipe knows none."""
        ...

    @property
    def freedom(self) -> float:
        """Degrees of freedom of that t; 0 where it knows none."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """Trees, over the parameters `wanted` where they are not the stage's own `columns`."""

    trees: Boosted
    columns: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()

    def __call__(self, x: Array) -> Array:
        """Return what the trees say of units, shape (n,)."""
        return self.trees.predict(align(x, self.columns, self.wanted))


@dataclass(frozen=True, slots=True)
class Flat:
    """One level for all units."""

    centre: float
    freedom: float = 0.0

    def answer(self, x: Array) -> Said:
        """Answer with the level."""
        return np.full(len(x), self.centre), None


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """Trees, moved by an offset."""

    means: Means | None
    offset: float
    freedom: float = 0.0

    def answer(self, x: Array) -> Said:
        """Answer with the trees."""
        return (np.zeros(len(x)) if self.means is None else self.means(x)) + self.offset, None


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Mean label of the nearest of the labelled units `z`, shape (n, d), standardized."""

    z: Array
    y: Array
    scale: Scaling
    count: int
    freedom: float = 0.0

    def answer(self, x: Array) -> Said:
        """Answer with the neighbours."""
        apart = squared_distances(self.scale.apply(x), self.z)
        return self.y[np.argsort(apart, axis=1, kind="stable")[:, : self.count]].mean(axis=1), None


@dataclass(frozen=True, slots=True, eq=False)
class Smooth:
    """A line (length 0) or a Matern 3/2 process over the labelled units `z`, on top of trees where there are any.

    `kept` is the number of parameters that vary: distances and lines are a parameter.
    """

    fit: Fit
    z: Array
    scale: Scaling
    length: float
    kept: int
    means: Means | None

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the posterior."""
        return self.fit.freedom

    def answer(self, x: Array) -> Said:
        """Answer with the posterior."""
        new = self.scale.apply(x)
        if self.length == 0:
            near = linear(new, self.z) * (max(new.shape[1], 1) / self.kept)
            mean, scale = self.fit.answer(near, (new**2).sum(axis=1) / self.kept)
        else:
            near = matern32(np.sqrt(squared_distances(new, self.z) / self.kept), self.length)
            mean, scale = self.fit.answer(near, np.ones(len(x)))
        return (mean if self.means is None else mean + self.means(x)), scale


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """Several fitted recipes, averaged; how sure they are together is left to labels left out."""

    parts: tuple[Fitted, ...]
    weights: tuple[float, ...]
    freedom: float = 0.0

    def answer(self, x: Array) -> Said:
        """Answer with the weighted mean."""
        means = np.array([part.answer(x)[0] for part in self.parts])
        return np.array(self.weights) @ means, None


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """What serves: the recipes with the interval that labels left out and other stages have checked.

    Parameters
    ----------
    fitted : Fitted
    scale, freedom : float
        For a recipe that knows none.
    widened, factor : float
        Widening of that scale, and of one that the recipe knows itself.
    """

    fitted: Fitted
    scale: float
    freedom: float
    widened: float
    factor: float

    def __call__(self, x: Array, _t: Array | None) -> Answer:
        """Answer for units `x`, shape (q, d)."""
        mean, own = self.fitted.answer(x)
        if own is None:
            return Answer(mean, np.full(len(x), self.widened * self.scale), self.freedom)
        return Answer(mean, self.factor * own, self.fitted.freedom)
