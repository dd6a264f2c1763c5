"""PCA reconstruction: whether the parameters still go together as they did, and which of them left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.drift.dependence import correlation_time
from models.drift.distances import Distance, ks
from models.drift.together.windows import scaled
from models.errors import NotEnoughData

KEPT = 0.9
FEWEST_PARAMETERS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Reconstruction:
    """How well the current units lie in the plane of the reference.

    Parameters
    ----------
    distance : Distance
        Kolmogorov-Smirnov of the squared prediction errors, current against reference.
    growth : float
        Mean squared prediction error now over before; 1 is as before.
    shares : ndarray, shape (d,)
        What each parameter adds to the error beyond the usual; sums to 1, or all 0. NaN for one that never moved.
    """

    distance: Distance
    growth: float
    shares: Array


def reconstruction(
    reference: ArrayLike, current: ArrayLike, *, tau: float | None = None, alpha: float = 0.05, seed: int = 0
) -> Reconstruction:
    """Hold the current units' distances from the reference's plane against those of the reference itself.

    The plane keeps 90 % of the variance. It is that of the older half of the reference; the newer half and the current
    units are both strangers to it, because units lie nearer to a plane that they made.

    Parameters
    ----------
    reference, current : array_like, shape (n, d), (m, d)
        In the order of production; NaN is missing.
    tau : float, optional
        Correlation time; by default that of the reference's errors.
    alpha : float
    seed : int
        Unused: nothing is drawn.

    Returns
    -------
    Reconstruction

    Raises
    ------
    TaskError, NotEnoughData
        See `scaled`; also with fewer than two parameters, or too few reference units for a plane.

    References
    ----------
    Jackson & Mudholkar, Technometrics 21 (1979) 341-349 (squared prediction error); Miller, Swanson & Heckler,
    Applied Mathematics and Computer Science 8 (1998) 775-792 (contributions).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> a = rng.normal(size=200)
    >>> x = np.column_stack([a, a + 0.1 * rng.normal(size=200), rng.normal(size=200)])
    >>> broken = x[140:] * [1, -1, 1]
    >>> found = reconstruction(x[:140], broken)
    >>> found.distance.p_value < 1e-6, found.shares.round(1).tolist()
    (True, [0.5, 0.5, 0.0])
    """
    del seed
    a, b, kept = scaled(reference, current)
    if a.shape[1] < FEWEST_PARAMETERS or len(a) < 4 * a.shape[1]:
        raise NotEnoughData(f"{len(a)} reference units for a plane of {a.shape[1]} parameters", 4 * a.shape[1])
    half = len(a) // 2
    before, now = _residuals(a[:half], a[half:]) ** 2, _residuals(a[:half], b) ** 2
    usual, late = before.sum(axis=1), now.sum(axis=1)
    lag = correlation_time(usual) if tau is None else tau
    found = ks(usual, late, tau=lag, alpha=alpha)
    more = np.maximum(now.mean(axis=0) - before.mean(axis=0), 0.0)
    growth = float(late.mean() / usual.mean()) if usual.mean() > 0 else float("inf") if late.mean() > 0 else 1.0
    distance = Distance("pca reconstruction", found.statistic, found.p_value, found.threshold)
    shares = np.full(np.asarray(reference).shape[1], np.nan)
    shares[kept] = more / more.sum() if more.sum() > 0 else 0.0
    return Reconstruction(distance, growth, shares)


def _residuals(plane_of: Array, x: Array) -> Array:
    """Return what the principal plane of some units leaves of others, shape of `x`."""
    middle = plane_of.mean(axis=0)
    _, singular, axes = np.linalg.svd(plane_of - middle, full_matrices=False)
    explained = np.cumsum(singular**2) / max(float((singular**2).sum()), 1e-300)
    kept = axes[: min(int(np.searchsorted(explained, KEPT)) + 1, len(axes) - 1)]
    away = x - middle
    return np.asarray(away - away @ kept.T @ kept)
