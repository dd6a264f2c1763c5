"""Units through the lens of a stage, and the mixture's kernels between them and the labelled ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.export.answers import Units
from models.export.domain import strangeness
from models.export.graph import Tensor
from models.export.kinds.kernels import exponential, linear, matern32, rbf, squared_distances
from models.export.kinds.networks import outputs, seen
from models.export.kinds.standardized import bent, standardized
from models.learners.prior_mixture.experts import Shape
from models.learners.prior_mixture.gaze import Gaze
from models.learners.prior_mixture.lens import Lens, Seen


def views(lens: Lens, units: Units) -> dict[str, Tensor]:
    """Return the units as each view shows them, shape (n, d), in double precision: `Lens.see`."""
    aligned = units.aligned(lens.columns, lens.wanted)
    plant, stage = standardized(lens.plant, aligned), standardized(lens.stage, aligned)
    if lens.domain is not None:
        strange = bent(strangeness(lens.domain, units.x))
        plant, stage = units.graph.join(plant, strange), units.graph.join(stage, strange)
    shown = {"plant": plant, "stage": stage, "relevant": plant * np.sqrt(lens.relevance)}
    return shown if lens.gaze is None else shown | _gazed(lens.gaze, units)


def _gazed(gaze: Gaze, units: Units) -> dict[str, Tensor]:
    """Return weighed features of the nets, shape (n, M r), and their mean, shape (n, 1): `Gaze.see`."""
    phis = _features(gaze, units)
    parts = [phi * slopes for phi, slopes in zip(phis, gaze.slopes, strict=True)]
    return {"deep": units.graph.join(*parts), "nets": _mean_of(gaze, phis).column()}


def expected(gaze: Gaze, units: Units) -> Tensor:
    """Return the nets' mean alone, shape (n,): `Gaze.expect`."""
    return _mean_of(gaze, _features(gaze, units))


def _features(gaze: Gaze, units: Units) -> list[Tensor]:
    return [out.tanh().to(np.float64) for out in outputs(gaze.body, seen(gaze.inputs, units))]


def _mean_of(gaze: Gaze, phis: list[Tensor]) -> Tensor:
    said = [phi @ centre[:-1] + float(centre[-1]) for phi, centre in zip(phis, gaze.centre, strict=True)]
    total: Tensor = said[0]
    for more in said[1:]:
        total = total + more
    return total * (1.0 / len(said))


class Kernels:
    """Kernels between the units and the labelled ones, in the graph's precision; distances of a view are shared.

    Parameters
    ----------
    units : Units
    lens : Lens
    shown : dict of str to Tensor
        The units as each view shows them.
    labelled : Seen
    """

    def __init__(self, units: Units, lens: Lens, shown: dict[str, Tensor], labelled: Seen) -> None:
        self._units, self._lens, self._labelled = units, lens, labelled
        self._views = {name: view.to(units.graph.real) for name, view in shown.items()}
        self._known: dict[str, Tensor] = {}

    def gram(self, shape: Shape) -> Tensor | None:
        """Return kernel `shape`, shape (n, m), or None for the one that is 0: `Grams.gram`."""
        parts = [] if shape.form == "null" else [self._static(shape)]
        if shape.clock:
            parts.append(exponential(self._once("clock", self._clock), shape.clock))
        return _mean(parts)

    def variance(self, shape: Shape) -> Tensor:
        """Return the prior variance of each unit, shape (n,): `self_variance`."""
        one = self._units.x.full(1.0).to(self._units.graph.real)
        parts = [] if shape.form == "null" else [one]
        if shape.form in {"linear", "both"}:
            slope = self._views[shape.view].square().sum(axis=1) * (1.0 / self._width(shape.view))
            parts = [slope if shape.form == "linear" else (slope + 1.0) * 0.5]
        found = _mean([*parts, one] if shape.clock else parts)
        return one * 0.0 if found is None else found

    def _static(self, shape: Shape) -> Tensor:
        view = shape.view
        if shape.form == "linear":
            return self._linear(view)
        d2 = self._once(view, lambda: squared_distances(self._views[view], self._labelled.views[view]))
        d2 = d2 * (1.0 / self._width(view))
        if shape.form == "matern":
            return matern32(d2, shape.length)
        smooth = rbf(d2, shape.length)
        return smooth if shape.form == "rbf" else (smooth + self._linear(view)) * 0.5

    def _width(self, view: str) -> int:
        return max(int(self._labelled.views[view].shape[1]), 1)

    def _linear(self, view: str) -> Tensor:
        return self._once(f"linear {view}", lambda: linear(self._views[view], self._labelled.views[view]))

    def _clock(self) -> Tensor:
        """Return how far apart in time units and labels are, as a share of the stage's span."""
        lens, clock = self._lens, self._labelled.clock
        now = (self._units.time(lens.start + lens.span) - lens.start) / lens.span
        return (now.column() - np.ravel(clock if clock is not None else [])).abs().to(self._units.graph.real)

    def _once(self, key: str, make: Callable[[], Tensor]) -> Tensor:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]


def _mean(parts: list[Tensor]) -> Tensor | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else (parts[0] + parts[1]) * 0.5
