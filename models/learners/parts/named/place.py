"""Where a stage's values are moved to, so that they lie where its sisters' do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.base import Array, Limits, Task


@dataclass(frozen=True, slots=True)
class Place:
    """How values of a stage are moved to where its sisters' are: ``scale * y + shift``.

    Parameters
    ----------
    scale : float
        Above 0.
    shift : float

    Examples
    --------
    >>> import numpy as np
    >>> Place(2.0, 1.0).back(Place(2.0, 1.0).moved(np.array([5.0]))).tolist()
    [5.0]
    """

    scale: float = 1.0
    shift: float = 0.0

    @property
    def stays(self) -> bool:
        """Whether nothing is moved."""
        return self.scale == 1.0 and self.shift == 0.0

    def moved(self, y: Array) -> Array:
        """Move values, shape (n,)."""
        return self.scale * y + self.shift

    def back(self, y: Array) -> Array:
        """Undo `moved`."""
        return (y - self.shift) / self.scale

    def task(self, task: Task) -> Task:
        """Return the task with its labels, limits and gauge moved."""
        if self.stays:
            return task
        limits: Limits | None = task.limits
        if limits is not None:
            lower, target, upper = (None if v is None else self.scale * v + self.shift for v in limits)
            limits = (lower, target, upper)
        gauge = None if task.gauge_sd is None else self.scale * task.gauge_sd
        asked = None if task.query_y is None else self.moved(task.query_y)
        return replace(task, support_y=self.moved(task.support_y), limits=limits, gauge_sd=gauge, query_y=asked)


HERE = Place()
"""Nothing is moved."""
