"""Baseline: the mean of the stage's own labels."""

from __future__ import annotations

from models.base import Adapted, Task
from models.learners.parts.plain import Kin, Plain


class StageMean(Plain):
    """Predict the mean of the labels; before the first one, the level of the sisters."""

    name = "stage_mean"

    def adapt(self, task: Task) -> Adapted:
        """Average the labels of `task`."""
        return Kin.of(self._families, task).by_mean()
