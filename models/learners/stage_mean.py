"""Baseline: the mean of the stage's own labels."""

from __future__ import annotations

from models.base import Adapted, Task
from models.learners.parts.levels import from_labels
from models.learners.parts.plain import Plain, levels_for, reference_for, sentence
from models.learners.parts.serving import serve


class StageMean(Plain):
    """Predict the mean of the labels; before the first one, the level of the sisters."""

    name = "stage_mean"

    def adapt(self, task: Task) -> Adapted:
        """Average the labels of `task`."""
        levels = levels_for(self._families, task)
        respond = from_labels(task, levels, task.support_y)
        words = (f"mean of the stage: {sentence(task, levels)}",)
        return serve(task, respond, words, reference_for(self._families, task))
