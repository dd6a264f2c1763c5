"""The indices of a normal process, each with its two-sided confidence interval by a published formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.base import LEVEL


@dataclass(frozen=True, slots=True)
class Index:
    """One index with its two-sided confidence interval."""

    value: float
    lower: float
    upper: float


def _by_chi_square(value: float, df: float, level: float) -> Index:
    low, high = stats.chi2.ppf([(1 - level) / 2, (1 + level) / 2], df)
    return Index(value, value * float(np.sqrt(low / df)), value * float(np.sqrt(high / df)))


def cp_index(lower: float, upper: float, sigma: float, df: float, level: float = LEVEL) -> Index:
    """Cp = (upper - lower) / (6 sigma), interval by chi-square with `df` degrees of freedom.

    References
    ----------
    Kotz & Lovelace, Process Capability Indices in Theory and Practice (1998); Montgomery, 8.3.4.

    Examples
    --------
    >>> index = cp_index(38, 62, 1.75, df=19, level=0.95)
    >>> round(index.value, 2), round(index.lower, 2), round(index.upper, 2)
    (2.29, 1.56, 3.01)
    """
    return _by_chi_square(float(upper - lower) / (6 * sigma), df, level)


def cpk_index(
    lower: float | None, upper: float | None, mean: float, sigma: float, *, n: int, df: float, level: float = LEVEL
) -> Index:
    """Cpk = distance from the mean to the nearer limit / (3 sigma), with Bissell's interval.

    Cpk -+ z sqrt(1 / (9 n) + Cpk^2 / (2 df)). With one limit it is Cpu or Cpl.

    References
    ----------
    Bissell, "How reliable is your capability index?", Applied Statistics 39 (1990) 331-340.

    Examples
    --------
    >>> index = cpk_index(8, 20, 16, 2, n=100, df=99, level=0.95)
    >>> round(index.value, 4), round(index.lower, 4), round(index.upper, 4)
    (0.6667, 0.5531, 0.7802)
    """
    sides = ([] if lower is None else [mean - lower]) + ([] if upper is None else [upper - mean])
    value = min(sides) / (3 * sigma)
    half = float(stats.norm.ppf((1 + level) / 2)) * float(np.sqrt(1 / (9 * n) + value**2 / (2 * df)))
    return Index(value, value - half, value + half)


def cpm_index(
    lower: float,
    target: float,
    upper: float,
    mean: float,
    sigma: float,
    *,
    n: int,
    df: float | None = None,
    level: float = LEVEL,
) -> Index:
    """Cpm = (upper - lower) / (6 sqrt(sigma^2 + (mean - target)^2)), interval by Boyles' chi-square approximation.

    Degrees of freedom (1 + x)^2 / (1 / df + 2 x / n) with x = ((mean - target) / sigma)^2; sigma is worth `df`, which
    is n where it comes from all n values.

    References
    ----------
    Boyles, "The Taguchi capability index", Journal of Quality Technology 23 (1991) 17-26.

    Examples
    --------
    >>> round(cpm_index(8, 14, 20, 16, 2, n=50).value, 4)
    0.7071
    """
    off = ((mean - target) / sigma) ** 2
    value = (upper - lower) / (6 * sigma * float(np.sqrt(1 + off)))
    return _by_chi_square(value, (1 + off) ** 2 / (1 / (df or n) + 2 * off / n), level)


def moving_range_df(n: int) -> float:
    """Degrees of freedom a sigma from n - 1 average moving ranges is worth: (n - 1)^2 / (2 (.8264 n - 1.082)).

    From the variance of the average moving range of independent normal values.

    References
    ----------
    Cryer & Ryan, "The estimation of sigma for an X chart", Journal of Quality Technology 22 (1990) 187-192.

    Examples
    --------
    >>> round(moving_range_df(50), 1)
    29.8
    """
    return (n - 1) ** 2 / (2 * (0.8264 * n - 1.082))
