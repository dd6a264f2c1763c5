"""Charts of one-step forecast errors, for processes whose neighbouring values are alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import NotEnoughData, TaskError
from models.spc.autocorrelation import LEAST, acf
from models.spc.result import ChartLimits
from models.spc.rules import DEFAULT
from models.spc.series import as_series
from models.spc.variables.individuals import IndividualsChart, imr

Method = Literal["ar1", "ewma"]
GRID = np.linspace(0.05, 1.0, 39)


@dataclass(frozen=True, slots=True, eq=False)
class ForecastChart:
    """An individuals chart of forecast errors, and the forecast it stands on.

    Parameters
    ----------
    chart : IndividualsChart
        Of the errors, in the characteristic's unit.
    forecast : ndarray, shape (n,)
        One step ahead; NaN where there is none.
    method : {"ar1", "ewma"}
    coefficient : float
        phi of the AR(1), or the smoothing of the EWMA.
    limits : ChartLimits
        Ready to be frozen: those of the errors, and in their `basis` the forecast.
    sentence : str
    """

    chart: IndividualsChart
    forecast: Array
    method: Method
    coefficient: float
    limits: ChartLimits
    sentence: str


def ar_forecast(values: ArrayLike, phi: float, mean: float) -> Array:
    """One-step forecast mean + phi (x_(t-1) - mean); NaN at the first value and after a missing one.

    Examples
    --------
    >>> ar_forecast([2.0, 4.0, 3.0], 0.5, 2.0)
    array([nan,  2.,  3.])
    """
    x = as_series(values)
    return mean + phi * (np.concatenate(([np.nan], x[:-1]))[: len(x)] - mean)


def ewma_forecast(values: ArrayLike, smoothing: float) -> Array:
    """Forecast by the average of everything before, weights falling geometrically; a missing value leaves it as it was.

    Examples
    --------
    >>> ewma_forecast([2.0, 4.0, 3.0], 0.5)
    array([nan,  2.,  3.])
    """
    x = as_series(values)
    forecast = np.full(len(x), np.nan)
    z = np.nan
    for i, value in enumerate(x):
        forecast[i] = z
        if np.isfinite(value):
            z = value if np.isnan(z) else smoothing * value + (1 - smoothing) * z
    return forecast


def forecast_chart(
    values: ArrayLike,
    *,
    method: Method = "ar1",
    coefficient: float | None = None,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
) -> ForecastChart:
    """Chart the errors of a one-step forecast, which are independent where the values are not.

    Parameters
    ----------
    values : array_like, shape (n,)
        In the order of production.
    method : {"ar1", "ewma"}
        AR(1) for a process that returns to its mean, EWMA for one that wanders.
    coefficient : float, optional
        phi or the smoothing; estimated from the window by default (lag-1 correlation; least squared error).
    limits : ChartLimits, optional
        Frozen limits of such a chart: their forecast is used, whatever method and coefficient say.
    window : slice, optional
        Phase I window for coefficient and limits; all points by default.
    rules, breaks
        As in `models.spc.imr`.

    Returns
    -------
    ForecastChart

    Raises
    ------
    NotEnoughData
        If the coefficient has to be estimated from fewer than 20 values.
    TaskError
        If frozen limits hold no forecast (they are those of another chart), or there is no such method.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 10.4 (model-based control charts); Montgomery &
    Mastrangelo, Journal of Quality Technology 23 (1991) 179-193 (the EWMA as an approximate forecast).

    Examples
    --------
    >>> result = forecast_chart([0.0, 1.0, 2.0, 1.0] * 10, coefficient=0.5)
    >>> result.sentence
    'errors of an AR(1) forecast with coefficient 0.50: no signal (rules nelson1, nelson2)'
    """
    x = as_series(values)
    if method not in get_args(Method) or not (coefficient is None or np.isfinite(coefficient)):
        raise TaskError(f"forecast chart: method {method!r}, coefficient {coefficient} - use 'ar1' or 'ewma', a number")
    if limits is None:
        phase_one = x[window or slice(None)]
        used = _estimate(phase_one, method) if coefficient is None else coefficient
        mean = float(np.nanmean(phase_one))
    else:
        method, used, mean = _frozen(limits)
    forecast = ar_forecast(x, used, mean) if method == "ar1" else ewma_forecast(x, used)
    chart = imr(x - forecast, limits=limits, window=window, rules=rules, breaks=breaks)
    head = f"errors of an {'AR(1)' if method == 'ar1' else 'EWMA'} forecast with coefficient {used:.2f}"
    state = chart.sentence.split(": ", 1)[1]
    known = replace(chart.limits, basis=((method, used), ("mean", mean)))
    return ForecastChart(chart, forecast, method, used, known, f"{head}: {state}")


def _frozen(limits: ChartLimits) -> tuple[Method, float, float]:
    """Return method, coefficient and mean of the forecast that frozen limits stand on."""
    held = dict(limits.basis)
    methods: tuple[Method, ...] = ("ar1", "ewma")
    for method in methods:
        if method in held and "mean" in held:
            return method, held[method], held["mean"]
    raise TaskError("forecast chart: these limits hold no forecast - freeze those of a forecast chart")


def _estimate(x: Array, method: Method) -> float:
    n = int(np.isfinite(x).sum())
    if n < LEAST:
        raise NotEnoughData(f"forecast chart: {n} values, at least {LEAST} are needed for its coefficient", LEAST)
    if method == "ar1":
        return float(acf(x, 1)[1])
    errors = [np.nanmean((x - ewma_forecast(x, s)) ** 2) for s in GRID]
    return float(GRID[int(np.argmin(errors))])
