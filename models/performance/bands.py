"""Bands about scores: lots drawn again with replacement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.performance.judged import Judged
from models.performance.scores import SCORES, score

TIMES = 200
LEVEL = 0.9
FEWEST_LOTS = 4


@dataclass(frozen=True, slots=True)
class Band:
    """A score with its band; NaN bounds where there are fewer than four lots.

    Parameters
    ----------
    value, lower, upper : float
    """

    value: float
    lower: float
    upper: float


def banded(judged: Judged, *, times: int = TIMES, level: float = LEVEL, seed: int = 0) -> dict[str, Band]:
    """Return every score with its percentile bootstrap band, lots resampled as wholes.

    Parameters
    ----------
    judged : Judged
    times : int
    level : float
        Probability content of the bands.
    seed : int

    Returns
    -------
    dict of str to Band
        By the names in `SCORES`.

    References
    ----------
    Efron & Tibshirani, An Introduction to the Bootstrap (1993), ch. 13; Davison & Hinkley, Bootstrap Methods (1997),
    sec. 3.8 (whole clusters).

    Examples
    --------
    >>> y = np.arange(12.0)
    >>> found = banded(Judged.of(y, y + 1), times=20)["mae"]
    >>> found.value, found.lower, found.upper
    (1.0, 1.0, 1.0)
    """
    found = score(judged).values()
    names, lot = np.unique(judged.lots.astype(str), return_inverse=True)
    if len(names) < FEWEST_LOTS:
        return {name: Band(found[name], np.nan, np.nan) for name in SCORES}
    rng = np.random.default_rng(seed)
    rows = [np.flatnonzero(lot == k) for k in range(len(names))]
    drawn = [
        score(judged.take(np.concatenate([rows[k] for k in rng.integers(0, len(names), len(names))]))).values()
        for _ in range(times)
    ]
    return {name: Band(found[name], *_bounds([d[name] for d in drawn], level)) for name in SCORES}


def _bounds(values: list[float], level: float) -> tuple[float, float]:
    there = np.array([v for v in values if np.isfinite(v)])
    if len(there) < len(values) / 2:
        return np.nan, np.nan
    low, high = np.quantile(there, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
