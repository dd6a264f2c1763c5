"""Charts of one-step forecast errors, for processes whose neighbouring values are alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import NotEnoughData, TaskError
from models.spc.autocorrelation import LEAST, acf
from models.spc.result import ChartLimits
from models.spc.rules import DEFAULT
from models.spc.series import as_series
from models.spc.variables.gaps import Memory, gap_forecast, learn_memory
from models.spc.variables.individuals import IndividualsChart, imr

Method = Literal["ar1", "ewma", "gaps"]
METHODS: Final[frozenset[Method]] = frozenset(get_args(Method))
WORDS: Final[Mapping[Method, str]] = {"ar1": "AR(1)", "ewma": "EWMA", "gaps": "AR(1) in time"}
GRID = np.linspace(0.05, 1.0, 39)


@dataclass(frozen=True, slots=True, eq=False)
class ForecastChart:
    """An individuals chart of forecast errors, and the forecast it stands on.

    Parameters
    ----------
    chart : IndividualsChart
        Of the errors, in the characteristic's unit; of method "gaps" each over `width`.
    forecast : ndarray, shape (n,)
        One step ahead; NaN where there is none.
    method : {"ar1", "ewma", "gaps"}
    coefficient : float
        phi of the AR(1), the smoothing of the EWMA, or the correlation of neighbours at the usual gap.
    limits : ChartLimits
        Ready to be frozen: those of the errors, and in their `basis` the forecast.
    sentence : str
    width : ndarray, shape (n,)
        How wide an error is expected to be after this gap, 1 at the usual one; 1 throughout without times.
    """

    chart: IndividualsChart
    forecast: Array
    method: Method
    coefficient: float
    limits: ChartLimits
    sentence: str
    width: Array


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
    method: Method | None = None,
    coefficient: float | None = None,
    hours: ArrayLike | None = None,
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
    method : {"ar1", "ewma", "gaps"}, optional
        AR(1) for a process that returns to its mean, EWMA for one that wanders; "gaps" for one that returns and is not
        looked at evenly: by default where `hours` are given, else AR(1). A forecast that does not know the gaps errs
        less after minutes than after a day, and limits by its mean error let the latter signal twice as often as they
        promise (simulated heat treatment, gaps of minutes to hours: .0057 of points beyond three sigma, .0028 by gaps).
    coefficient : float, optional
        phi or the smoothing; estimated from the window by default (lag-1 correlation; least squared error).
    hours : array_like, shape (n,), optional
        When each value was made, for "gaps"; rising.
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
        If frozen limits hold no forecast (they are those of another chart), there is no such method, or times are
        wanted and not given.

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
    method = method or ("ar1" if hours is None or coefficient is not None else "gaps")
    if method not in get_args(Method) or not (coefficient is None or np.isfinite(coefficient)):
        raise TaskError(
            f"forecast chart: method {method!r}, coefficient {coefficient} - use 'ar1', 'ewma' or 'gaps', a number"
        )
    basis = _learned(x, hours, method, coefficient, window or slice(None)) if limits is None else _frozen(limits)
    method, used = next((name, basis[name]) for name in METHODS if name in basis)
    forecast, width = _forecast(x, hours, method, basis)
    chart = imr((x - forecast) / width, limits=limits, window=window, rules=rules, breaks=breaks)
    head = f"errors of an {WORDS[method]} forecast with coefficient {used:.2f}"
    state = chart.sentence.split(": ", 1)[1]
    known = replace(chart.limits, basis=tuple(basis.items()))
    return ForecastChart(chart, forecast, method, used, known, f"{head}: {state}", width)


def _learned(
    x: Array, hours: ArrayLike | None, method: Method, coefficient: float | None, window: slice
) -> dict[str, float]:
    """Return the forecast that phase I teaches, as limits keep it."""
    found: dict[str, float]
    if method == "gaps":
        memory = learn_memory(x[window], _given(hours)[window])
        found = {method: memory.coefficient, "share": memory.share, "lasts": memory.lasts, "usual": memory.usual}
    else:
        found = {method: _estimate(x[window], method) if coefficient is None else coefficient}
    return {**found, "mean": float(np.nanmean(x[window]))}


def _frozen(limits: ChartLimits) -> dict[str, float]:
    """Return the forecast that frozen limits stand on."""
    held = dict(limits.basis)
    if "mean" not in held or not METHODS & held.keys():
        raise TaskError("forecast chart: these limits hold no forecast - freeze those of a forecast chart")
    return held


def _forecast(x: Array, hours: ArrayLike | None, method: Method, basis: Mapping[str, float]) -> tuple[Array, Array]:
    if method == "gaps":
        return gap_forecast(x, _given(hours), Memory(basis["share"], basis["lasts"], basis["usual"]), basis["mean"])
    plain = ar_forecast(x, basis["ar1"], basis["mean"]) if method == "ar1" else ewma_forecast(x, basis["ewma"])
    return plain, np.ones(len(x))


def _given(hours: ArrayLike | None) -> Array:
    if hours is None:
        raise TaskError("forecast chart: a forecast over gaps needs the time of each value - give hours")
    return as_series(hours, "hours")


def _estimate(x: Array, method: Method) -> float:
    n = int(np.isfinite(x).sum())
    if n < LEAST:
        raise NotEnoughData(f"forecast chart: {n} values, at least {LEAST} are needed for its coefficient", LEAST)
    if method == "ar1":
        return float(acf(x, 1)[1])
    errors = [np.nanmean((x - ewma_forecast(x, s)) ** 2) for s in GRID]
    return float(GRID[int(np.argmin(errors))])
