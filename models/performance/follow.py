"""How well an estimate followed what labels said later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

FEWEST = 4


@dataclass(frozen=True, slots=True)
class Following:
    """Estimated beside realised, window by window.

    Parameters
    ----------
    windows : int
    rank : float
        Spearman's correlation; NaN for fewer than four windows.
    off : float
        Median of |estimated / realised - 1|.
    constant : float
        The same for a guess that never moves: the mean realised loss of the windows before.
    held : float
        Share of windows whose realised loss lies in the band; NaN without bands.
    """

    windows: int
    rank: float
    off: float
    constant: float
    held: float


def follow(
    estimated: ArrayLike, realised: ArrayLike, lower: ArrayLike | None = None, upper: ArrayLike | None = None
) -> Following:
    """Compare an estimate with what came.

    Parameters
    ----------
    estimated, realised : array_like, shape (n,)
        In order; windows where either is NaN, or nothing was lost, are left out.
    lower, upper : array_like, shape (n,), optional
        Bands of the estimate.

    Returns
    -------
    Following

    Examples
    --------
    >>> follow([1.0, 2.0, 4.0, 3.0], [1.0, 2.0, 4.0, 3.0]).off
    0.0
    """
    a, b = np.array(estimated, dtype=np.float64), np.array(realised, dtype=np.float64)
    bounds = [np.full(len(a), np.nan) if x is None else np.array(x, dtype=np.float64) for x in (lower, upper)]
    there = np.isfinite(a) & np.isfinite(b) & (b > 0)
    a, b, low, high = a[there], b[there], bounds[0][there], bounds[1][there]
    if not len(a):
        return Following(0, np.nan, np.nan, np.nan, np.nan)
    before = np.cumsum(b)[:-1] / np.arange(1, len(b))
    moves = len(a) >= FEWEST and np.ptp(a) > 0 and np.ptp(b) > 0
    return Following(
        windows=len(a),
        rank=float(stats.spearmanr(a, b).statistic) if moves else np.nan,
        off=float(np.median(np.abs(a / b - 1))),
        constant=float(np.median(np.abs(before / b[1:] - 1))) if len(before) else np.nan,
        held=float(((b >= low) & (b <= high)).mean()) if np.isfinite(low).any() else np.nan,
    )
