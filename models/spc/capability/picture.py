"""What is drawn of a capability study: histogram, densities, probability plot with its line and band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import LEVEL, Array
from models.errors import TaskError
from models.spc.capability.distributions import Fitted
from models.spc.capability.normality import probability_plot
from models.spc.capability.within import Within
from models.spc.series import present

LEAST = 5
STEPS = 121
MOST_BINS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Arrays ready to draw.

    Parameters
    ----------
    edges : ndarray, shape (k + 1,)
        Of the histogram, in the characteristic's unit.
    counts : ndarray, shape (k,)
    grid : ndarray, shape (m,)
        Where the densities stand.
    overall, within : ndarray, shape (m,)
        Expected counts a bin, normal with the spread overall (or the fitted distribution) and within.
    sorted : ndarray, shape (n,)
        Values, rising.
    expected : ndarray, shape (n,)
        What the distribution would have at the same rank.
    lower, upper : ndarray, shape (n,)
        Pointwise band of `sorted` at each rank.
    """

    edges: Array
    counts: Array
    grid: Array
    overall: Array
    within: Array
    sorted: Array
    expected: Array
    lower: Array
    upper: Array


def picture(values: ArrayLike, spread: Within, fitted: Fitted | None = None, level: float = LEVEL) -> Picture:
    """Prepare histogram, densities and probability plot.

    Parameters
    ----------
    values : array_like, shape (n,)
    spread : Within
    fitted : Fitted, optional
        A normal distribution with the overall spread by default.
    level : float
        Of the pointwise band: quantiles of order statistics (beta distribution).

    Returns
    -------
    Picture

    Raises
    ------
    NotEnoughData
        With fewer than 5 values.
    TaskError
        If all values are equal.

    References
    ----------
    Freedman & Diaconis, Zeitschrift fuer Wahrscheinlichkeitstheorie 57 (1981), width of bins; David & Nagaraja,
    Order Statistics (2003), 2.1.

    Examples
    --------
    >>> drawn = picture(np.arange(20.0), Within(1.0, 19, "given"))
    >>> int(drawn.counts.sum()), bool((drawn.lower <= drawn.upper).all())
    (20, True)
    """
    x = present(values, "capability picture", LEAST)
    mean, sd = float(x.mean()), float(x.std(ddof=1))
    if not sd > 1e-12 * float(np.abs(x).max()):
        raise TaskError(f"capability picture: all {len(x)} values are equal - there is nothing to draw")
    edges = _edges(x)
    counts = np.histogram(x, edges)[0].astype(np.float64)
    pad = 0.15 * float(np.ptp(x))
    grid = np.linspace(x.min() - pad, x.max() + pad, STEPS)
    shape = fitted.density(grid) if fitted else stats.norm.pdf(grid, mean, sd)
    inner = stats.norm.pdf(grid, mean, spread.sigma) if spread.sigma > 0 else np.zeros(STEPS)
    bulk = len(x) * float(edges[1] - edges[0])
    ordered, at = probability_plot(x)
    ranks = np.arange(1, len(x) + 1)
    low, high = (stats.beta.ppf(q, ranks, len(x) + 1 - ranks) for q in ((1 - level) / 2, (1 + level) / 2))
    expected, lower, upper = (
        fitted.quantile(p) if fitted else np.asarray(stats.norm.ppf(p, mean, sd)) for p in (at, low, high)
    )
    return Picture(edges, counts, grid, bulk * shape, bulk * inner, ordered, expected, lower, upper)


def _edges(x: Array) -> Array:
    width = 2 * float(np.subtract(*np.percentile(x, [75, 25]))) / len(x) ** (1 / 3)
    bins = int(np.ceil(np.ptp(x) / width)) if width > 0 else int(np.ceil(np.log2(len(x)) + 1))
    return np.linspace(x.min(), x.max(), min(max(bins, 5), MOST_BINS) + 1)
