"""A run length and how it was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["markov chain", "simulation", "closed form", "integral equation"]


def false_signals(length: float, points: float) -> float:
    """Return how many false signals so many points of a stable process promise: points / length.

    The chart begins anew after each signal, so signals are renewals and their long-run rate is one over the mean time
    between them (elementary renewal theorem).

    Parameters
    ----------
    length : float
        Average run length of the stable process, above 0.
    points : float
        Such as those of a week.

    References
    ----------
    Feller, An Introduction to Probability Theory and Its Applications, vol. 2, 2nd ed. (1971), ch. XI.1; Montgomery,
    Introduction to Statistical Quality Control, 6.2.2 (average time to signal = run length x time between points).

    Examples
    --------
    >>> round(false_signals(216.7, 51), 2)
    0.24
    """
    return points / length


@dataclass(frozen=True, slots=True)
class RunLength:
    """The mean number of points to the first signal.

    Parameters
    ----------
    value : float
    standard_error : float
        0 unless simulated.
    method : {"markov chain", "simulation", "closed form", "integral equation"}
    rules : tuple of str
        The rules, or what else signals.
    shift : float
        Of the mean, in standard deviations of a single value.
    """

    value: float
    standard_error: float
    method: Method
    rules: tuple[str, ...]
    shift: float

    @property
    def false_alarm_rate(self) -> float:
        """Signals for each point, of a process that is as far off as this one."""
        return 1 / self.value if self.value > 0 else 1.0

    @property
    def sentence(self) -> str:
        """The run length in words.

        Examples
        --------
        >>> RunLength(370.398, 0.0, "markov chain", ("we1",), 0.0).sentence
        'a stable process signals every 370.4 points on average (we1)'
        """
        which = "a stable process" if self.shift == 0 else f"a shift of {self.shift:g} sigma"
        every = "every" if self.shift == 0 else "after"
        return f"{which} signals {every} {self.value:.1f} points on average ({', '.join(self.rules)})"
