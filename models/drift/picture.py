"""Both distributions in few bins: enough for a person to see what moved, and small enough to keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.drift.choice import FEW_VALUES
from models.spc.series import as_series

MOST_BINS = 20
ROOM = 0.05


@dataclass(frozen=True, slots=True)
class Picture:
    """Shares of units in the bins between `edges`, before and now.

    Parameters
    ----------
    edges : tuple of float, length k + 1
        Rising; of a few-valued parameter half way between its values.
    before, now : tuple of float, length k
        Each sums to 1, or to 0 where a window is empty.
    medians : (float, float)
    counts : (int, int)
        Units in each window.
    """

    edges: tuple[float, ...]
    before: tuple[float, ...]
    now: tuple[float, ...]
    medians: tuple[float, float]
    counts: tuple[int, int]


def pictured(reference: ArrayLike, current: ArrayLike, most: int = MOST_BINS) -> Picture | None:
    """Bin both windows alike; a few far values go to the outer bins instead of stretching the picture.

    Parameters
    ----------
    reference, current : array_like, shape (n,), (m,)
        NaN is missing.
    most : int
        Bins at most.

    Returns
    -------
    Picture or None
        None where a window holds no value.

    Examples
    --------
    >>> seen = pictured([1.0, 1.0, 2.0], [2.0, 2.0])
    >>> seen.edges, seen.before, seen.now
    ((0.5, 1.5, 2.5), (0.667, 0.333), (0.0, 1.0))
    """
    a, b = (x[~np.isnan(x)] for x in (as_series(reference), as_series(current)))
    if not (len(a) and len(b)):
        return None
    edges = _edges(a, b, most)
    shares = [np.histogram(np.clip(x, edges[0], edges[-1]), edges)[0] / len(x) for x in (a, b)]
    before, now = (tuple(round(float(s), 3) for s in part) for part in shares)
    medians = float(np.median(a)), float(np.median(b))
    return Picture(tuple(float(f"{e:.7g}") for e in edges), before, now, medians, (len(a), len(b)))


def _edges(a: np.ndarray, b: np.ndarray, most: int) -> np.ndarray:
    values = np.unique(np.concatenate([a, b]))
    if len(values) <= min(FEW_VALUES, most):
        middles = (values[1:] + values[:-1]) / 2
        step = float(np.diff(values).min()) / 2 if len(values) > 1 else 0.5
        return np.concatenate([[values[0] - step], middles, [values[-1] + step]])
    low, high = (float(pick(np.quantile(x, q) for x in (a, b))) for pick, q in ((min, 0.01), (max, 0.99)))
    room = (high - low) * ROOM or max(abs(high), 1.0) * ROOM
    return np.linspace(low - room, high + room, min(most, max(8, int(np.sqrt(len(a) + len(b))))) + 1)
