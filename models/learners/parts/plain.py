"""What the plain learners keep of meta-training: the families and their levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.base import Array, Task
from models.errors import StateError
from models.learners.parts.families import Family, Levels, align, group, match, pack, unpack
from models.state import State


def families_of(tasks: Sequence[Task], seed: int) -> tuple[Family, ...]:
    """Return the families among `tasks`."""
    return tuple(family for family, _ in group(tasks, seed))


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


def write(name: str, seed: int, families: Sequence[Family], **settings: Any) -> State:
    """Write the state of a learner that keeps families alone."""
    meta, arrays = pack(families)
    return State({"learner": name, "seed": seed, "settings": settings, "families": meta}, arrays)


def read(name: str, state: State) -> tuple[int, tuple[Family, ...]]:
    """Read what `write` wrote.

    Raises
    ------
    StateError
        If the state is that of another learner or damaged.
    """
    return seed_of(name, state), unpack(state)


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
