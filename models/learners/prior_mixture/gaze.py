"""What nets that were meta-trained on a family see in a unit: features for the kernels, and a mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.base import Array, Task
from models.learners.parts.deep.ensemble import ensemble
from models.learners.parts.deep.head import HeadRecipe, features, wide
from models.learners.parts.deep.inputs import SisterInputs, plant_scale
from models.learners.parts.deep.nets import Stack, shapes
from models.learners.parts.deep.stages import Prepared
from models.learners.parts.deep.standing import Standing
from models.learners.parts.deep.training import Training
from models.learners.parts.deep.world import World, from_arrays, to_arrays
from models.learners.parts.families import Family

RECIPE = HeadRecipe(Training(steps=200))


@dataclass(frozen=True, slots=True, eq=False)
class Deepened:
    """The nets of one family.

    Parameters
    ----------
    world : World
        With a Bayesian head: net j never saw the stages whose place is j.
    sizes : ndarray, shape (M,)
        Root mean square of each net's weighed features over the family's units.
    """

    world: World
    sizes: Array

    @classmethod
    def of(cls, tasks: Sequence[Task], family: Family, seed: int, device: str) -> Self | None:
        """Meta-train the nets; None for defects, and where too few stages have labels enough."""
        if family.kind == "binary":
            return None
        standing = Standing.of(family.levels, [t.support_y for t in tasks], binary=False)
        plant = plant_scale(tasks, family.columns)
        prepared = [Prepared.sister(t, family.columns, plant, standing) for t in tasks]
        world = ensemble(RECIPE, prepared, plant, standing, seed=seed, device=device)
        if world is None:
            return None
        body, slopes = Stack.of(world.nets), _slopes(world.nets)
        rows = [SisterInputs.of(t, family.columns, plant).see(t.support_x, t.support_t) for t in tasks]
        seen = features(body(np.vstack(rows)))[:, :, :-1] * slopes[:, None, :]
        return cls(world, np.sqrt((seen**2).mean(axis=(1, 2))) + 1e-12)

    def gaze(self, task: Task, family: Family) -> Gaze:
        """Return how the nets that never saw a label of `task`'s stage see its units."""
        nets = self.world.honest(family.stages, task.stage)
        sizes = self.sizes
        if task.stage in family.stages:
            j = int(self.world.place[family.stages.index(task.stage)])
            sizes = sizes[j : j + 1]
        inputs = SisterInputs.of(task, family.columns, self.world.plant)
        return Gaze(inputs, Stack.of(nets), _slopes(nets) / sizes[:, None], wide(nets["centre"]))


@dataclass(frozen=True, slots=True, eq=False)
class Gaze:
    """M nets looking at the units of one stage.

    Parameters
    ----------
    inputs : SisterInputs
    body : Stack
    slopes : ndarray, shape (M, r)
        What each feature counts: the prior standard deviation of its weight, so that features which vary much from
        stage to stage count more; of root mean square one together.
    centre : ndarray, shape (M, r + 1)
        Prior mean of the head, the constant last.
    """

    inputs: SisterInputs
    body: Stack
    slopes: Array
    centre: Array

    def see(self, both: Array, t: Array | None) -> tuple[Array, Array]:
        """Return weighed features, shape (n, M r), and the nets' mean on the standard scale, shape (n, 1).

        Units are given as a lens shows them, on the plant's scale and on the stage's, shape (n, 2 d).
        """
        phi = features(self.body(self.inputs.timed(both, t)))
        seen = phi[:, :, :-1] * self.slopes[:, None, :]
        return np.swapaxes(seen, 0, 1).reshape(len(both), self.slopes.size), self._mean(phi)

    def expect(self, x: Array, t: Array | None) -> Array:
        """Return the nets' mean alone, shape (n,), of units as the stage gives them, shape (n, d)."""
        return self._mean(features(self.body(self.inputs.see(x, t))))[:, 0]

    def _mean(self, phi: Array) -> Array:
        mean: Array = (phi @ self.centre[:, :, None]).sum(axis=0) / len(phi)
        return mean


def _slopes(nets: Mapping[str, NDArray[Any]]) -> Array:
    slopes: Array = np.exp(-0.5 * wide(nets["log_precision"]))[:, :-1]
    return slopes


def pack_nets(deepened: Deepened | None) -> dict[str, NDArray[Any]]:
    """Return the arrays of the nets for a state."""
    if deepened is None:
        return {}
    own = np.array([float(deepened.world.standing.own)])
    return to_arrays(deepened.world) | {"sizes": deepened.sizes, "own": own}


def unpack_nets(arrays: Mapping[str, NDArray[Any]], parameters: int, stages: int) -> Deepened | None:
    """Rebuild what `pack_nets` wrote for a family of so many parameters and stages.

    Raises
    ------
    KeyError, ValueError
        If an array is missing or has the wrong shape.
    """
    if not arrays:
        return None
    template = shapes(RECIPE.net, 2 * parameters + 1)
    world = from_arrays(arrays, template, stages, own=bool(arrays["own"][0]))
    if arrays["sizes"].shape != (len(next(iter(world.nets.values()))),):
        raise ValueError("sizes")
    return Deepened(world, arrays["sizes"])
