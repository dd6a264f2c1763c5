"""Areas between two distribution functions, held against the areas of shuffled blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from models.base import Array
from models.drift.distances.base import Distance
from models.spc.series import present

SHUFFLES = 99
MORE_SHUFFLES = 1900
"""These follow where the first leave it open: fewer than five beyond the statistic, but some near it."""
FEW_BEYOND = 5
CLEAR = 1.5

Area = Literal["wasserstein", "energy"]


def wasserstein(
    reference: ArrayLike, current: ArrayLike, *, tau: float = 1.0, alpha: float = 0.05, seed: int = 0
) -> Distance:
    """Wasserstein-1 distance: how far the values moved on average, in their own unit.

    Parameters
    ----------
    reference, current : array_like, shape (n,), (m,)
        In the order of production.
    tau : float
        Correlation time: blocks of so many neighbours are shuffled between the windows, not single values.
    alpha : float
        Level of the threshold.
    seed : int
        Of the shuffles.

    Returns
    -------
    Distance

    Raises
    ------
    NotEnoughData
        With fewer than 8 values in a sample.

    References
    ----------
    Ramdas, Trillos & Cuturi, Entropy 19 (2017) 47 (two-sample tests by Wasserstein distances).

    Examples
    --------
    >>> moved = wasserstein(range(40), range(10, 50))
    >>> moved.statistic, moved.p_value < 0.01
    (10.0, True)
    """
    return _area("wasserstein", reference, current, (tau, alpha, seed))


def energy(
    reference: ArrayLike, current: ArrayLike, *, tau: float = 1.0, alpha: float = 0.05, seed: int = 0
) -> Distance:
    """Energy distance, sqrt(2 int (F - G)^2): like Wasserstein, less at the mercy of a few far values.

    Parameters
    ----------
    reference, current, tau, alpha, seed
        As in `wasserstein`.

    Returns
    -------
    Distance

    References
    ----------
    Szekely & Rizzo, Journal of Statistical Planning and Inference 143 (2013) 1249-1272.

    Examples
    --------
    >>> energy(range(40), range(40)).statistic, energy(range(40), range(30, 70)).p_value < 1e-6
    (0.0, True)
    """
    return _area("energy", reference, current, (tau, alpha, seed))


@dataclass(frozen=True, slots=True, eq=False)
class _Pooled:
    """Both windows in the order of their values, so that a shuffle is a cumulative sum."""

    area: Area
    order: NDArray[np.intp]
    steps: Array

    def statistic(self, late: Array) -> Array:
        """Return the distance for each row of `late`, shape (k, n + m): 1 where a unit counts as current."""
        later = late[:, self.order]
        total = later.sum(axis=1, keepdims=True)
        gap = np.cumsum(later / total - (1 - later) / (later.shape[1] - total), axis=1)[:, :-1]
        if self.area == "wasserstein":
            return np.asarray(np.abs(gap) @ self.steps)
        return np.asarray(np.sqrt(2 * (gap**2 @ self.steps)))

    def by_chance(self, late: Array, block: int, seed: int, statistic: float) -> Array:
        """Return the distances of shuffled blocks; more of them where the first leave the verdict open."""
        rng = np.random.default_rng(seed)

        def shuffled(times: int) -> Array:
            mixed = rng.permuted(np.repeat(late[None], times, axis=0), axis=1)
            return self.statistic(np.repeat(mixed, block, axis=1))

        first = shuffled(SHUFFLES)
        if int((first >= statistic).sum()) >= FEW_BEYOND or statistic > CLEAR * first.max():
            return first
        return np.concatenate([first, *(shuffled(SHUFFLES + 1) for _ in range(MORE_SHUFFLES // (SHUFFLES + 1)))])


def _area(area: Area, reference: ArrayLike, current: ArrayLike, how: tuple[float, float, int]) -> Distance:
    tau, alpha, seed = how
    a, b = present(reference, f"{area} reference", 8), present(current, f"{area} current", 8)
    block = max(int(np.ceil(tau)), 1) if min(len(a), len(b)) >= 8 * tau else 1
    a, b = a[len(a) % block :], b[len(b) % block :]
    both = np.concatenate([a, b])
    order = np.argsort(both, kind="stable")
    pooled = _Pooled(area, order, np.diff(both[order]))
    late = np.repeat([0.0, 1.0], [len(a), len(b)])
    statistic = float(pooled.statistic(late[None])[0])
    chance = pooled.by_chance(late[::block], block, seed, statistic)
    return Distance(area, statistic, _p_value(statistic, chance), _threshold(alpha, chance))


def _gamma(chance: Array) -> tuple[float, float]:
    """Shape and scale of the gamma distribution of the same mean and variance (Box 1954)."""
    mean, variance = float(chance.mean()), float(chance.var())
    return (mean**2 / variance, variance / mean) if variance > 0 and mean > 0 else (1.0, 1.0)


def _p_value(statistic: float, chance: Array) -> float:
    """Count the shuffles beyond; where there is none, the gamma curve says how far beyond all of them it lies."""
    beyond = int((chance >= statistic * (1 - 1e-12)).sum())
    counted = (beyond + 1) / (len(chance) + 1)
    if beyond or not chance.any():
        return counted
    shape, scale = _gamma(chance)
    return float(min(stats.gamma.sf(statistic, shape, scale=scale), counted))


def _threshold(alpha: float, chance: Array) -> float:
    """Return what a statistic must exceed for a p-value of at most alpha."""
    place = int(alpha * (len(chance) + 1))
    if place >= 1 or not chance.any():
        return float(np.sort(chance)[::-1][max(place, 1) - 1])
    shape, scale = _gamma(chance)
    return float(max(stats.gamma.isf(alpha, shape, scale=scale), chance.max()))


def shift_size(reference: ArrayLike, current: ArrayLike) -> float:
    """Wasserstein-1 distance in standard deviations of the reference (of both, where that one is constant).

    Examples
    --------
    >>> round(shift_size([0.0, 2.0], [1.0, 3.0]), 3)
    1.0
    """
    a, b = present(reference, "reference", 1), present(current, "current", 1)
    scale = float(a.std()) or float(np.concatenate([a, b]).std())
    return float(stats.wasserstein_distance(a, b)) / scale if scale > 0 else 0.0
