"""Where a stage's labels stand: on the scale that sisters share, or on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Array
from models.learners.parts.families import Levels

ALIKE_SPREAD = 0.45
ALIKE_LEVEL = 2.5


@dataclass(frozen=True, slots=True)
class Standing:
    """How labels are made comparable between stages.

    Parameters
    ----------
    own : bool
        Whether stages differ so much in level or spread that each is seen on its own scale.
    level, scale : float
        Of the family; what a stage without labels stands on.
    level_worth, scale_worth : float
        How many labels the family's level and spread count as, when a stage is seen on its own scale.
    """

    own: bool
    level: float
    scale: float
    level_worth: float
    scale_worth: float

    @classmethod
    def of(cls, levels: Levels, ys: Sequence[Array], binary: bool) -> Self:
        """Learn from the labels of the sisters; a defect has one scale everywhere."""
        if binary:
            return cls.of_rate(levels.mean)
        sizes = [len(y) for y in ys if len(y) > 2 and np.ptp(y) > 0]
        logs = np.array([np.log(y.std(ddof=1)) for y in ys if len(y) > 2 and np.ptp(y) > 0])
        noise = float(np.mean([0.5 / (n - 1) for n in sizes])) if sizes else 0.0
        apart = float(np.sqrt(max(logs.var(ddof=1) - noise, 0.0))) if len(logs) > 1 else 0.0
        within = max(float(np.exp(logs.mean())) if len(logs) else levels.within, 1e-12)
        alike = apart < ALIKE_SPREAD and levels.between < ALIKE_LEVEL * within
        scale = float(np.hypot(within, levels.between)) if alike else within
        worth = 1.0 / (2.0 * max(apart, 0.1) ** 2)
        return cls(not alike, levels.mean, scale, (within / max(levels.between, 1e-9 * within)) ** 2, worth)

    @classmethod
    def of_rate(cls, rate: float) -> Self:
        """Stand on a share of defects, whatever the few labels of a stage say: defects are sought when labelled."""
        p = min(max(rate, 0.01), 0.99)
        return cls(False, rate, float(np.sqrt(p * (1 - p))), 0.0, 0.0)

    @classmethod
    def stranger(cls) -> Self:
        """Know nothing: a stage stands on its labels alone."""
        return cls(True, 0.0, 1.0, 0.0, 0.0)

    def place(self, y: Array) -> tuple[float, float]:
        """Return level and scale for a stage with labels `y`, shape (n,).

        On its own scale: the level is the labels' mean, the family's counting as `level_worth` labels; the scale is
        their deviation, blended in logarithms with the family's, which counts as `scale_worth` (the sample variance
        of n - 1 degrees of freedom scatters as ``2 / (n - 1)`` in logarithms).

        Examples
        --------
        >>> Standing(False, 5.0, 2.0, 0.0, 0.0).place(np.array([9.0]))
        (5.0, 2.0)
        >>> Standing(True, 5.0, 2.0, 1.0, 4.0).place(np.array([9.0]))
        (7.0, 2.0)
        """
        n = len(y)
        if not self.own or not n:
            return self.level, self.scale
        level = (self.level_worth * self.level + float(y.sum())) / (self.level_worth + n)
        squares = float(((y - y.mean()) ** 2).sum())
        if n < 2 or squares == 0.0:
            return level, self.scale if self.scale_worth else max(abs(level), 1.0) * 1e-3
        worth = self.scale_worth
        blended = (worth * 2 * np.log(self.scale) + (n - 1) * np.log(squares / (n - 1))) / (worth + n - 1)
        return level, float(np.exp(0.5 * blended))
