"""Baseline: the last label of the stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from models.base import Adapted, Array, Task
from models.learners.parts.families import Family
from models.learners.parts.levels import Constant, from_labels
from models.learners.parts.plain import families_of, levels_for, read, reference_for, sentence, write
from models.learners.parts.serving import serve
from models.state import State


class LastValue:
    """Predict the newest label; without times, the mean of the labels.

    Parameters
    ----------
    seed : int
    device : str
        Accepted for the common signature; this learner computes on the processor.
    """

    name = "last_value"

    def __init__(self, seed: int = 0, device: str = "auto", families: tuple[Family, ...] = ()) -> None:
        self.seed, self.device, self._families = seed, device, families

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Learn the levels of each family."""
        return type(self)(self.seed, self.device, families_of(tasks, self.seed))

    def adapt(self, task: Task) -> Adapted:
        """Take the newest label of `task`; its interval is that of two labels apart."""
        levels = levels_for(self._families, task)
        base = from_labels(task, levels, task.support_y)
        times = task.support_t
        if isinstance(base, Constant) and times is not None and len(times):
            base = Constant(newest(task.support_y, times), base.scale * 2.0**0.5, base.freedom)
        words = (f"last label of the stage: {sentence(task, levels)}",)
        return serve(task, base, words, reference_for(self._families, task))

    def state(self) -> State:
        """Return families and levels."""
        return write(self.name, self.seed, self._families)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed, families = read(cls.name, state)
        return cls(seed, families=families)


def newest(y: Array, times: Array) -> float:
    """Return the mean of the labels with the latest time.

    Examples
    --------
    >>> import numpy as np
    >>> newest(np.array([1.0, 2.0, 4.0]), np.array([0.0, 5.0, 5.0]))
    3.0
    """
    return float(y[times == times.max()].mean())
