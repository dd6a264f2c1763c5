"""Distances between shares of bins: for ties, and for distributions that were only kept as bins."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import Array
from models.drift.distances.base import Distance
from models.drift.distances.counts import LEAST_EXPECTED
from models.spc.series import present

MOST_BINS = 10


def psi(
    reference: ArrayLike, current: ArrayLike, *, tau: float = 1.0, alpha: float = 0.05, bins: int | None = None
) -> Distance:
    """Population stability index over quantile bins of the reference, held against its own null distribution.

    Without drift PSI is about (1 / n + 1 / m) chi-square with bins - 1 degrees of freedom, so the usual .1 and .25
    are false alarms for small samples and blind for large ones. Bins hold at least 5 effective values of the
    smaller sample; half a value is added to each cell.

    Parameters
    ----------
    reference, current : array_like
    tau, alpha
        As in `ks`.
    bins : int, optional
        At most 10 by default.

    Returns
    -------
    Distance

    Raises
    ------
    NotEnoughData
        With fewer than 10 values in a sample.

    References
    ----------
    Yurdakul & Naranjo, "Statistical properties of the population stability index", Journal of Risk Model Validation
    14 (2020) 89-100.

    Examples
    --------
    >>> same = psi(range(200), range(200))
    >>> same.statistic, 0.08 < same.threshold < 0.2
    (0.0, True)
    """
    a, b = present(reference, "psi reference", 10), present(current, "psi current", 10)
    smaller = min(len(a), len(b)) / tau
    count = bins or int(np.clip(smaller // LEAST_EXPECTED, 2, MOST_BINS))
    edges = np.unique(np.quantile(a, np.linspace(0, 1, count + 1)[1:-1]))
    p, q = _shares(a, edges), _shares(b, edges)
    statistic = float(np.sum((p - q) * np.log(p / q)))
    unit = tau * (1 / len(a) + 1 / len(b))
    df = max(len(edges), 1)
    return Distance(
        "psi", statistic, float(stats.chi2.sf(statistic / unit, df)), unit * float(stats.chi2.isf(alpha, df))
    )


def _shares(x: Array, edges: Array) -> Array:
    cells = np.bincount(np.searchsorted(edges, x, "left"), minlength=len(edges) + 1) + 0.5
    return np.asarray(cells / cells.sum(), dtype=np.float64)


def jensen_shannon(
    reference: ArrayLike, current: ArrayLike, *, tau: float = 1.0, alpha: float = 0.05, bins: int | None = None
) -> Distance:
    """Jensen-Shannon distance over quantile bins of the reference; ties and values at a limit do it no harm.

    The square root of the divergence in nats, between 0 and sqrt(ln 2) = .833. Without drift 8 times the divergence is
    about (1 / n + 1 / m) chi-square with bins - 1 degrees of freedom.

    Parameters
    ----------
    reference, current : array_like
    tau, alpha, bins
        As in `psi`.

    Returns
    -------
    Distance

    Raises
    ------
    NotEnoughData
        With fewer than 10 values in a sample.

    References
    ----------
    Lin, IEEE Transactions on Information Theory 37 (1991) 145-151; Menendez et al., Journal of the Franklin Institute
    334 (1997) 307-318 (asymptotic distribution).

    Examples
    --------
    >>> jensen_shannon([0.0, 1.0] * 20, [0.0, 1.0] * 20).statistic
    0.0
    >>> round(jensen_shannon([0.0] * 20, [1.0] * 20).statistic, 3)
    0.833
    """
    a, b = present(reference, "jensen-shannon reference", 10), present(current, "jensen-shannon current", 10)
    smaller = min(len(a), len(b)) / tau
    count = bins or int(np.clip(smaller // LEAST_EXPECTED, 2, MOST_BINS))
    edges = np.unique(np.quantile(np.concatenate([a, b]), np.linspace(0, 1, count + 1)[1:-1], method="lower"))
    p, q = (np.bincount(np.searchsorted(edges, x, "left"), minlength=len(edges) + 1) / len(x) for x in (a, b))
    divergence = float(_toward_middle(p, q) + _toward_middle(q, p)) / 2
    unit, df = tau * (1 / len(a) + 1 / len(b)), max(int(((p + q) > 0).sum()) - 1, 1)
    p_value = float(stats.chi2.sf(8 * divergence / unit, df))
    threshold = float(np.sqrt(unit * stats.chi2.isf(alpha, df) / 8))
    return Distance("jensen-shannon", float(np.sqrt(max(divergence, 0.0))), p_value, threshold)


def _toward_middle(p: Array, q: Array) -> float:
    """Return the Kullback-Leibler divergence of p from the middle of p and q, in nats."""
    there = p > 0
    return float(np.sum(p[there] * np.log(2 * p[there] / (p[there] + q[there]))))
