"""The Kolmogorov-Smirnov distance: ranks alone, for values that may resemble their neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.drift.distances.base import Distance
from models.spc.series import present


def ks(reference: ArrayLike, current: ArrayLike, *, tau: float = 1.0, alpha: float = 0.05) -> Distance:
    """Kolmogorov-Smirnov distance; n and m count as n / tau and m / tau independent values.

    Parameters
    ----------
    reference, current : array_like
    tau : float
        Correlation time, see `correlation_time`.
    alpha : float
        Level of the threshold.

    Returns
    -------
    Distance
        p-value by the limiting distribution of (sqrt(e) + .12 + .11 / sqrt(e)) D, e = n m / (n + m) / tau.

    Raises
    ------
    NotEnoughData
        If either sample is empty.

    References
    ----------
    Stephens, Journal of the Royal Statistical Society B 32 (1970) 115-122 (finite samples); Weiss, JASA 73 (1978)
    872-875 (the test under autocorrelation).

    Examples
    --------
    >>> result = ks(range(100), range(50, 150))
    >>> result.statistic, result.p_value < 1e-9
    (0.5, True)
    """
    a, b = np.sort(present(reference, "ks reference", 1)), np.sort(present(current, "ks current", 1))
    both = np.concatenate([a, b])
    gap = np.searchsorted(a, both, "right") / len(a) - np.searchsorted(b, both, "right") / len(b)
    statistic = float(np.abs(gap).max())
    independent = len(a) * len(b) / (len(a) + len(b)) / tau
    stretch = np.sqrt(independent) + 0.12 + 0.11 / np.sqrt(independent)
    p = float(special.kolmogorov(stretch * statistic))
    return Distance("ks", statistic, p, float(special.kolmogi(alpha) / stretch))
