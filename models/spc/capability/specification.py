"""The specification a capability is judged against: limits in order, at least one, and what lies beyond."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.base import Array, BoolArray
from models.errors import TaskError
from models.spc.series import MOST


@dataclass(frozen=True, slots=True)
class Specification:
    """What the customer accepts.

    Parameters
    ----------
    lower, target, upper : float or None
        In the characteristic's unit; at least one of the limits.

    Raises
    ------
    TaskError
        If both limits are missing, one is not finite, or they are out of order.

    Examples
    --------
    >>> Specification(8.0, 14.0, 20.0).tolerance
    12.0
    >>> Specification(20.0, None, 8.0)
    Traceback (most recent call last):
        ...
    models.errors.TaskError: capability: specification 20.0 / None / 8.0 - give lower <= target <= upper
    """

    lower: float | None = None
    target: float | None = None
    upper: float | None = None

    def __post_init__(self) -> None:
        """Check that there is a limit, and the order."""
        if self.lower is None and self.upper is None:
            raise TaskError("capability: no specification limit - give lower, upper or both")
        order = [v for v in (self.lower, self.target, self.upper) if v is not None]
        same = self.lower is not None and self.lower == self.upper
        if not all(abs(v) <= MOST for v in order) or order != sorted(order) or same:
            raise TaskError(
                f"capability: specification {self.lower} / {self.target} / {self.upper} - give lower <= target <= upper"
            )

    @property
    def tolerance(self) -> float | None:
        """Upper minus lower limit; None for a one-sided specification."""
        return None if self.lower is None or self.upper is None else self.upper - self.lower

    def outside(self, values: Array) -> BoolArray:
        """Tell which values lie beyond a limit; a value on the limit conforms.

        Examples
        --------
        >>> Specification(upper=2.0).outside(np.array([1.0, 2.0, 3.0]))
        array([False, False,  True])
        """
        beyond: BoolArray = np.zeros(len(values), dtype=bool)
        if self.lower is not None:
            beyond |= values < self.lower
        if self.upper is not None:
            beyond |= values > self.upper
        return beyond

    def expected_ppm(self, below: Callable[[float], float], above: Callable[[float], float]) -> float:
        """Return units per million beyond the limits of a distribution.

        Parameters
        ----------
        below, above : callable
            Probability of a value below, and above, a limit.

        Examples
        --------
        >>> round(Specification(-3.0, None, 3.0).expected_ppm(stats.norm.cdf, stats.norm.sf), 1)
        2699.8
        """
        low = 0.0 if self.lower is None else float(below(self.lower))
        high = 0.0 if self.upper is None else float(above(self.upper))
        return 1e6 * (low + high)


def observed_interval(bad: int, n: int, level: float) -> tuple[float, float]:
    """Interval of a share out of specification, in units per million (Clopper & Pearson, Biometrika 26, 1934).

    Examples
    --------
    >>> low, high = observed_interval(0, 100, 0.90)
    >>> low, round(high)
    (0.0, 29513)
    """
    tail = (1 - level) / 2
    low = 0.0 if bad == 0 else float(stats.beta.ppf(tail, bad, n - bad + 1))
    high = 1.0 if bad == n else float(stats.beta.ppf(1 - tail, bad + 1, n - bad))
    return 1e6 * low, 1e6 * high
