"""Is it normal? Anderson-Darling and Shapiro-Wilk, and the points of a probability plot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import Array
from models.errors import TaskError
from models.spc.series import present

LEAST = 8
"""Fewer values and no test tells a normal distribution from another."""
SHAPIRO_MOST = 5000
ALPHA = 0.05
_FLAT = 1e-12


@dataclass(frozen=True, slots=True)
class Normality:
    """What the tests found.

    Parameters
    ----------
    anderson_darling, anderson_darling_p : float
        Statistic A^2 with estimated mean and deviation, and its p-value.
    shapiro_wilk, shapiro_wilk_p : float
        NaN beyond 5,000 values, where the p-value is not known.
    n : int
    normal : bool
        Whether Anderson-Darling does not reject at the level asked for.
    sentence : str
    """

    anderson_darling: float
    anderson_darling_p: float
    shapiro_wilk: float
    shapiro_wilk_p: float
    n: int
    normal: bool
    sentence: str


def anderson_darling(u: Array) -> float:
    """A^2 = -n - mean((2 i - 1) (ln u_i + ln(1 - u_(n+1-i)))) of sorted probabilities.

    Parameters
    ----------
    u : ndarray, shape (n,)
        The distribution function at each value, in any order.

    References
    ----------
    Anderson & Darling, Journal of the American Statistical Association 49 (1954) 765-769.

    Examples
    --------
    >>> round(anderson_darling(np.array([0.25, 0.5, 0.75])), 4)
    0.2694
    """
    ordered = np.clip(np.sort(present(u, "anderson-darling", 1)), 1e-300, 1 - 1e-16)
    n = len(ordered)
    weights = 2 * np.arange(1, n + 1) - 1
    return float(-n - np.mean(weights * (np.log(ordered) + np.log1p(-ordered[::-1]))))


def anderson_darling_p(statistic: float, n: int) -> float:
    """p-value of A^2 for a normal distribution with estimated mean and deviation.

    References
    ----------
    D'Agostino & Stephens, Goodness-of-Fit Techniques (1986), table 4.9.

    Examples
    --------
    >>> round(anderson_darling_p(0.752, 10_000), 3)
    0.05
    """
    a = min(statistic * (1 + 0.75 / n + 2.25 / n**2), 100.0)
    if a >= 0.6:
        p = np.exp(1.2937 - 5.709 * a + 0.0186 * a**2)
    elif a > 0.34:
        p = np.exp(0.9177 - 4.279 * a - 1.38 * a**2)
    elif a > 0.2:
        p = 1 - np.exp(-8.318 + 42.796 * a - 59.938 * a**2)
    else:
        p = 1 - np.exp(-13.436 + 101.14 * a - 223.73 * a**2)
    return float(p)


def normality(values: ArrayLike, alpha: float = ALPHA) -> Normality:
    """Test whether values may come from a normal distribution.

    Parameters
    ----------
    values : array_like, shape (n,)
    alpha : float
        Level of the test.

    Returns
    -------
    Normality

    Raises
    ------
    NotEnoughData
        With fewer than 8 values.
    TaskError
        If all values are equal.

    References
    ----------
    D'Agostino & Stephens (1986); Royston, Applied Statistics 44 (1995), algorithm AS R94.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=100)
    >>> normality(x).normal, normality(np.exp(x)).normal
    (True, False)
    """
    x = present(values, "normality test", LEAST)
    n, sd = len(x), float(x.std(ddof=1))
    if not sd > _FLAT * float(np.abs(x).max()):
        raise TaskError(f"normality test: all {n} values are equal - there is no distribution to test")
    z = (x - x.mean()) / sd
    statistic = anderson_darling(stats.norm.cdf(z))
    p = anderson_darling_p(statistic, n)
    w, shapiro_p = stats.shapiro(z) if n <= SHAPIRO_MOST else (float("nan"), float("nan"))
    normal = p >= alpha
    words = "no sign against a normal distribution" if normal else "not normal"
    sentence = f"{words} (Anderson-Darling {statistic:.3f}, p {p:.2g}; {n} values)"
    return Normality(statistic, p, float(w), float(shapiro_p), n, normal, sentence)


def probability_plot(values: ArrayLike) -> tuple[Array, Array]:
    """Return sorted values and their plotting positions (i - .3) / (n + .4).

    References
    ----------
    Benard & Bos-Levenbach (1953), median ranks.

    Examples
    --------
    >>> probability_plot([3.0, 1.0])
    (array([1., 3.]), array([0.29166667, 0.70833333]))
    """
    x = np.sort(present(values, "probability plot", 1))
    return x, np.asarray((np.arange(1, len(x) + 1) - 0.3) / (len(x) + 0.4), dtype=np.float64)
