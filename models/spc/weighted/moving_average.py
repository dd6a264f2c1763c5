"""Moving average chart: each point the mean of the last few values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import TaskError
from models.spc.control_chart import ControlChart
from models.spc.result import Chart, ChartLimits, Signal
from models.spc.series import as_series
from models.spc.shewhart import WIDTH, around, require_order
from models.spc.variables.individuals import estimate_limits

SPAN, LONGEST = 5, 1000


def moving_average(
    values: ArrayLike,
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    span: int = SPAN,
    breaks: Sequence[int] = (),
) -> ControlChart:
    """Chart the mean of the last `span` values against centre -+ 3 sigma / sqrt(number of values in the mean).

    Parameters
    ----------
    values : array_like, shape (n,)
        In the order of production. A missing value plots no point and is not counted.
    limits : ChartLimits, optional
        Frozen centre and sigma of single values.
    window : slice, optional
        Phase I points; all by default.
    span : int
        Values in a mean; until there are as many, limits are wider.
    breaks : sequence of int
        Where the mean starts anew.

    Returns
    -------
    ControlChart

    Raises
    ------
    TaskError
        If `span` is below 1, above 1000 or no whole number.
    NotEnoughData
        If limits have to be estimated from fewer than two neighbouring values.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 9.3.

    Examples
    --------
    >>> frozen = ChartLimits(7.0, 10.0, 13.0, 1.0, 30)
    >>> chart = moving_average([10, 11, 12, 13], limits=frozen, span=2)
    >>> chart.main.points, chart.main.upper.round(2), [s.index for s in chart.signals]
    (array([10. , 10.5, 11.5, 12.5]), array([13.  , 12.12, 12.12, 12.12]), [3])
    """
    x = as_series(values)
    if not 1 <= span <= LONGEST or span != int(span):
        raise TaskError(f"moving average: span {span} - use a whole number, at least 1, at most {LONGEST}")
    base = limits or estimate_limits(x[window or slice(None)])
    require_order(base)
    points, counts = _means(x, int(span), set(breaks))
    half = WIDTH * base.sigma / np.sqrt(np.where(counts > 0, counts, np.nan))
    out = np.flatnonzero(np.abs(points - base.center) > half)
    told = [f"mean of {int(counts[i])} values {points[i]:.4g} beyond {base.center:.4g} -+ {half[i]:.4g}" for i in out]
    signals = tuple(Signal(int(i), "beyond", sentence) for i, sentence in zip(out, told, strict=True))
    own = around(base.center, base.sigma / float(np.sqrt(span)), base.n, base.estimator)
    chart = Chart("moving average", points, base.center - half, base.center + half, own, ("beyond",), signals)
    return ControlChart("moving_average", (chart,), base, np.arange(len(x)), {"span": span})


def _means(x: Array, span: int, breaks: set[int]) -> tuple[Array, Array]:
    points, counts = np.full(len(x), np.nan), np.zeros(len(x))
    last: list[float] = []
    for i, value in enumerate(x):
        last = [] if i in breaks else last
        if np.isfinite(value):
            last = [*last[max(0, len(last) - span + 1) :], float(value)]
            points[i] = np.mean(last)
        counts[i] = len(last)
    return points, counts
