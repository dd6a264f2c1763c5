"""How many independent values a stretch of process data is worth.

Process data resemble their neighbours. A two-sample test that does not know it rejects a stable AR(1) process with
coefficient .9 three times in four. The tests here compare distribution functions, and at the median the number of
values below it varies as n / tau independent ones would, tau being the integrated autocorrelation time of the indicator
"below the median". tau comes from the reference alone: a shift inside the current window must not excuse itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import Array
from models.spc.series import as_series


def correlation_time(values: ArrayLike) -> float:
    """Integrated autocorrelation time of "below the median": n / tau independent values are as good as these n.

    The larger of two estimates, both from ranks (so that no monotone scale matters), both through the correlation of
    signs 2 / pi arcsin(r) of a Gaussian process: the sum of the empirical correlations until a pair of lags sums to
    zero or less (Geyer), which sees lots and several time scales; and an AR(1) with Kendall's correction for the
    shortness of the series, which does not underestimate slow processes. About one standard error, sqrt(tau / n) of
    it, is added: too long a time costs some power, too short a one false verdicts.

    Parameters
    ----------
    values : array_like, shape (n,)
        In the order of production; missing values are left out.

    Returns
    -------
    float
        Between 1 and n; 1 for fewer than 4 values or a constant series.

    References
    ----------
    Geyer, Statistical Science 7 (1992) 473-483 (initial positive sequence); Kendall, Biometrika 41 (1954) 403-404;
    Sheppard 1899 (correlation of signs).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> 1.0 <= correlation_time(rng.normal(size=500)) < 1.5
    True
    """
    return _time(values, _signs)


def level_time(values: ArrayLike) -> float:
    """Integrated autocorrelation time of the values (as ranks): their mean varies as that of n / tau independent ones.

    Estimated as `correlation_time`, without the way through signs: a mean forgets more slowly than a median's side.

    Parameters
    ----------
    values : array_like, shape (n,)
        In the order of production; missing values are left out.

    Returns
    -------
    float
        Between 1 and n; 1 for fewer than 4 values or a constant series.

    Examples
    --------
    >>> slow = np.repeat(np.random.default_rng(0).normal(size=40), 20)
    >>> level_time(slow) > correlation_time(slow)
    True
    """
    return _time(values, lambda rho: rho)


def _time(values: ArrayLike, seen: Callable[[Array], Array]) -> float:
    x = as_series(values)
    x = x[~np.isnan(x)]
    n = len(x)
    if n < 4 or np.ptp(x) == 0:
        return 1.0
    rho = _rank_acf(x)
    phi = min(rho[1] + (1 + 3 * rho[1]) / n, 1 - 1 / n)
    slow = 1 + 2 * float(seen(max(phi, 0.0) ** np.arange(1, n)).sum())
    tau = max(slow, _initial_positive(seen(rho)), 1.0)
    doubt = 1 + np.sqrt((tau - 1) / n)
    return float(min(tau * doubt, n))


def _signs(rho: Array) -> Array:
    return 2 / np.pi * np.arcsin(np.clip(rho, -1, 1))


def _rank_acf(x: Array) -> Array:
    ranks = stats.rankdata(x)
    d = ranks - ranks.mean()
    spectrum = np.fft.rfft(d, 2 * len(d))
    covariance = np.fft.irfft(spectrum * np.conj(spectrum))[: len(d)]
    return np.asarray(covariance / covariance[0], dtype=np.float64)


def _initial_positive(rho: Array) -> float:
    pairs = rho[: len(rho) // 2 * 2].reshape(-1, 2).sum(axis=1)
    ends = np.flatnonzero(pairs <= 0)
    return 2 * float(pairs[: ends[0] if ends.size else len(pairs)].sum()) - 1
