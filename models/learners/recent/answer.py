"""What answers for a stage by its recent labels: both kinds of level, half each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.learners.parts.serving import Answer
from models.learners.recent.stepped import Stepped
from models.learners.recent.wandering import Wandering


@dataclass(frozen=True, slots=True, eq=False)
class Recently:
    """Among the labels the wandering level; from the last one on the average of both, disagreement added to the spread.

    Parameters
    ----------
    wandering : Wandering
    stepped : Stepped
    """

    wandering: Wandering
    stepped: Stepped

    def __call__(self, x: Array, t: Array | None) -> Answer:
        """Answer for units `x`, shape (q, d), at `t`; without times the newest label's time is meant."""
        when = np.full(len(x), self.stepped.last) if t is None else t
        said = self.wandering(x, when)
        after = when >= self.stepped.last
        steps = self.stepped(when[after])
        mean, scale = said.mean.copy(), said.scale.copy()
        mean[after] = (said.mean[after] + steps.mean) / 2
        scale[after] = np.sqrt(
            (said.scale[after] ** 2 + steps.scale**2) / 2 + ((said.mean[after] - steps.mean) / 2) ** 2
        )
        return Answer(mean, scale, said.freedom)
