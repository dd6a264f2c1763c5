"""Randomness with random access in time: any day can be drawn without drawing the days before it.

An AR(1) process must normally be run from its beginning. Here it is written as a moving average of white noise,
``x_k = sum_j w_j e_(k-j)`` with ``w_j ~ phi**j`` cut off after three days and scaled to unit variance, where the
innovations ``e`` of each day have their own seed (`numpy.random.SeedSequence`, a counter-based hash). A day's values
need the innovations of that day, the three before and the first of the next: nothing else, in whatever order asked.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]
DAY_S = 86_400
STEPS = 96
MEMORY = 3 * STEPS
EPOCH = 10_000


def stream(seed: int, name: str, *counters: int) -> np.random.Generator:
    """Return the generator of a named stream at a place (day, heat, week ...); the same place, the same numbers.

    Examples
    --------
    >>> float(stream(1, "jitter", 5).random()) == float(stream(1, "jitter", 5).random())
    True
    """
    return np.random.default_rng([seed, zlib.crc32(name.encode()), *(EPOCH + c for c in counters)])


@lru_cache(maxsize=4096)
def _innovations(seed: int, name: str, day: int, width: int) -> Array:
    return stream(seed, f"innovation {name}", day).standard_normal((STEPS, width))


@lru_cache(maxsize=1024)
def _grid(seed: int, name: str, day: int, taus_h: tuple[float, ...]) -> Array:
    """One day of unit-variance AR(1) processes on a grid of 15 minutes, both ends included: (97, p)."""
    days = range(day - MEMORY // STEPS, day + 2)
    white = np.concatenate([_innovations(seed, name, d, len(taus_h)) for d in days])
    windows = sliding_window_view(white, MEMORY, axis=0)[1 : STEPS + 2]
    phi = np.exp(-(24 / STEPS) / np.asarray(taus_h))
    powers = phi[:, None] ** np.arange(MEMORY)[::-1]
    weights = powers / np.linalg.norm(powers, axis=1, keepdims=True)
    return np.asarray(np.einsum("kpm,pm->kp", windows, weights))


def ar(seed: int, name: str, taus_h: tuple[float, ...], seconds: Array) -> Array:
    """Evaluate unit-variance autocorrelated processes at given times.

    Parameters
    ----------
    seed : int
    name : str
        Names the bundle of processes.
    taus_h : tuple of float, length p
        Correlation time of each, in hours (below 18, so that three days hold its memory).
    seconds : ndarray, shape (n,)
        Times since the plant's start.

    Returns
    -------
    ndarray, shape (n, p)
        Mean 0, variance 1 on the grid, correlation ``exp(-lag / tau)``; linear between grid points.

    Examples
    --------
    >>> whole = ar(3, "demo", (6.0,), np.array([1000.0, 90_000.0]))
    >>> bool(np.array_equal(whole[1:], ar(3, "demo", (6.0,), np.array([90_000.0]))))
    True
    """
    values = np.empty((len(seconds), len(taus_h)))
    days = np.floor(seconds / DAY_S).astype(int)
    for day in np.unique(days):
        rows = days == day
        place = (seconds[rows] - day * DAY_S) * STEPS / DAY_S
        low = np.minimum(place.astype(int), STEPS - 1)
        grid = _grid(seed, name, int(day), taus_h)
        share = (place - low)[:, None]
        values[rows] = grid[low] * (1 - share) + grid[low + 1] * share
    return values


def cycle(seed: int, name: str, period_s: float, seconds: Array) -> tuple[Array, Array]:
    """Return when each time's cycle (tool life) began and when it ends; lives vary by up to +-30 %.

    Returns
    -------
    began, ends : ndarray, shape (n,)
        In seconds since the plant's start.

    Examples
    --------
    >>> began, ends = cycle(1, "rolls", 100.0, np.array([950.0]))
    >>> bool(began[0] <= 950.0 < ends[0])
    True
    """

    def change(number: int) -> float:
        return period_s * (number + 0.3 * (stream(seed, f"cycle {name}", number).random() - 0.5))

    rough = np.floor(seconds / period_s).astype(int)
    numbers = np.arange(rough.min(initial=0) - 1, rough.max(initial=0) + 3)
    changes = np.array([change(int(n)) for n in numbers])
    at = np.searchsorted(changes, seconds, side="right")
    return changes[at - 1], changes[at]
