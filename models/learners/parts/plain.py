"""The plain learners: what they keep of meta-training is the families and their levels, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models.base import Adapted, Array, Task
from models.errors import StateError
from models.learners.parts.families import Family, Levels, align, group, match, pack, unpack
from models.learners.parts.levels import from_labels, spread_guess
from models.learners.parts.serving import Respond, serve
from models.state import State
from models.transfer import Transfer
from models.words import counted

#: From so many times the spread of their units on, the levels of sisters say little of the level of a new one.
APART = 2.0


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


@dataclass(frozen=True, slots=True, eq=False)
class Kin:
    """A task and what is known of its sisters.

    Parameters
    ----------
    task : Task
    place : int or None
        Of its family among the learner's families; None for a stranger.
    family : Family or None
    """

    task: Task
    place: int | None
    family: Family | None

    @classmethod
    def of(cls, families: Sequence[Family], task: Task) -> Self:
        """Find the family of `task`."""
        place = match(families, task)
        return cls(task, place, None if place is None else families[place])

    @property
    def levels(self) -> Levels | None:
        """Levels of the sisters."""
        return None if self.family is None else self.family.levels

    @property
    def reference(self) -> Array | None:
        """Units of the sisters in the task's columns."""
        return None if self.family is None else align(self.family.reference, self.family.columns, self.task.columns)

    def answered(self, respond: Respond, title: str, *more: str, note: str = "", carried: float = 0.0) -> Adapted:
        """Serve `respond`; the first sentence is the title with labels and sisters (and a note), then come `more`.

        `carried` is the share of the model that was learned at the sisters; without a label that is all of it.
        """
        first = f"{title}: {sentence(self.task, self.levels)}{note}"
        known = self.family is not None or len(self.task.support_y) > 0
        return serve(self.task, respond, (first, *more), self.reference, self._taken(carried), known=known)

    def _taken(self, carried: float) -> Transfer:
        labels = len(self.task.support_y)
        stages = [s for s in self.family.stages if s != self.task.stage] if self.family else []
        return Transfer.even(labels, carried if labels else 1.0, stages)

    def by_mean(self) -> Adapted:
        """Serve the mean of the stage, or the level of the sisters while there is no label."""
        return self.answered(from_labels(self.task, self.levels, self.task.support_y), "mean of the stage")


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
    own = f"{counted(len(task.support_y), 'label')} of its own"
    if levels is None and not len(task.support_y):
        limited = task.kind == "continuous" and np.isfinite(spread_guess(task, None))
        stands_in = "; its specification stands in" if limited else ""
        return f"no label of its own and unlike any stage learned from, so the value is not known{stands_in}"
    if levels is None:
        return f"{own}; unlike any stage learned from, so nothing is carried over"
    known = f"{own}; level and spread known from {counted(levels.stages, 'sister stage')}"
    if len(task.support_y) or task.kind == "binary" or levels.between < APART * levels.within:
        return known
    apart = levels.between / max(levels.within, 1e-12)
    return (
        f"{known}, whose levels lie {apart:.0f} times farther apart than their units: its own is a guess until labelled"
    )
