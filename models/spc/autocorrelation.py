"""Are neighbouring values alike? Measured before any chart of single values is believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import Array
from models.errors import TaskError
from models.spc.series import as_series, present

LEAST = 20
"""Fewer values say nothing about autocorrelation."""
ALPHA = 0.01
NOTABLE = 0.2
"""Lag-1 correlations below this hardly change the run length of a chart of individuals."""


@dataclass(frozen=True, slots=True)
class Autocorrelation:
    """What the check found.

    Parameters
    ----------
    lag_one : float
        Correlation of neighbours.
    statistic, p_value : float
        Ljung-Box over `lags` lags.
    lags, n : int
    autocorrelated : bool
        Significant and large enough to matter on a chart.
    sentence : str
    """

    lag_one: float
    statistic: float
    p_value: float
    lags: int
    n: int
    autocorrelated: bool
    sentence: str


def acf(values: ArrayLike, lags: int) -> Array:
    """Autocorrelation at lags 0..`lags`; pairs with a missing value are left out; a constant series has none.

    Parameters
    ----------
    values : array_like, shape (n,)
    lags : int

    Returns
    -------
    ndarray, shape (lags + 1,)
        r_k = sum (x_t - mean)(x_(t+k) - mean) / sum (x_t - mean)^2.

    Raises
    ------
    TaskError
        If `lags` is negative or not below n.

    References
    ----------
    Box, Jenkins & Reinsel, Time Series Analysis, 2.1.

    Examples
    --------
    >>> acf([1.0, -1.0, 1.0, -1.0], 1)
    array([ 1.  , -0.75])
    """
    x = as_series(values)
    if not 0 <= lags < max(len(x), 1):
        raise TaskError(f"acf: {lags} lags of {len(x)} values - use 0 <= lags < n")
    d = np.nan_to_num(x - np.nanmean(x)) if np.isfinite(x).any() else np.zeros(len(x))
    total = float(d @ d)
    result = np.zeros(lags + 1)
    result[0] = 1.0
    if total > len(d) * (1e-12 * np.nanmax(np.abs(x), initial=0.0)) ** 2:
        result[1:] = [float(d[k:] @ d[:-k]) / total for k in range(1, lags + 1)]
    return result


def ljung_box(values: ArrayLike, lags: int) -> tuple[float, float]:
    """Ljung-Box statistic n (n + 2) sum r_k^2 / (n - k) and its p-value (chi-square, `lags` degrees of freedom).

    References
    ----------
    Ljung & Box, Biometrika 65 (1978) 297-303.

    Examples
    --------
    >>> statistic, p = ljung_box([1.0, -1.0] * 20, 2)
    >>> statistic > 50, p < 0.001
    (True, True)
    """
    x = as_series(values)
    n = int(np.isfinite(x).sum())
    r = acf(x, lags)[1:]
    statistic = n * (n + 2) * float(np.sum(r**2 / (n - np.arange(1, lags + 1))))
    return statistic, float(stats.chi2.sf(statistic, lags))


def check(values: ArrayLike, *, lags: int | None = None, alpha: float = ALPHA) -> Autocorrelation:
    """Test for autocorrelation and advise a chart.

    Parameters
    ----------
    values : array_like, shape (n,)
        In the order of production.
    lags : int, optional
        Lags of the Ljung-Box test; min(10, n // 5) by default (Hyndman & Athanasopoulos).
    alpha : float
        Significance level.

    Returns
    -------
    Autocorrelation

    Raises
    ------
    NotEnoughData
        With fewer than 20 values.

    Examples
    --------
    >>> check([0.0, 1.0, 0.0, -1.0] * 10).sentence[:29]
    'neighbours are nearly indepen'
    """
    n = len(present(values, "autocorrelation check", LEAST))
    used = lags or min(10, n // 5)
    statistic, p = ljung_box(values, used)
    lag_one = float(acf(values, 1)[1])
    auto = p < alpha and abs(lag_one) >= NOTABLE
    found = f"lag-1 correlation {lag_one:.2f}, Ljung-Box {statistic:.1f} over {used} lags, p {p:.2g}"
    return Autocorrelation(lag_one, statistic, p, used, n, auto, f"{_advice(lag_one, auto, p < alpha)} ({found})")


def _advice(lag_one: float, auto: bool, significant: bool) -> str:
    if auto and lag_one > 0:
        return "autocorrelated: chart residuals of an EWMA/AR(1) forecast instead"
    if auto:
        return "neighbours alternate: look for a controller or an operator that overreacts"
    if significant:
        return "neighbours are nearly independent, values further apart are not: look for a cycle"
    return "no autocorrelation worth a chart of residuals"
