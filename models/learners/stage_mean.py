"""Baseline: the mean of the stage's own labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from models.base import Adapted, Task
from models.learners.parts.families import Family
from models.learners.parts.levels import from_labels
from models.learners.parts.plain import families_of, levels_for, read, reference_for, sentence, write
from models.learners.parts.serving import serve
from models.state import State


class StageMean:
    """Predict the mean of the labels; before the first one, the level of the sisters.

    Parameters
    ----------
    seed : int
    device : str
        Accepted for the common signature; this learner computes on the processor.
    """

    name = "stage_mean"

    def __init__(self, seed: int = 0, device: str = "auto", families: tuple[Family, ...] = ()) -> None:
        self.seed, self.device, self._families = seed, device, families

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Learn the levels of each family."""
        return type(self)(self.seed, self.device, families_of(tasks, self.seed))

    def adapt(self, task: Task) -> Adapted:
        """Average the labels of `task`."""
        levels = levels_for(self._families, task)
        respond = from_labels(task, levels, task.support_y)
        words = (f"mean of the stage: {sentence(task, levels)}",)
        return serve(task, respond, words, reference_for(self._families, task))

    def state(self) -> State:
        """Return families and levels."""
        return write(self.name, self.seed, self._families)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed, families = read(cls.name, state)
        return cls(seed, families=families)
