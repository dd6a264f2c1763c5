"""The recipe that a warm start chose: a level, trees, neighbours, a line or a process, with its checked interval."""

from __future__ import annotations

from functools import singledispatch

from models.export.answers import Said, Units, answer, unknown
from models.export.graph import Tensor, looked_up
from models.export.kinds.kernels import linear, matern32, squared_distances
from models.export.kinds.regression import posterior
from models.export.kinds.standardized import standardized
from models.export.kinds.trees import boosted
from models.learners.warm_start.answers import Blend, Chosen, Flat, Grown, Means, Near, Smooth


@answer.register
def _chosen(respond: Chosen, units: Units) -> Said:
    mean, own = fitted(respond.fitted, units)
    if own is None:
        return Said(mean, units.x.full(respond.widened * respond.scale), respond.freedom)
    return Said(mean, own * respond.factor, respond.fitted.freedom)


@singledispatch
def fitted(recipe: object, units: Units) -> tuple[Tensor, Tensor | None]:  # noqa: ARG001 - what is dispatched
    """Translate a fitted recipe: mean, and its own scale if it knows one, shape (n,) in double.

    Raises
    ------
    NotExportable
        If nobody translates this kind.
    """
    raise unknown(recipe, "a recipe", "kinds.warm_start.fitted")


@fitted.register
def _flat(recipe: Flat, units: Units) -> tuple[Tensor, None]:
    return units.x.full(recipe.centre), None


@fitted.register
def _grown(recipe: Grown, units: Units) -> tuple[Tensor, None]:
    return recipe.offset + _means(recipe.means, units), None


@fitted.register
def _blend(recipe: Blend, units: Units) -> tuple[Tensor, None]:
    means = [fitted(part, units)[0] for part in recipe.parts]
    total = means[0] * recipe.weights[0]
    for mean, weight in zip(means[1:], recipe.weights[1:], strict=True):
        total += mean * weight
    return total, None


@fitted.register
def _near(recipe: Near, units: Units) -> tuple[Tensor, None]:
    """Average the labels of the nearest units, which are found in double precision."""
    apart = squared_distances(standardized(recipe.scale, units.x), recipe.z)
    return looked_up(recipe.y, apart.places_of_smallest(recipe.count)).sum(axis=1) / float(recipe.count), None


@fitted.register
def _smooth(recipe: Smooth, units: Units) -> tuple[Tensor, Tensor]:
    z = standardized(recipe.scale, units.x).to(units.graph.real)
    if recipe.length == 0:
        star = linear(z, recipe.z) * (max(recipe.z.shape[1], 1) / recipe.kept)
        own = z.square().sum(axis=1) * (1.0 / recipe.kept)
    else:
        star = matern32(squared_distances(z, recipe.z) * (1.0 / recipe.kept), recipe.length)
        own = units.x.full(1.0).to(units.graph.real)
    said = posterior(recipe.fit, star, own)
    return said.mean + _means(recipe.means, units), said.scale


def _means(means: Means | None, units: Units) -> Tensor:
    """Return what the trees say of the units, 0 where there are none."""
    if means is None:
        return units.x.full(0.0)
    return boosted(means.trees, units.aligned(means.columns, means.wanted))
