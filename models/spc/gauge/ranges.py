"""Crossed gauge R&R by averages and ranges, as on the printed form."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import LEVEL
from models.errors import TaskError
from models.spc.gauge.result import GaugeStudy, as_crossed, studied

MOST = 50
_GRID = np.linspace(-9.0, 9.0, 1201)


@cache
def k_factor(m: int, groups: int | None = None) -> float:
    """Return 1 / d2*: what makes a standard deviation of the mean of some ranges, as the tables print it.

    d2* = sqrt(d2^2 + d3^2 / groups) from the moments of the range of m standard normal values; without `groups`, of
    infinitely many.

    Parameters
    ----------
    m : int
        Values in each range, 2 to 50.
    groups : int, optional
        Number of ranges averaged.

    Returns
    -------
    float
        With four decimals.

    Raises
    ------
    TaskError
        For a size beyond 2 to 50.

    References
    ----------
    Duncan, Quality Control and Industrial Statistics (1986), table D3; AIAG MSA 4, appendix C.

    Examples
    --------
    >>> k_factor(3), k_factor(3, 1), k_factor(10, 1)
    (0.5908, 0.5231, 0.3146)
    """
    if not 2 <= m <= MOST:
        raise TaskError(f"average and range: {m} values in a range - from 2 to {MOST}, or use the analysis of variance")
    below = stats.norm.cdf(_GRID)
    step = _GRID[1] - _GRID[0]
    d2 = float(np.sum(1 - below**m - (1 - below) ** m)) * step
    density = stats.norm.pdf(_GRID)
    between = np.clip(below[None, :] - below[:, None], 0.0, 1.0)
    apart = np.clip(_GRID[None, :] - _GRID[:, None], 0.0, None)
    joint = m * (m - 1) * density[:, None] * density[None, :] * between ** (m - 2)
    variance = float(np.sum(apart**2 * joint)) * step**2 - d2**2
    return round(1 / float(np.sqrt(d2**2 + (variance / groups if groups else 0.0))), 4)


def average_range(
    values: ArrayLike, *, tolerance: float | None = None, process_sd: float | None = None, level: float = LEVEL
) -> GaugeStudy:
    """Divide the variation by averages and ranges; the interaction is not seen and there are no intervals.

    EV = K1 mean range; AV^2 = (K2 range of appraisers' means)^2 - EV^2 / (p t); PV = K3 range of parts' means.

    Parameters
    ----------
    values : array_like, shape (parts, appraisers, trials)
    tolerance, process_sd, level
        As in `models.spc.gauge.crossed`.

    Returns
    -------
    GaugeStudy

    Raises
    ------
    TaskError, NotEnoughData
        As `models.spc.gauge.crossed` raises them.

    References
    ----------
    AIAG, Measurement Systems Analysis, 4th edition (2010), ch. III-B, figures III-B 15 and 16.

    Examples
    --------
    >>> study = average_range([[[1.0, 1.2], [1.1, 1.3]], [[4.0, 4.1], [4.3, 4.2]]])
    >>> study.method, round(study.component("repeatability").sd, 3)
    ('average and range', 0.133)
    """
    x = as_crossed(values)
    parts, appraisers, trials = x.shape
    repeat = k_factor(trials) * float(np.ptp(x, axis=2).mean())
    between = k_factor(appraisers, 1) * float(np.ptp(x.mean(axis=(0, 2))))
    people = float(np.sqrt(max(between**2 - repeat**2 / (parts * trials), 0.0)))
    part = k_factor(parts, 1) * float(np.ptp(x.mean(axis=(1, 2))))
    unknown = float("nan")
    found = {
        "gauge R&R": (float(np.hypot(repeat, people)), unknown),
        "repeatability": (repeat, unknown),
        "reproducibility": (people, unknown),
        "part": (part, unknown),
    }
    return studied("average and range", found, x.shape, level=level, tolerance=tolerance, process_sd=process_sd)
