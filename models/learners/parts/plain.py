"""The plain learners: what they keep of meta-training is the families and their levels, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np

from models.base import Array, Task
from models.errors import StateError
from models.learners.parts.families import Family, Levels, align, group, match, pack, unpack
from models.state import State


class Plain:
    """A learner that fits each stage on its own labels and takes from the sisters their levels alone.

    Subclasses name themselves and write `adapt`.

    Parameters
    ----------
    seed : int
    device : str
        Accepted for the common signature; such a learner computes on the processor.
    families : tuple of Family
    """

    name: ClassVar[str]

    def __init__(self, seed: int = 0, device: str = "auto", families: tuple[Family, ...] = ()) -> None:
        self.seed, self.device, self._families = seed, device, families

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Learn the levels of each family, which serve until there are labels."""
        return type(self)(self.seed, self.device, tuple(family for family, _ in group(tasks, self.seed)))

    def state(self) -> State:
        """Return families and levels."""
        meta, arrays = pack(self._families)
        return State({"learner": self.name, "seed": self.seed, "settings": {}, "families": meta}, arrays)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        return cls(seed_of(cls.name, state), families=unpack(state))


def levels_for(families: Sequence[Family], task: Task) -> Levels | None:
    """Return the levels of the task's sisters, or None for a stranger."""
    place = match(families, task)
    return None if place is None else families[place].levels


def reference_for(families: Sequence[Family], task: Task) -> Array | None:
    """Return units of the sisters in the task's columns, or None for a stranger."""
    place = match(families, task)
    if place is None:
        return None
    return align(families[place].reference, families[place].columns, task.columns)


def seed_of(name: str, state: State) -> int:
    """Return the seed in `state` after checking whose state it is and that every array is sound."""
    if state.meta.get("learner") != name:
        raise StateError(f"this is a state of learner {state.meta.get('learner')!r}, not of {name!r}")
    seed = state.meta.get("seed")
    if not isinstance(seed, int):
        raise StateError(f"state of learner {name!r}: seed is {seed!r}, expected a whole number")
    return seed


def sentence(task: Task, levels: Levels | None) -> str:
    """Say how many labels and sisters there are."""
    n = len(np.asarray(task.support_y))
    own = f"{n} label{'s' if n != 1 else ''} of its own"
    if levels is None:
        return f"{own}; unlike any stage learned from, so nothing is carried over"
    return f"{own}; level and spread known from {levels.stages} sister stage{'s' if levels.stages != 1 else ''}"
