"""Maximum mean discrepancy: any difference between two clouds of units, held against shuffled blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist

from models.base import Array
from models.drift.distances import Distance
from models.drift.together.windows import blocks, scaled

SHUFFLES = 199
MOST = 300
"""Units of a window that are used, evenly chosen: the kernel is quadratic in them."""


def mmd(reference: ArrayLike, current: ArrayLike, *, tau: float = 1.0, alpha: float = 0.05, seed: int = 0) -> Distance:
    """Squared maximum mean discrepancy with a Gaussian kernel of median width, p-value by permutation.

    Parameters
    ----------
    reference, current : array_like, shape (n, d), (m, d)
        In the order of production; NaN is missing.
    tau : float
        Correlation time: blocks of so many neighbours are shuffled.
    alpha : float
    seed : int

    Returns
    -------
    Distance

    Raises
    ------
    TaskError, NotEnoughData
        See `scaled`.

    References
    ----------
    Gretton et al., Journal of Machine Learning Research 13 (2012) 723-773, eq. 3 (unbiased estimate).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=(60, 2)), rng.normal(size=(40, 2))
    >>> mmd(x, y).p_value > 0.05, mmd(x, y + 2).p_value
    (True, 0.005)
    """
    a, b = (_thinned(x) for x in scaled(reference, current)[:2])
    block = blocks(min(len(a), len(b)), tau * len(a) / max(len(np.asarray(reference)), 1))
    a, b = a[len(a) % block :], b[len(b) % block :]
    kernel = _kernel(np.vstack([a, b]))
    late = np.repeat([False, True], [len(a) // block, len(b) // block])
    rng = np.random.default_rng(seed)
    statistic = _discrepancy(kernel, np.repeat(late, block))
    chance = np.array([_discrepancy(kernel, np.repeat(rng.permutation(late), block)) for _ in range(SHUFFLES)])
    p_value = (1 + int((chance >= statistic).sum())) / (SHUFFLES + 1)
    place = max(int(alpha * (SHUFFLES + 1)), 1)
    return Distance("mmd", statistic, p_value, float(np.sort(chance)[::-1][place - 1]))


def _thinned(x: Array) -> Array:
    return np.asarray(x[np.linspace(0, len(x) - 1, min(len(x), MOST)).astype(int)], dtype=np.float64)


def _kernel(x: Array) -> Array:
    squared = cdist(x, x, "sqeuclidean")
    width = float(np.median(squared[np.triu_indices(len(x), 1)])) or 1.0
    kernel = np.exp(-squared / width)
    np.fill_diagonal(kernel, 0.0)
    return np.asarray(kernel, dtype=np.float64)


def _discrepancy(kernel: Array, late: Array) -> float:
    m, n = int(late.sum()), int((~late.astype(bool)).sum())
    sums = kernel @ late.astype(float)
    both = float(sums[late].sum())
    across = float(sums.sum()) - both
    alone = float(kernel.sum()) - both - 2 * across
    return float(both / (m * (m - 1)) + alone / (n * (n - 1)) - 2 * across / (m * n))
