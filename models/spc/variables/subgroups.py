"""Xbar-R and Xbar-S charts of rational subgroups, whose sizes may differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import NotEnoughData, TaskError
from models.spc.control_chart import ControlChart
from models.spc.result import Chart, ChartLimits, Signal
from models.spc.rules import DEFAULT
from models.spc.series import as_series
from models.spc.shewhart import around, require_order, shewhart
from models.spc.variables.constants import c4, d2, range_limits, sd_limits

FEW = 20
"""AIAG asks for 25 subgroups, Montgomery for 20 to 25, before limits are final."""

Spread = Literal["range", "standard deviation"]
_STATISTIC: dict[Spread, Callable[[Array], float]] = {
    "range": lambda x: float(np.ptp(x)),
    "standard deviation": lambda x: float(x.std(ddof=1)),
}
_MEAN: dict[Spread, Callable[[int], float]] = {"range": d2, "standard deviation": c4}
_LIMITS: dict[Spread, Callable[[int], tuple[float, float]]] = {"range": range_limits, "standard deviation": sd_limits}


def xbar_r(
    subgroups: Sequence[ArrayLike],
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
) -> ControlChart:
    """Chart means and ranges of subgroups; sigma = mean of R / d2.

    Parameters
    ----------
    subgroups : sequence of array_like
        Values of each subgroup, in the order of production. Missing values are left out; a subgroup without values is a
        gap, one of a single value has a mean and no range.
    limits : ChartLimits, optional
        Frozen centre and sigma of single values; without them they are estimated.
    window : slice, optional
        Phase I subgroups; all by default.
    rules : iterable of str
        Of the chart of means. The chart of ranges uses its limits alone: ranges are not symmetric.
    breaks : sequence of int
        Subgroups before which limits, tool or grade changed.

    Returns
    -------
    ControlChart
        Panels "mean" and "range".

    Raises
    ------
    NotEnoughData
        If limits have to be estimated and no two subgroups have two values.
    TaskError
        If frozen limits are out of order.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 6.2 (piston rings); NIST/SEMATECH e-Handbook 6.3.2.1.

    Examples
    --------
    >>> chart = xbar_r([[9, 11], [10, 12], [10, 10], [14, 16]], window=slice(0, 3))
    >>> chart.main.points, round(chart.main.limits.upper, 2), [s.index for s in chart.signals]
    (array([10., 11., 10., 15.]), 12.84, [3])
    """
    return _pair("range", subgroups, limits=limits, window=window, rules=rules, breaks=breaks)


def xbar_s(
    subgroups: Sequence[ArrayLike],
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
) -> ControlChart:
    """Chart means and standard deviations of subgroups; better than ranges from about ten values a subgroup on.

    Sigma is the mean of s / c4, each subgroup with weight c4^2 / (1 - c4^2): the least variable unbiased mean
    (Burr 1969). With equal sizes it is sbar / c4.

    Parameters
    ----------
    subgroups, limits, window, rules, breaks
        As in `xbar_r`.

    Returns
    -------
    ControlChart
        Panels "mean" and "standard deviation".

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 6.3; Burr, Journal of Quality Technology 1 (1969) 163-167.

    Examples
    --------
    >>> chart = xbar_s([[9, 11, 10], [10, 12, 11], [10, 10, 13]])
    >>> round(chart.limits.sigma, 3), chart.stable
    (1.404, True)
    """
    return _pair("standard deviation", subgroups, limits=limits, window=window, rules=rules, breaks=breaks)


def _pair(
    spread: Spread,
    subgroups: Sequence[ArrayLike],
    *,
    limits: ChartLimits | None,
    window: slice | None,
    rules: Iterable[str],
    breaks: Sequence[int],
) -> ControlChart:
    values = [v[np.isfinite(v)] for v in (as_series(g, "subgroup") for g in subgroups)]
    sizes = np.array([len(v) for v in values], dtype=np.int64)
    means = np.array([v.mean() if len(v) else np.nan for v in values])
    spreads = np.array([_STATISTIC[spread](v) if len(v) > 1 else np.nan for v in values])
    if limits is None:
        limits = _estimated(spread, means, spreads, sizes, window or slice(None))
    require_order(limits)
    main = _means(means, sizes, limits, rules, breaks)
    second = _spreads(spread, spreads, sizes, limits)
    positions = np.cumsum([len(np.atleast_1d(np.asarray(g, dtype=object))) for g in subgroups], dtype=np.int64) - 1
    name = "xbar_r" if spread == "range" else "xbar_s"
    return ControlChart(name, (main, second), limits, positions, {"size": _usual(sizes)})


def _usual(sizes: np.ndarray) -> float:
    """The size that most subgroups have."""
    there = sizes[sizes > 0]
    return float(np.bincount(there).argmax()) if there.size else 1.0


def _estimated(spread: Spread, means: Array, spreads: Array, sizes: np.ndarray, window: slice) -> ChartLimits:
    use = np.zeros(len(means), dtype=bool)
    use[window] = True
    mean = use & np.isfinite(means)
    told = use & np.isfinite(spreads)
    if told.sum() < 2:
        raise NotEnoughData("chart of subgroups: at least 2 subgroups of 2 values or more are needed", 4)
    center = float(np.average(means[mean], weights=sizes[mean]))
    single = spreads[told] / np.array([_MEAN[spread](int(n)) for n in sizes[told]])
    sigma = float(np.average(single, weights=[_weight(spread, int(n)) for n in sizes[told]]))
    n = int(told.sum())
    estimator = "average range" if spread == "range" else "average standard deviation"
    return around(center, sigma, n, estimator, _warnings(n, sigma))


def _weight(spread: Spread, n: int) -> float:
    return 1.0 if spread == "range" else c4(n) ** 2 / (1 - c4(n) ** 2)


def _warnings(n: int, sigma: float) -> tuple[str, ...]:
    few = f"limits stand on {n} subgroups: provisional below {FEW}, expect false alarms and misses"
    flat = "no spread inside the subgroups: constant or too coarsely rounded values, every change signals"
    return (few,) * (n < FEW) + (flat,) * (sigma == 0)


def _means(means: Array, sizes: np.ndarray, limits: ChartLimits, rules: Iterable[str], breaks: Sequence[int]) -> Chart:
    sigma = limits.sigma / np.sqrt(np.where(sizes > 0, sizes, np.nan))
    own = around(
        limits.center, limits.sigma / float(np.sqrt(_usual(sizes))), limits.n, limits.estimator, limits.warnings
    )
    return shewhart("mean", means, limits.center, sigma, own, rules=rules, breaks=breaks)


def _spreads(spread: Spread, points: Array, sizes: np.ndarray, limits: ChartLimits) -> Chart:
    usual = max(2, int(_usual(sizes)))
    lower, center, upper = _lines(spread, usual, limits.sigma)
    own = ChartLimits(lower, center, upper, (upper - center) / 3, limits.n, limits.estimator)
    lines = np.array([_lines(spread, int(n), limits.sigma) if n > 1 else (np.nan,) * 3 for n in sizes]).reshape(-1, 3)
    out = np.flatnonzero((points > lines[:, 2]) | (points < lines[:, 0]))
    signals = tuple(
        Signal(
            int(i),
            "beyond",
            f"the {spread} of a subgroup is {'above' if points[i] > lines[i, 2] else 'below'} its limit",
        )
        for i in out
    )
    centers = lines[:, 1] if len(set(sizes[sizes > 1].tolist())) > 1 else None
    return Chart(spread, points, lines[:, 0], lines[:, 2], own, ("beyond",), signals, centers)


def _lines(spread: Spread, n: int, sigma: float) -> tuple[float, float, float]:
    if n > 1000:
        raise TaskError(f"subgroup of {n} values - split it: a chart of subgroups is made for few values at a time")
    center = _MEAN[spread](n) * sigma
    low, high = _LIMITS[spread](n)
    return low * center, center, high * center
