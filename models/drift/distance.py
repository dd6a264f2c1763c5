"""Two-sample distances and their null distributions, with the number of independent values as an argument."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from models.base import Array
from models.spc.series import present

LEAST_EXPECTED = 5.0
"""Expected count of a cell below which the chi-square approximation is not believed."""
MOST_BINS = 10
FEW_VALUES = 10
"""Up to this many different values a parameter is a list of cases, not a scale."""


@dataclass(frozen=True, slots=True)
class Distance:
    """A two-sample statistic with its null distribution.

    Parameters
    ----------
    test : str
    statistic, p_value : float
    threshold : float
        Critical value at the `alpha` asked for.
    """

    test: str
    statistic: float
    p_value: float
    threshold: float


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


def chi_square(reference: ArrayLike, current: ArrayLike, *, tau: float = 1.0, alpha: float = 0.05) -> Distance:
    """Chi-square homogeneity of the counts of a few-valued parameter, divided by tau for dependence.

    Values expected fewer than 5 times (in effective counts) are taken together.

    References
    ----------
    Pearson 1900; Rao & Scott, JASA 76 (1981) 221-230 (first-order correction by a design effect).

    Examples
    --------
    >>> chi_square([1, 2] * 50, [1] * 100).p_value < 1e-9, chi_square([1, 1], [1, 1]).p_value
    (True, 1.0)
    """
    a, b = present(reference, "chi-square reference", 1), present(current, "chi-square current", 1)
    values, codes = np.unique(np.concatenate([a, b]), return_inverse=True)
    table = np.stack([np.bincount(c, minlength=len(values)) for c in (codes[: len(a)], codes[len(a) :])]) / tau
    table = _merged(table)
    df = table.shape[1] - 1
    if df == 0:
        return Distance("chi-square", 0.0, 1.0, float("inf"))
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    return Distance("chi-square", statistic, float(stats.chi2.sf(statistic, df)), float(stats.chi2.isf(alpha, df)))


def _merged(table: Array) -> Array:
    """Cells in which the smaller sample expects fewer than 5 become one; one that stays too small joins the next."""
    share = table.sum(axis=1).min() / table.sum()
    order = np.argsort(table.sum(axis=0), kind="stable")
    table = table[:, order]
    while table.shape[1] > 2 and table[:, 0].sum() * share < LEAST_EXPECTED:
        table = np.column_stack([table[:, 0] + table[:, 1], table[:, 2:]])
        table = table[:, np.argsort(table.sum(axis=0), kind="stable")]
    return table


def shift_size(reference: ArrayLike, current: ArrayLike) -> float:
    """Wasserstein-1 distance in standard deviations of the reference (of both, where that one is constant).

    Examples
    --------
    >>> round(shift_size([0.0, 2.0], [1.0, 3.0]), 3)
    1.0
    """
    a, b = present(reference, "reference", 1), present(current, "current", 1)
    scale = float(a.std()) or float(np.concatenate([a, b]).std())
    return float(stats.wasserstein_distance(a, b)) / scale if scale > 0 else 0.0


def benjamini_hochberg(p_values: ArrayLike, fdr: float = 0.05) -> tuple[np.ndarray, float]:
    """Tell which hypotheses are rejected at this false discovery rate, and the cut on p that does it.

    Parameters
    ----------
    p_values : array_like, shape (m,)
        NaN (no verdict) is not counted and never rejected.
    fdr : float

    Returns
    -------
    rejected : ndarray of bool, shape (m,)
    cut : float
        p-values up to here are rejected; fdr / m where none is.

    References
    ----------
    Benjamini & Hochberg, Journal of the Royal Statistical Society B 57 (1995) 289-300.

    Examples
    --------
    >>> rejected, cut = benjamini_hochberg([0.01, 0.02, 0.5], 0.05)
    >>> rejected.tolist(), round(cut, 4)
    ([True, True, False], 0.0333)
    """
    p = np.asarray(p_values, dtype=np.float64)
    there = np.sort(p[~np.isnan(p)])
    if not there.size:
        return np.zeros(p.shape, dtype=bool), fdr
    line = fdr * np.arange(1, len(there) + 1) / len(there)
    passed = np.flatnonzero(there <= line)
    cut = float(line[passed[-1]] if passed.size else line[0])
    return (p <= cut) & (bool(passed.size)), cut
