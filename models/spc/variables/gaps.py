"""A forecast that knows how long ago the last value was: after minutes it leans on it, after a day hardly any more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import NotEnoughData, TaskError
from models.spc.series import as_series

LEAST = 20
TINY = 1e-6
SHARES = np.linspace(0.05, 1.0, 20)
MEMORIES = np.geomspace(0.3, 30.0, 24)
"""In usual gaps: what is forgotten sooner shows in no pair of neighbours, what lasts longer is another level."""


@dataclass(frozen=True, slots=True)
class Memory:
    """How a process forgets: correlation ``share * exp(-hours / lasts)`` of values so many hours apart.

    Parameters
    ----------
    share : float
        Of the variance that lasts; the rest is new with each value.
    lasts : float
        Hours until a lasting part has fallen to 1 / e.
    usual : float
        Median hours between neighbours, where errors are taken as they are.
    """

    share: float
    lasts: float
    usual: float

    @property
    def coefficient(self) -> float:
        """Correlation of neighbours at the usual distance."""
        return self.share * float(np.exp(-self.usual / self.lasts))


def gap_forecast(values: ArrayLike, hours: ArrayLike, memory: Memory, mean: float) -> tuple[Array, Array]:
    """Return one-step forecasts from all values before, and how wide their errors are at each gap, 1 at the usual one.

    The exact forecast of a continuous first-order process seen through noise of its own at each value (Kalman filter).
    NaN at the first value that is there; a missing one only makes the gap longer.

    Parameters
    ----------
    values, hours : array_like, shape (n,)
        Hours do not fall.
    memory : Memory
    mean : float

    Returns
    -------
    forecast, width : ndarray, shape (n,)

    References
    ----------
    Jones, "Fitting a continuous time autoregression to discrete data", Applied Time Series Analysis II (1981) 651-682;
    Harvey, Forecasting, Structural Time Series Models and the Kalman Filter (1989), 9.1.

    Examples
    --------
    >>> soon, late = (gap_forecast([0.0, 2.0, 1.0], [0, 1, 1 + h], Memory(1.0, 5.0, 1.0), 0.0) for h in (1, 24))
    >>> soon[0].round(2), late[0].round(2), late[1].round(2)
    (array([ nan, 0.  , 1.64]), array([ nan, 0.  , 0.02]), array([1.  , 1.  , 1.74]))
    """
    x = as_series(values)
    steps = _steps(x, as_series(hours, "hours"))
    found, spread = _filtered(x - mean, steps, np.array([memory.share]), np.array([memory.lasts]))
    forecast = mean + found[:, 0]
    there = np.flatnonzero(np.isfinite(x))
    forecast[: there[0] + 1 if len(there) else len(x)] = np.nan
    width = np.sqrt(spread[:, 0] / _usual(memory))
    if len(there):
        width[: there[0] + 1] = 1.0
    return forecast, width


def learn_memory(values: ArrayLike, hours: ArrayLike) -> Memory:
    """Return the memory under which values are likeliest, of a grid of shares and durations.

    Parameters
    ----------
    values, hours : array_like, shape (n,)

    Raises
    ------
    NotEnoughData
        With fewer than 20 values.
    TaskError
        If hours fall.

    References
    ----------
    As `gap_forecast` (likelihood by one-step errors); the scale of the process is taken out of it.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> level = np.repeat(rng.normal(size=30), 10)
    >>> learn_memory(level + 0.3 * rng.normal(size=300), np.arange(300.0)).share > 0.6
    True
    """
    x = as_series(values)
    n = int(np.isfinite(x).sum())
    if n < LEAST:
        raise NotEnoughData(f"forecast chart: {n} values, at least {LEAST} are needed for its memory", LEAST)
    steps = _steps(x, as_series(hours, "hours"))
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 1.0
    shares, lasts = (grid.ravel() for grid in np.meshgrid(SHARES, MEMORIES * usual))
    centred = x - np.nanmean(x)
    found, spread = _filtered(centred, steps, shares, lasts)
    there = np.isfinite(x)
    off = centred[there, None] - found[there]
    doubt = n * np.log(np.mean(off**2 / spread[there], axis=0)) + np.log(spread[there]).sum(axis=0)
    best = int(np.argmin(doubt))
    return Memory(float(shares[best]), float(lasts[best]), usual)


def _steps(x: Array, hours: Array) -> Array:
    """Hours since the value before, 0 at the first."""
    if len(hours) != len(x):
        raise TaskError(f"forecast chart: {len(x)} values and {len(hours)} times - give one for each value")
    steps = np.diff(hours, prepend=hours[:1])
    if not np.isfinite(steps).all() or (steps < 0).any():
        raise TaskError("forecast chart: times are missing or fall - give values in the order of production")
    return steps


def _filtered(centred: Array, steps: Array, shares: Array, lasts: Array) -> tuple[Array, Array]:
    """Forecasts and their variances under several memories, each of shape (n, k), in shares of the variance."""
    level, doubt = np.zeros(len(shares)), shares.copy()
    forecasts, spreads = np.empty((2, len(centred), len(shares)))
    for i, (value, step) in enumerate(zip(centred, steps, strict=True)):
        kept = np.exp(-step / lasts)
        level, doubt = kept * level, kept**2 * doubt + shares * (1 - kept**2)
        forecasts[i], spreads[i] = level, np.maximum(doubt + 1 - shares, TINY)
        if np.isfinite(value):
            gain = doubt / spreads[i]
            level, doubt = level + gain * (value - level), doubt * (1 - gain)
    return forecasts, spreads


def _usual(memory: Memory) -> float:
    """Variance of a forecast's error after many values at the usual distance."""
    steps = np.full(200, memory.usual)
    return float(_filtered(np.zeros(200), steps, np.array([memory.share]), np.array([memory.lasts]))[1][-1, 0])
