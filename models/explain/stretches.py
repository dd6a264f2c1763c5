"""The stretch of a series in which it deviates most, and whether that is more than chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array

SHUFFLES = 199
FEWEST = 3
#: Units that are looked at one by one; of more an even choice.
MOST = 400


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of neighbours in a series.

    Parameters
    ----------
    first, last : int
        Places of its ends, both in it.
    mean : float
        Of its values, less the mean of all.
    p : float
        Share of shuffled series with a stretch that deviates as much.
    """

    first: int
    last: int
    mean: float
    p: float


def worst_stretch(values: Array, seed: int = 0) -> Stretch | None:
    """Return the stretch whose mean lies furthest above that of the series, by its standard error.

    The scan statistic ``max (S_j - S_i) / sqrt(j - i)`` over all stretches of at least three values, with the series
    centred and in its standard deviations; its distribution under chance by shuffling (Glaz, Naus & Wallenstein 2001).

    Parameters
    ----------
    values : ndarray, shape (n,)
        In order of time; no NaN.
    seed : int

    Returns
    -------
    Stretch or None
        None for fewer than six values, or values that are all the same.

    Examples
    --------
    >>> quiet = [0.1, -0.2, 0.0, 0.1, 0.2, -0.1]
    >>> found = worst_stretch(np.array([*quiet, 3.0, 3.2, 2.9, *quiet]))
    >>> (found.first, found.last), found.p < 0.05
    ((6, 8), True)
    """
    n = len(values)
    if n < 2 * FEWEST or not float(np.std(values)) > 0:
        return None
    places = np.unique(np.linspace(0, n - 1, min(n, MOST)).astype(int))
    taken = values[places]
    standard = (taken - taken.mean()) / taken.std()
    height, first, last = _scan(standard)
    rng = np.random.default_rng(seed)
    chance = np.array([_scan(rng.permutation(standard))[0] for _ in range(SHUFFLES)])
    p = float((1 + (chance >= height).sum()) / (1 + SHUFFLES))
    return Stretch(int(places[first]), int(places[last]), float(taken[first : last + 1].mean() - taken.mean()), p)


def _scan(standard: Array) -> tuple[float, int, int]:
    """Return the highest statistic and the places of its stretch."""
    n = len(standard)
    sums = np.concatenate([[0.0], np.cumsum(standard)])
    length = np.arange(n + 1)[None, :] - np.arange(n + 1)[:, None]
    long = length >= FEWEST
    height = np.where(long, (sums[None, :] - sums[:, None]) / np.sqrt(np.where(long, length, 1)), -np.inf)
    first, end = np.unravel_index(int(np.argmax(height)), height.shape)
    return float(height[first, end]), int(first), int(end) - 1
