"""What a chart answers: limits, plotted points, signals. Frozen facts without behaviour of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array


@dataclass(frozen=True, slots=True)
class Signal:
    """A run rule completed at one point.

    Parameters
    ----------
    index : int
        Position of the completing point in the series that was charted.
    rule : str
        Name of the rule, as in `models.spc.RULES`.
    sentence : str
    """

    index: int
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ChartLimits:
    """Control limits, ready to be frozen with a version, an author and a reason.

    Parameters
    ----------
    lower, center, upper : float
        In the unit of the charted statistic.
    sigma : float
        Standard deviation of the statistic while only common causes act.
    n : int
        Points the limits stand on.
    estimator : str
        How sigma was found: "average moving range", "median moving range", "standard deviation", "given".
    excluded : tuple of (int, str)
        Points left out, each with its recorded cause.
    warnings : tuple of str
        What a reader of the chart has to know.
    basis : tuple of (str, float)
        What the plotted statistic is made with besides: method and coefficient of a forecast, the mean of each part.
    """

    lower: float
    center: float
    upper: float
    sigma: float
    n: int
    estimator: str = "given"
    excluded: tuple[tuple[int, str], ...] = ()
    warnings: tuple[str, ...] = ()
    basis: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """One control chart: a plotted statistic with its limits and what it signals.

    Parameters
    ----------
    kind : str
        "individuals", "moving range", "ewma", ...
    points : ndarray, shape (n,)
        The plotted statistic; NaN where there is none.
    lower, upper : ndarray, shape (n,)
        Control limits at each point.
    limits : ChartLimits
        The limits in force (of an EWMA: the asymptotic ones).
    rules : tuple of str
        The rules that were applied.
    signals : tuple of Signal
        Sorted by index.
    centers : ndarray, shape (n,), optional
        The centre line at each point, where it moves with the size of the sample.
    """

    kind: str
    points: Array
    lower: Array
    upper: Array
    limits: ChartLimits
    rules: tuple[str, ...]
    signals: tuple[Signal, ...]
    centers: Array | None = None

    @property
    def stable(self) -> bool:
        """Whether no rule signals."""
        return not self.signals

    @property
    def center_line(self) -> Array:
        """The centre line at each point.

        Examples
        --------
        >>> from models.spc import imr
        >>> imr([10.0, 11.0, 12.0]).individuals.center_line
        array([11., 11., 11.])
        """
        return np.full(len(self.points), self.limits.center) if self.centers is None else self.centers

    @property
    def sentence(self) -> str:
        """The chart in words.

        Examples
        --------
        >>> from models.spc import imr
        >>> imr([10.0, 11.0, 10.0, 12.0, 11.0]).individuals.sentence
        'individuals chart of 5 points: no signal (rules nelson1, nelson2)'
        """
        n = int(np.isfinite(self.points).sum())
        head = f"{self.kind} chart of {n} points: "
        if self.stable:
            return head + f"no signal (rules {', '.join(self.rules)})"
        last, many = self.signals[-1], len(self.signals)
        found = "a signal at" if many == 1 else f"{many} signals, the last at"
        return head + f"{found} point {last.index}: {last.sentence}"
