"""Both windows as the tests of all parameters read them: missing values filled, every parameter to one scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import Array
from models.errors import NotEnoughData, TaskError

FEWEST = 20


def scaled(reference: ArrayLike, current: ArrayLike) -> tuple[Array, Array, NDArray[np.intp]]:
    """Return both windows in robust standard deviations of the reference.

    Parameters
    ----------
    reference, current : array_like, shape (n, d), (m, d)
        NaN is missing and becomes the reference's median; a parameter that is constant in the reference is left out
        unless it moved.

    Returns
    -------
    reference, current : ndarray, shape (n, k), (m, k)
    kept : ndarray of int, shape (k,)
        Places of the parameters that are left.

    Raises
    ------
    TaskError
        On shapes that do not fit.
    NotEnoughData
        With fewer than 20 rows in a window.

    Examples
    --------
    >>> a, b, _ = scaled(np.arange(40.0).reshape(20, 2), np.arange(40.0).reshape(20, 2) + 9)
    >>> a.shape, bool((b > a).all())
    ((20, 2), True)
    """
    a, b = (np.array(x, dtype=np.float64) for x in (reference, current))
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise TaskError(f"drift windows of shape {a.shape} and {b.shape}: give (n, d) and (m, d)")
    if min(len(a), len(b)) < FEWEST:
        raise NotEnoughData(f"{len(a)} reference and {len(b)} current units, {FEWEST} of each are needed", FEWEST)
    a[~np.isfinite(a)], b[~np.isfinite(b)] = np.nan, np.nan
    seen = ~np.isnan(a).all(axis=0)
    a, b = a[:, seen], b[:, seen]
    middle = np.nanmedian(a, axis=0)
    a, b = (np.where(np.isnan(x), middle, x) for x in (a, b))
    low, high = np.quantile(a, [0.25, 0.75], axis=0)
    scale = np.where(high > low, (high - low) / 1.349, a.std(axis=0))
    moves = (scale > 0) | (np.ptp(b, axis=0) > 0)
    scale = np.where(scale > 0, scale, 1.0)
    kept = np.flatnonzero(seen)[moves]
    return ((a - middle) / scale)[:, moves], ((b - middle) / scale)[:, moves], kept


def blocks(n: int, tau: float) -> int:
    """Return how many neighbours stay together in a shuffle: tau of them, as long as eight blocks remain."""
    return int(np.clip(np.ceil(tau), 1, max(n // 8, 1)))
