"""Baseline: the last label of the stage."""

from __future__ import annotations

from models.base import Adapted, Array, Task
from models.learners.parts.levels import Constant, from_labels
from models.learners.parts.plain import Plain, levels_for, reference_for, sentence
from models.learners.parts.serving import serve


class LastValue(Plain):
    """Predict the newest label; without times, the mean of the labels."""

    name = "last_value"

    def adapt(self, task: Task) -> Adapted:
        """Take the newest label of `task`; its interval is that of two labels apart."""
        levels = levels_for(self._families, task)
        base = from_labels(task, levels, task.support_y)
        times = task.support_t
        if isinstance(base, Constant) and times is not None and len(times):
            base = Constant(newest(task.support_y, times), base.scale * 2.0**0.5, base.freedom)
        words = (f"last label of the stage: {sentence(task, levels)}",)
        return serve(task, base, words, reference_for(self._families, task))


def newest(y: Array, times: Array) -> float:
    """Return the mean of the labels with the latest time.

    Examples
    --------
    >>> import numpy as np
    >>> newest(np.array([1.0, 2.0, 4.0]), np.array([0.0, 5.0, 5.0]))
    3.0
    """
    return float(y[times == times.max()].mean())
