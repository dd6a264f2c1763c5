"""What every two-sample test answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Distance:
    """A two-sample statistic with its null distribution.

    Parameters
    ----------
    test : str
    statistic, p_value : float
    threshold : float
        Critical value at the `alpha` asked for.
    """

    test: str
    statistic: float
    p_value: float
    threshold: float
