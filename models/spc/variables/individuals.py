"""Individuals and moving range chart, and the estimation of its limits in phase I."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import NotEnoughData
from models.spc.result import Chart, ChartLimits, Signal
from models.spc.rules import DEFAULT, run_signals
from models.spc.series import as_series
from models.spc.shewhart import require_order, standardized

D2 = 1.128
"""Mean range of two standard normal values as the tables print it (exactly 2 / sqrt(pi) = 1.12838)."""
D4 = 3.267
"""Upper limit factor of a range of two, as the tables print it."""
MEDIAN_D2 = 0.954
"""Median range of two standard normal values."""
FEW = 100
"""Fewer phase I points than this and limits deserve a warning (Quesenberry 1993 asks for about 300 individuals)."""
MANY_EXCLUDED = 0.1
ROUNDS = 10

Estimator = Literal["average moving range", "median moving range"]


@dataclass(frozen=True, slots=True, eq=False)
class IndividualsChart:
    """The pair of charts for single values."""

    individuals: Chart
    moving_range: Chart

    @property
    def limits(self) -> ChartLimits:
        """Limits of the individuals chart, the ones to freeze."""
        return self.individuals.limits

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Signals of the individuals chart."""
        return self.individuals.signals

    @property
    def stable(self) -> bool:
        """Whether the individuals chart shows no signal."""
        return self.individuals.stable

    @property
    def sentence(self) -> str:
        """The individuals chart in words."""
        return self.individuals.sentence


def moving_ranges(values: ArrayLike, breaks: Sequence[int] = ()) -> Array:
    """Absolute differences of neighbours; NaN at the first point, beside a missing one and across a break.

    Examples
    --------
    >>> moving_ranges([1.0, 3.0, 2.0])
    array([nan,  2.,  1.])
    """
    x = as_series(values)
    ranges = np.abs(np.diff(x, prepend=np.nan))
    ranges[[b for b in breaks if 0 <= b < len(x)]] = np.nan
    return ranges


def estimate_limits(
    values: ArrayLike,
    *,
    causes: Mapping[int, str] | None = None,
    iterate: bool = False,
    estimator: Estimator = "average moving range",
    breaks: Sequence[int] = (),
) -> ChartLimits:
    """Estimate limits from a phase I window.

    Centre = mean; sigma = average moving range / 1.128 (or median moving range / 0.954); limits = centre -+ 3 sigma.

    Parameters
    ----------
    values : array_like, shape (n,)
        In the characteristic's unit, in the order of production.
    causes : mapping of int to str, optional
        Points to leave out, each with its recorded cause.
    iterate : bool
        Leave out points beyond the trial limits and estimate again until none is; the round is recorded as the
        cause. Without it only `causes` are left out.
    estimator : {"average moving range", "median moving range"}
        The median resists single steps and outliers.
    breaks : sequence of int
        Where a new segment begins; no moving range reaches across.

    Returns
    -------
    ChartLimits
        With warnings when points are few, many were left out, or all are equal.

    Raises
    ------
    NotEnoughData
        With fewer than two neighbouring values.

    References
    ----------
    NIST/SEMATECH e-Handbook 6.3.2.2; Montgomery, Introduction to Statistical Quality Control, ch. 6.

    Examples
    --------
    >>> limits = estimate_limits([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1])
    >>> round(limits.lower, 4), round(limits.center, 2), round(limits.upper, 4)
    (45.8159, 50.81, 55.8041)
    """
    x = as_series(values)
    excluded = dict(sorted((causes or {}).items()))
    x[[i for i in excluded if 0 <= i < len(x)]] = np.nan
    center, sigma = _center_sigma(x, estimator, breaks)
    for number in range(1, ROUNDS + 1 if iterate else 1):
        out = np.flatnonzero(np.abs(x - center) > 3 * sigma)
        if not out.size or sigma == 0:
            break
        excluded |= {int(i): f"beyond the trial limits of round {number}" for i in out}
        x[out] = np.nan
        center, sigma = _center_sigma(x, estimator, breaks)
    n = int(np.isfinite(x).sum())
    return ChartLimits(
        center - 3 * sigma,
        center,
        center + 3 * sigma,
        sigma,
        n,
        estimator,
        tuple(sorted(excluded.items())),
        _warnings(n, len(excluded), sigma),
    )


def _center_sigma(x: Array, estimator: Estimator, breaks: Sequence[int]) -> tuple[float, float]:
    ranges = moving_ranges(x, breaks)
    ranges = ranges[np.isfinite(ranges)]
    if not ranges.size:
        raise NotEnoughData("individuals chart: no two neighbouring values - at least 2 in a row are needed", 2)
    sigma = ranges.mean() / D2 if estimator == "average moving range" else np.median(ranges) / MEDIAN_D2
    return float(np.nanmean(x)), float(sigma)


def _warnings(n: int, left_out: int, sigma: float) -> tuple[str, ...]:
    found = []
    if n < FEW:
        found.append(f"limits stand on {n} points: provisional below {FEW}, expect false alarms and misses")
    if left_out > MANY_EXCLUDED * (n + left_out):
        found.append(f"{left_out} of {n + left_out} points left out: the process was not stable, limits say little")
    if sigma == 0:
        found.append("the moving range is zero: constant or too coarsely rounded values, every change signals")
    return tuple(found)


def imr(
    values: ArrayLike,
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
    iterate: bool = False,
    estimator: Estimator = "average moving range",
) -> IndividualsChart:
    """Chart single values and their moving ranges.

    Parameters
    ----------
    values : array_like, shape (n,)
        Measurements, predictions or residuals of one kind, in the order of production.
    limits : ChartLimits, optional
        Frozen limits; without them they are estimated.
    window : slice, optional
        Phase I window the limits are estimated from; all points by default.
    rules : iterable of str
        Run rules of the individuals chart; the moving range chart uses its limits alone, for neighbouring
        ranges share a point and patterns in them mean little.
    breaks : sequence of int
        Where limits, tool or grade changed.
    iterate, estimator
        As in `estimate_limits`.

    Returns
    -------
    IndividualsChart

    Raises
    ------
    NotEnoughData
        When limits have to be estimated and there are no two neighbouring values.
    TaskError
        If frozen limits are out of order.

    Examples
    --------
    >>> chart = imr([10, 11, 10, 12, 11, 10, 25], window=slice(0, 6))
    >>> [(s.index, s.rule) for s in chart.signals]
    [(6, 'nelson1')]
    """
    x = as_series(values)
    if limits is None:
        start = (window or slice(None)).indices(len(x))[0]
        shifted = [b - start for b in breaks]
        phase_one = x[window or slice(None)]
        limits = estimate_limits(phase_one, iterate=iterate, estimator=estimator, breaks=shifted)
    require_order(limits)
    names, flat = tuple(rules), np.ones(len(x))
    signals = run_signals(standardized(x, limits.center, limits.sigma), names, breaks)
    individuals = Chart("individuals", x, limits.lower * flat, limits.upper * flat, limits, names, signals)
    return IndividualsChart(individuals, _range_chart(moving_ranges(x, breaks), limits))


def _range_chart(ranges: Array, limits: ChartLimits) -> Chart:
    center = D2 * limits.sigma
    upper = D4 * center
    own = ChartLimits(0.0, center, upper, (upper - center) / 3, limits.n, limits.estimator)
    sentence = "two neighbours differ by more than the limit of the moving range"
    signals = tuple(Signal(int(i), "beyond", sentence) for i in np.flatnonzero(ranges > upper))
    return Chart("moving range", ranges, np.zeros(len(ranges)), np.full(len(ranges), upper), own, ("beyond",), signals)
