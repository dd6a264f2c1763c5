"""How a stage's parameters are looked at: on the plant's scale, the stage's, and by relevance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.anomaly.domain import Domain
from models.base import Array, Kind, Task
from models.learners.parts import Rows
from models.learners.parts.families import align
from models.learners.parts.kernels import exponential, linear, matern32, rbf, squared_distances
from models.learners.parts.scaling import Scaling, bend, stage_scaling
from models.learners.prior_mixture.experts import SHAPES, Shape
from models.learners.prior_mixture.gaze import Gaze

FEWEST = 8
STRANGE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Units through a lens: ``views[name]`` has shape (n, d), `clock` (n, 1) or None."""

    views: dict[str, Array]
    clock: Array | None

    def __len__(self) -> int:
        return len(self.views["plant"])

    def take(self, rows: Rows) -> Seen:
        """Return the units with the places `rows`."""
        return Seen({k: v[rows] for k, v in self.views.items()}, None if self.clock is None else self.clock[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """Scales of one stage.

    Parameters
    ----------
    columns, wanted : tuple of str
        The stage's parameters, and those of its family.
    plant, stage : Scaling
        Over the sisters, and over the units of this stage.
    relevance : ndarray, shape (d,)
        Weight of each parameter, mean 1.
    start, span : float
        First time and length of the stage's history, seconds.
    domain : Domain or None
        For defects: how strange a unit is at its stage counts as `STRANGE` more parameters.
    gaze : Gaze or None
        How nets see the units, where there are any: a view ``"deep"``, and their mean as the view ``"nets"``.
    """

    columns: tuple[str, ...]
    wanted: tuple[str, ...]
    plant: Scaling
    stage: Scaling
    relevance: Array
    start: float
    span: float
    domain: Domain | None
    gaze: Gaze | None = None

    @classmethod
    def of(
        cls,
        task: Task,
        wanted: tuple[str, ...],
        plant: Scaling | None,
        relevance: Array | None,
        gaze: Gaze | None = None,
    ) -> Self:
        """Fit the lens of `task`; `plant` is None for a stranger, which is seen on its own scale alone."""
        few = len(task.support_x) + len(task.unlabelled_x) < FEWEST
        own = plant if plant is not None and few else stage_scaling(task, wanted)
        weights = np.ones(width(wanted, task.kind)) if relevance is None else relevance
        start, span = _history(task)
        domain = Domain.of(task) if task.kind == "binary" else None
        return cls(tuple(task.columns), wanted, plant or own, own, weights, start, span, domain, gaze)

    def see(self, x: Array, t: Array | None) -> Seen:
        """Look at units `x`, shape (n, d), seen at `t`."""
        aligned = align(x, self.columns, self.wanted)
        plant, stage = self.plant.apply(aligned), self.stage.apply(aligned)
        if self.domain is not None:
            strange = bend(self.domain.strangeness(x))
            plant, stage = np.hstack([plant, strange]), np.hstack([stage, strange])
        both = np.hstack([plant, stage])
        views = {"plant": plant, "stage": stage, "both": both, "relevant": plant * np.sqrt(self.relevance)}
        if self.gaze is not None:
            views["deep"], views["nets"] = self.gaze.see(both, t)
        clock = None if t is None or self.span <= 0 else ((t - self.start) / self.span)[:, None]
        return Seen(views, clock)


def width(wanted: Sequence[str], kind: Kind) -> int:
    """Return how many parameters a lens shows: those of the family, and for defects how strange a unit is."""
    return len(wanted) + (STRANGE if kind == "binary" else 0)


def _history(task: Task) -> tuple[float, float]:
    times = [t for t in (task.support_t, task.unlabelled_t) if t is not None and len(t)]
    if not times or task.support_t is None:
        return 0.0, 0.0
    every = np.concatenate(times)
    return float(every.min()), float(np.ptp(every))


@dataclass(slots=True)
class Grams:
    """Kernel matrices between two sets of units; distances are shared by the kernels that look at one view."""

    a: Seen
    b: Seen
    _distances: dict[str, Array]

    @classmethod
    def between(cls, a: Seen, b: Seen) -> Self:
        """Prepare the kernels between `a` (n units) and `b` (m units)."""
        return cls(a, b, {})

    def gram(self, shape: Shape) -> Array:
        """Return the (n, m) matrix of kernel `shape`, of mean variance one."""
        parts = []
        if shape.form != "null":
            parts.append(self._static(shape))
        if shape.clock:
            parts.append(exponential(self._apart("clock"), shape.clock))
        if not parts:
            return np.zeros((len(self.a), len(self.b)))
        return parts[0] if len(parts) == 1 else (parts[0] + parts[1]) / 2

    def _static(self, shape: Shape) -> Array:
        if shape.form == "linear":
            return self._linear(shape.view)
        if shape.form == "matern":
            return matern32(self._apart(shape.view), shape.length)
        smooth = rbf(self._apart(shape.view), shape.length)
        return smooth if shape.form == "rbf" else (smooth + self._linear(shape.view)) / 2

    def _linear(self, view: str) -> Array:
        key = "linear " + view
        if key not in self._distances:
            self._distances[key] = linear(self.a.views[view], self.b.views[view])
        return self._distances[key]

    def _apart(self, view: str) -> Array:
        if view not in self._distances:
            if view == "clock" and self.a.clock is not None and self.b.clock is not None:
                square = squared_distances(self.a.clock, self.b.clock)
            else:
                square = squared_distances(self.a.views[view], self.b.views[view])
                square /= max(self.a.views[view].shape[1], 1)
            self._distances[view] = np.sqrt(square, out=square)
        return self._distances[view]


def self_variance(seen: Seen, shape: Shape) -> Array:
    """Return the prior variance of each unit under kernel `shape`, shape (n,)."""
    flat, sloped = variance_parts(shape)
    return flat + sloped * slope(seen, shape.view) if sloped else np.full(len(seen), flat)


def variance_parts(shape: Shape) -> tuple[float, float]:
    """Return the prior variance under kernel `shape` that all units have, and how much of `slope` comes to it.

    Examples
    --------
    >>> variance_parts(Shape("plant", "matern")), variance_parts(Shape("plant", "both"))
    ((1.0, 0.0), (0.5, 0.5))
    >>> variance_parts(Shape("plant", "linear", clock=0.3)), variance_parts(Shape("none", "null"))
    ((0.5, 0.5), (0.0, 0.0))
    """
    sloped = {"linear": 1.0, "both": 0.5}.get(shape.form, 0.0)
    if shape.form == "null":
        return (1.0, 0.0) if shape.clock else (0.0, 0.0)
    return (1.0 - sloped / 2, sloped / 2) if shape.clock else (1.0 - sloped, sloped)


def slope(seen: Seen, view: str) -> Array:
    """Return the prior variance of each unit under a linear kernel, shape (n,)."""
    z = seen.views[view]
    return np.asarray(np.einsum("ij,ij->i", z, z) / max(z.shape[1], 1))


def usable(seen: Seen) -> list[int]:
    """Return the places of the kernels that can be computed: those with a clock need times, deep ones need nets.

    Examples
    --------
    >>> one = np.zeros((1, 1))
    >>> len(usable(Seen({"plant": one, "stage": one, "relevant": one}, None))) < len(SHAPES)
    True
    """
    return [i for i, shape in enumerate(SHAPES) if _can(shape, seen)]


def _can(shape: Shape, seen: Seen) -> bool:
    return (not shape.clock or seen.clock is not None) and (shape.view != "deep" or "deep" in seen.views)
