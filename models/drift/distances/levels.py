"""The distance of two levels: normal scores of ranks, for values that stay alike over many units."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import Array
from models.drift.distances.base import Distance
from models.spc.series import present

FEWEST_FREE = 2.0


def level(reference: ArrayLike, current: ArrayLike, *, tau: float = 1.0, alpha: float = 0.05) -> Distance:
    """Difference of the mean normal scores over its standard error; n and m count as n / tau and m / tau values.

    Scores are those of the rank in the reference, so any monotone scale and heavy tails are the same to it. Where
    windows are worth few values it finds shifts that no distance of distributions can: such a distance ends at 1.

    Parameters
    ----------
    reference, current : array_like
    tau : float
        Correlation time of the level, see `level_time`.
    alpha : float
        Level of the threshold.

    Returns
    -------
    Distance
        p-value by Student's t with n / tau degrees of freedom, for tau is an estimate that stands on so many.

    Raises
    ------
    NotEnoughData
        If either sample is empty.

    References
    ----------
    van der Waerden, Indagationes Mathematicae 14 (1952) 453-458 (normal scores); Zwiers & von Storch, Journal of
    Climate 8 (1995) 336-351 (Student's test of autocorrelated series with equivalent sample sizes).

    Examples
    --------
    >>> found = level(range(100), range(50, 150), tau=10.0)
    >>> round(found.statistic, 2), found.p_value < 0.01
    (3.91, True)
    """
    a, b = present(reference, "level reference", 1), present(current, "level current", 1)
    sorted_ = np.sort(a)
    before, now = scores(sorted_, a), scores(sorted_, b)
    spread = float(before.std())
    gap = float(now.mean() - before.mean())
    error = spread * float(np.sqrt(tau / len(a) + tau / len(b)))
    statistic = abs(gap) / error if error > 0 else float("inf") if gap else 0.0
    free = max(len(a) / tau, FEWEST_FREE)
    p = 2 * float(stats.t.sf(statistic, free))
    return Distance("level", statistic, p, float(stats.t.isf(alpha / 2, free)))


def scores(sorted_: Array, values: Array) -> Array:
    """Return the normal scores of mid-ranks among sorted values; beyond them all is one place beyond the last.

    Examples
    --------
    >>> scores(np.arange(3.0), np.array([1.0, 9.0])).round(2)
    array([0.  , 1.15])
    """
    low, high = (np.searchsorted(sorted_, values, side) for side in ("left", "right"))
    return np.asarray(stats.norm.ppf(((low + high) / 2 + 0.5) / (len(sorted_) + 1)), dtype=np.float64)
