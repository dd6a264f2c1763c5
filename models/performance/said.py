"""What was said of units, as the estimate of its cost reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from models.base import LEVEL, Array, BoolArray

FARTHEST = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """Predictions of n units of one stage.

    Parameters
    ----------
    lower, upper : ndarray, shape (n,)
        Interval; for a defect both are its probability.
    anomaly : ndarray, shape (n,)
    in_domain : ndarray of bool, shape (n,)
    scale : float
        Standard deviation of the characteristic at the stage; 1 for a defect.
    binary : bool
    level : float
        Probability content of the intervals.
    center : float
        What the stage usually makes: the mean of its labels.
    """

    lower: Array
    upper: Array
    anomaly: Array
    in_domain: BoolArray
    scale: float
    binary: bool = False
    level: float = LEVEL
    center: float = 0.0

    def __len__(self) -> int:
        return len(self.anomaly)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Said:
        """Return the units of `rows`."""
        return replace(
            self,
            lower=self.lower[rows],
            upper=self.upper[rows],
            anomaly=self.anomaly[rows],
            in_domain=self.in_domain[rows],
        )

    def promised(self) -> Array:
        """Return the loss that each prediction promises by itself, in units of the stage's scale.

        Of a normal variable with this interval the mean absolute error, ``sqrt(2 / pi) sd``; of a defect with this
        probability the Brier score ``p (1 - p)``, as confidence-based estimation has it.

        Examples
        --------
        >>> Said(np.array([-1.645]), np.array([1.645]), np.zeros(1), np.ones(1, bool), 1.0).promised().round(3).tolist()
        [0.798]
        """
        if self.binary:
            p = np.clip((self.lower + self.upper) / 2, 0.0, 1.0)
            return np.asarray(p * (1 - p))
        sd = (self.upper - self.lower) / (2 * float(stats.norm.ppf((1 + self.level) / 2)))
        return np.asarray(np.sqrt(2 / np.pi) * sd / self.scale)

    def far(self) -> Array:
        """Return how far each prediction lies from what is usual, in the stage's scale, at most 4; of a defect 0.

        Rare products and operating points are predicted worse than their intervals admit.

        Examples
        --------
        >>> Said(np.array([4.0]), np.array([6.0]), np.zeros(1), np.ones(1, bool), 2.0, center=1.0).far().tolist()
        [2.0]
        """
        if self.binary:
            return np.zeros(len(self))
        return np.asarray(np.clip(np.abs((self.lower + self.upper) / 2 - self.center) / self.scale, 0.0, FARTHEST))
