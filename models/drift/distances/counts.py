"""Chi-square of the counts of a few-valued parameter."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import Array
from models.drift.distances.base import Distance
from models.spc.series import present

LEAST_EXPECTED = 5.0
"""Expected count of a cell below which the chi-square approximation is not believed."""


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
