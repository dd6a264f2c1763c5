"""Bands about scores: lots drawn again with replacement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.base import Array
from models.performance.judged import Judged
from models.performance.scores import SCORES, answered, contributions, finished, rank, score

TIMES = 200
RANKED = 60
"""Draws for the rank correlation, which is no mean and takes a sort each."""
LEVEL = 0.9
FEWEST_LOTS = 4
SHARES = frozenset({"coverage", "misses", "false_alarms"})
"""Scores that count units: where none or all of them count, drawing them again knows no doubt."""


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

    A share of none or of all has the exact bound of as many independent draws as there are lots: no miss among nine
    does not promise that there is none.

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
    sec. 3.8 (whole clusters). Clopper & Pearson, Biometrika 26 (1934).

    Examples
    --------
    >>> y = np.arange(12.0)
    >>> found = banded(Judged.of(y, y + 1), times=20)["mae"]
    >>> found.value, found.lower, found.upper
    (1.0, 1.0, 1.0)
    """
    found = score(judged).values()
    said = answered(judged)
    lots, lot = np.unique(said.lots.astype(str), return_inverse=True)
    if len(lots) < FEWEST_LOTS:
        return {name: Band(found[name], np.nan, np.nan) for name in SCORES}
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(lots), np.full(len(lots), 1 / len(lots)), size=times).astype(np.float64)
    means = {name: _means(values, lot, drawn) for name, values in contributions(said).items()}
    chance = finished(means, judged) | {"rank": _ranks(said, lot, drawn[:RANKED])}
    bands = {name: Band(found[name], *_bounds(chance[name], level)) for name in SCORES}
    return bands | {name: _doubted(bands[name], len(lots), level) for name in SHARES}


def _doubted(band: Band, lots: int, level: float) -> Band:
    """Return the band of a share, by Clopper and Pearson where it is none or all.

    Examples
    --------
    >>> round(_doubted(Band(0.0, 0.0, 0.0), 9, 0.9).upper, 3), round(_doubted(Band(1.0, 1.0, 1.0), 9, 0.9).lower, 3)
    (0.283, 0.717)
    """
    reach = 1 - ((1 - level) / 2) ** (1 / lots)
    if band.lower == band.upper == 0:
        return Band(band.value, 0.0, reach)
    if band.lower == band.upper == 1:
        return Band(band.value, 1 - reach, 1.0)
    return band


def _means(values: Array, lot: NDArray[np.intp], drawn: Array) -> Array:
    """Mean over units for each draw of lots, shape (times,)."""
    there = np.isfinite(values)
    size = drawn.shape[1]
    sums = np.bincount(lot[there], values[there], size)
    counts = drawn @ np.bincount(lot[there], minlength=size)
    return np.asarray(np.where(counts > 0, drawn @ sums / np.maximum(counts, 1), np.nan))


def _ranks(said: Judged, lot: NDArray[np.intp], drawn: Array) -> Array:
    """Rank correlation for each draw of lots."""
    return np.array([rank(said.take(np.repeat(np.arange(len(said)), times[lot].astype(int)))) for times in drawn])


def _bounds(values: Array, level: float) -> tuple[float, float]:
    there = values[np.isfinite(values)]
    if len(there) < len(values) / 2:
        return np.nan, np.nan
    low, high = np.quantile(there, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def band_of_mean(values: Array, lots: NDArray[np.object_], *, times: int = TIMES, seed: int = 0) -> Band:
    """Return the mean of some values with its band, lots resampled as wholes.

    Parameters
    ----------
    values : ndarray, shape (n,)
        NaN is passed over.
    lots : ndarray of object, shape (n,)
    times : int
    seed : int

    Examples
    --------
    >>> band_of_mean(np.ones(8), np.arange(8).astype(object))
    Band(value=1.0, lower=1.0, upper=1.0)
    """
    there = np.isfinite(values)
    value = float(values[there].mean()) if there.any() else np.nan
    names, lot = np.unique(lots.astype(str), return_inverse=True)
    if len(names) < FEWEST_LOTS:
        return Band(value, np.nan, np.nan)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=times).astype(np.float64)
    return Band(value, *_bounds(_means(values, lot, drawn), LEVEL))
