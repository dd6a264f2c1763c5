"""From an adapted stage to the outputs of the graph: a served answer with its interval, a portfolio's blend."""

from __future__ import annotations

from functools import singledispatch

import numpy as np

from models.anomaly.domain import Domain
from models.base import Kind
from models.errors import NotExportable
from models.export.answers import Units, answer, unknown
from models.export.graph import Tensor
from models.learners.parts.horizons import SOON
from models.learners.parts.named import Place
from models.learners.parts.serving import Served, t_quantile
from models.learners.portfolio.blend import TINY, Blend
from models.learners.portfolio.hedge import SUREST, Levelled

Band = tuple[Tensor, Tensor, Tensor]
NORMAL = 1e9


@singledispatch
def band(model: object, units: Units, level: float) -> Band:  # noqa: ARG001 - the signature that is dispatched
    """Translate an adapted stage to mean, lower and upper, shape (n,); others register with ``@band.register``.

    Raises
    ------
    NotExportable
        If nobody registered a translation for this kind.
    """
    raise unknown(model, "an adapted stage", "band")


@singledispatch
def domain_of(model: object) -> Domain:
    """Return the domain of validity by which an adapted stage judges; others register theirs."""
    raise unknown(model, "the domain of an adapted stage", "domain_of")


@domain_of.register
def _served_domain(model: Served) -> Domain:
    return model.domain


@domain_of.register
def _blend_domain(model: Blend) -> Domain:
    return domain_of(model.parts[0])


@band.register
def _served(model: Served, units: Units, level: float) -> Band:
    if not model.known:
        raise NotExportable("nothing is known of this stage, by label or by sister - measure some units first")
    said = answer(model.respond, units)
    half = said.scale * t_quantile(level, said.freedom)
    return _ends(said.mean, half, model.gauge_sd, level, model.kind)


@band.register
def _blend(model: Blend, units: Units, level: float) -> Band:
    share = _shares(model, units)
    weights, factor = share @ model.weights, share @ model.factors
    mean, square, odds = (units.x.full(0.0) for _ in range(3))
    defect = model.task.kind == "binary"
    for i, part in enumerate(model.parts):
        if (model.weights[:, i] <= TINY).all():
            continue
        middle, lower, upper = band(part, units, level)
        weight = weights.take(i, axis=1)
        mean = mean + weight * middle
        if defect:
            odds = odds + weight * _odds(middle)
        square = square + weight * (((upper - lower) * 0.5).square() + middle.square())
    half = factor * (square - mean.square()).at_least(0.0).sqrt()
    ends = _ends(mean, half, model.task.gauge_sd or 0.0, level, model.task.kind)
    if defect:
        return _around(odds.sigmoid(), *ends[1:])
    middle, lower, upper = ends if model.place.stays else (_back(model.place, end) for end in ends)
    return middle, lower, upper


def _back(place: Place, value: Tensor) -> Tensor:
    return (value - place.shift) * (1.0 / place.scale)


@band.register
def _levelled(model: Levelled, units: Units, level: float) -> Band:
    mean, lower, upper = band(model.part, units, level)
    moved = (_odds(mean) + model.shift).sigmoid()
    by = moved - mean
    lower, upper = (lower + by).clip(0.0, 1.0), (upper + by).clip(0.0, 1.0)
    return _around(moved, lower, upper)


def _odds(mean: Tensor) -> Tensor:
    sure = mean.clip(SUREST, 1.0 - SUREST)
    return (sure / (1.0 - sure)).log()


def _around(mean: Tensor, lower: Tensor, upper: Tensor) -> Band:
    """Return the interval, stretched to hold the mean."""
    graph = mean.graph
    return mean, graph.where(lower > mean, mean, lower), graph.where(upper < mean, mean, upper)


def _ends(mean: Tensor, half: Tensor, gauge_sd: float, level: float, kind: Kind) -> Band:
    """Return the interval: never narrower than the gauge allows, and for a defect within 0..1."""
    half = half.at_least(gauge_sd * t_quantile(level, NORMAL))
    ends = (mean, mean - half, mean + half)
    return ends if kind == "continuous" else tuple(v.clip(0.0, 1.0) for v in ends)  # type: ignore[return-value]  # three


def _shares(model: Blend, units: Units) -> Tensor:
    """Return how much of each horizon applies, shape (n, 3), or (1, 3) where time says nothing: `horizons.shares`."""
    times = model.task.support_t
    if times is None or len(times) < 2 or np.ptp(times) <= 0:
        return units.graph.const([[1.0, 0.0, 0.0]])
    step = float(np.ptp(times)) / (len(times) - 1)
    last = float(times.max())
    ahead = ((units.time(last) - last) / step).at_least(0.0)
    after, later = ahead.clip(0.0, 1.0), ((ahead - SOON) / SOON).clip(0.0, 1.0)
    return units.graph.columns(1.0 - after, after - later, later)
