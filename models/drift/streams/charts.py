"""EWMA and CUSUM of standardized residuals with a limit that gives the run length asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from models.base import Array
from models.errors import TaskError
from models.spc.lengths.weighted import cusum_run_length, ewma_run_length
from models.spc.series import as_series

RUN_LENGTH = 500.0
SMOOTHING = 0.1
ALLOWANCE = 0.5
SHORTEST = 20.0
LEAST_LIMIT = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class StreamChart:
    """A stream against its limit.

    Parameters
    ----------
    test : str
    path : ndarray, shape (n,)
        What is compared with the limit, never negative; a missing value keeps the level of before.
    limit : float
    run_length : float
        Values from one false signal to the next of a stable, independent, normal stream.
    signal : int or None
        First value beyond the limit.
    onset : int or None
        Where the change is estimated to have begun.
    """

    test: str
    path: Array
    limit: float
    run_length: float
    signal: int | None
    onset: int | None

    @property
    def sentence(self) -> str:
        """The finding in words, with test, statistic, threshold and n."""
        top = float(self.path.max()) if len(self.path) else 0.0
        tail = f"n {len(self.path)}, one false signal in {self.run_length:.0f} values"
        if self.signal is None:
            return f"nothing changed ({self.test} {top:.2f} <= {self.limit:.2f}, {tail})"
        since = f"since about value {(self.onset or 0) + 1}"
        return f"changed {since} ({self.test} {top:.2f} > {self.limit:.2f} at value {self.signal + 1}, {tail})"


def ewma_stream(
    standardized: ArrayLike, *, run_length: float = RUN_LENGTH, smoothing: float = SMOOTHING
) -> StreamChart:
    """Two-sided EWMA of values that are standard normal as long as nothing changes.

    Parameters
    ----------
    standardized : array_like, shape (n,)
        E.g. residuals over their usual standard deviation, or scores of `sequential_scores`.
    run_length : float
        Values between false signals, 20 or more; the limit follows from it.
    smoothing : float

    Returns
    -------
    StreamChart

    References
    ----------
    Lucas & Saccucci, Technometrics 32 (1990) 1-12: smoothing .1 and limit 2.814 give 500.

    Examples
    --------
    >>> chart = ewma_stream([0.0] * 20 + [2.0] * 10)
    >>> round(chart.limit, 2), chart.signal, chart.onset
    (2.81, 23, 20)
    """
    z = as_series(standardized)
    level, path = 0.0, np.zeros(len(z))
    sd = np.sqrt(smoothing / (2 - smoothing))
    for i, value in enumerate(z):
        level = level if np.isnan(value) else smoothing * float(value) + (1 - smoothing) * level
        path[i] = level / sd
    limit = _limit("ewma", run_length, smoothing)
    signal = _first(np.abs(path) > limit)
    onset = None if signal is None else _step(np.nan_to_num(z[: signal + 1]))
    return StreamChart("ewma", np.abs(path), limit, run_length, signal, onset)


def cusum_stream(
    standardized: ArrayLike, *, run_length: float = RUN_LENGTH, allowance: float = ALLOWANCE
) -> StreamChart:
    """Two-sided tabular CUSUM of values that are standard normal as long as nothing changes; it dates the change.

    Parameters
    ----------
    standardized : array_like, shape (n,)
    run_length : float
        As in `ewma_stream`.
    allowance : float
        Half the shift to be found soonest, in standard deviations.

    Returns
    -------
    StreamChart

    References
    ----------
    Hawkins & Olwell (1998): allowance .5 and decision interval 5 give 465.

    Examples
    --------
    >>> chart = cusum_stream([0.0] * 20 + [2.0] * 10, run_length=465)
    >>> round(chart.limit, 1), chart.signal, chart.onset
    (5.0, 23, 20)
    """
    z = as_series(standardized)
    up, down = np.zeros(len(z) + 1), np.zeros(len(z) + 1)
    for i, value in enumerate(np.nan_to_num(z)):
        keep = np.isnan(z[i])
        up[i + 1] = up[i] if keep else max(0.0, up[i] + value - allowance)
        down[i + 1] = down[i] if keep else max(0.0, down[i] - value - allowance)
    path, limit = np.maximum(up, down)[1:], _limit("cusum", run_length, allowance)
    signal = _first(path > limit)
    onset = None
    if signal is not None:
        side = up if up[signal + 1] >= down[signal + 1] else down
        onset = int(np.flatnonzero(side[: signal + 1] == 0)[-1])
    return StreamChart("cusum", path, limit, run_length, signal, onset)


def _step(z: Array) -> int:
    """Return the likeliest beginning of a step that lasts to the end (Samuel, Pignatiello & Calvin 1998)."""
    tails = np.cumsum(z[::-1])[::-1]
    return int(np.argmax(tails**2 / np.arange(len(z), 0, -1)))


def _first(beyond: np.ndarray) -> int | None:
    found = np.flatnonzero(beyond)
    return int(found[0]) if found.size else None


@lru_cache(maxsize=64)
def _limit(chart: str, run_length: float, setting: float) -> float:
    """The limit at which the chart has this run length, by Markov chain."""
    if not run_length >= SHORTEST:
        raise TaskError(f"{chart} stream: run length {run_length} - ask for {SHORTEST:.0f} values or more")
    times: dict[str, Callable[[float], float]] = {
        "ewma": lambda width: ewma_run_length(setting, width),
        "cusum": lambda decision: cusum_run_length(decision, setting),
    }
    low = high = LEAST_LIMIT
    while times[chart](high) < run_length:
        low, high = high, high + 1.0
    return float(optimize.brentq(lambda h: np.log(times[chart](h) / run_length), low, high, xtol=1e-4))
