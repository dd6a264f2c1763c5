"""What one ensemble learned: nets with the stages each never saw, scales, standing, widening; and its arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import Array
from models.learners.parts import Rows
from models.learners.parts.deep.standing import Standing
from models.learners.parts.scaling import Scaling

SHOTS = np.array([0, 5, 10, 20, 50])
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """What is learned on one family, or, on the common basis, on all stages together.

    Parameters
    ----------
    nets : mapping of str to ndarray, each of shape (M, ...), float32
        Net j never saw the stages whose place is j; the last one saw all.
    place : ndarray of int, shape (stages,)
    plant : Scaling
    standing : Standing
    factors : ndarray, shape (5,)
        Widening of the intervals at each number of labels in `SHOTS`, from stages the nets never saw.
    """

    nets: Arrays
    place: Rows
    plant: Scaling
    standing: Standing
    factors: Array

    def honest(self, stages: tuple[str, ...], stage: str) -> Arrays:
        """Return the nets that may answer for `stage`: all, or the one that never saw it."""
        if stage not in stages:
            return self.nets
        j = int(self.place[stages.index(stage)])
        return self.alone(j)

    def alone(self, j: int) -> Arrays:
        """Return net `j` as a stack of one."""
        return {name: value[j : j + 1] for name, value in self.nets.items()}

    def factor(self, n: int) -> float:
        """Return the widening at `n` labels."""
        return float(np.interp(np.log1p(n), np.log1p(SHOTS), self.factors))


def to_arrays(world: World) -> dict[str, NDArray[Any]]:
    """Return the arrays of `world` for a state."""
    s = world.standing
    out: dict[str, NDArray[Any]] = {f"net/{name}": value for name, value in world.nets.items()}
    out |= {"place": world.place.astype(np.float64), "factors": world.factors}
    out |= {"plant/centre": world.plant.centre, "plant/spread": world.plant.spread}
    return out | {"standing": np.array([s.level, s.scale, s.level_worth, s.scale_worth])}


def from_arrays(arrays: Arrays, template: Mapping[str, tuple[int, ...]], stages: int | None, *, own: bool) -> World:
    """Rebuild what `to_arrays` wrote.

    Parameters
    ----------
    arrays : mapping of str to ndarray
    template : mapping of str to tuple of int
        Names and shapes of one net's arrays.
    stages : int or None
        Stages of the family; None where it does not matter.
    own : bool
        Whether stages are seen on their own scale.

    Raises
    ------
    KeyError, ValueError
        If an array is missing or has the wrong shape.
    """
    level, scale, level_worth, scale_worth = (float(v) for v in arrays["standing"])
    found = World(
        {name[4:]: value for name, value in arrays.items() if name.startswith("net/")},
        arrays["place"].astype(np.intp),
        Scaling(arrays["plant/centre"], arrays["plant/spread"]),
        Standing(own, level, scale, level_worth, scale_worth),
        arrays["factors"],
    )
    shapes = {name: value.shape[1:] for name, value in found.nets.items()}
    counts = {len(value) for value in found.nets.values()}
    if shapes != dict(template) or len(counts) != 1 or found.factors.shape != SHOTS.shape:
        raise ValueError("nets")
    if stages not in {None, len(found.place)} or (found.place >= counts.pop()).any():
        raise ValueError("place")
    return found
