"""Capability and performance indices, always with their confidence intervals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import LEVEL
from models.errors import TaskError
from models.spc.individuals import imr
from models.spc.rules import DEFAULT
from models.spc.series import as_series, present

LEAST = 5
"""Fewer values and an interval would be as wide as the plant."""
FEW = 50


@dataclass(frozen=True, slots=True)
class Index:
    """One index with its two-sided confidence interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Capability:
    """What a process can do against its specification.

    Parameters
    ----------
    cp, cpk : Index or None
        From the spread within (moving ranges). Cp needs both specification limits.
    pp, ppk : Index or None
        From the overall spread.
    cpm : Index or None
        Against the target; needs both limits and a target.
    mean, sigma_within, sigma_overall : float
        In the characteristic's unit.
    n : int
    level : float
        Of the intervals.
    ppm_observed, ppm_expected : float
        Units out of specification per million: counted, and by a normal distribution with the overall spread.
    stable : bool
        Whether the individuals chart shows no signal; if not, Cp and Cpk describe no process.
    sentence : str
    warnings : tuple of str
    """

    cp: Index | None
    cpk: Index | None
    pp: Index | None
    ppk: Index | None
    cpm: Index | None
    mean: float
    sigma_within: float
    sigma_overall: float
    n: int
    level: float
    ppm_observed: float
    ppm_expected: float
    stable: bool
    sentence: str
    warnings: tuple[str, ...] = ()


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
    value = float(upper - lower) / (6 * sigma)
    low, high = stats.chi2.ppf([(1 - level) / 2, (1 + level) / 2], df)
    return Index(value, value * float(np.sqrt(low / df)), value * float(np.sqrt(high / df)))


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
    lower: float, target: float, upper: float, mean: float, sigma: float, *, n: int, level: float = LEVEL
) -> Index:
    """Cpm = (upper - lower) / (6 sqrt(sigma^2 + (mean - target)^2)), interval by Boyles' chi-square approximation.

    Degrees of freedom n (1 + x)^2 / (1 + 2 x) with x = ((mean - target) / sigma)^2.

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
    df = n * (1 + off) ** 2 / (1 + 2 * off)
    low, high = stats.chi2.ppf([(1 - level) / 2, (1 + level) / 2], df)
    return Index(value, value * float(np.sqrt(low / df)), value * float(np.sqrt(high / df)))


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


def capability(
    values: ArrayLike,
    lower: float | None = None,
    target: float | None = None,
    upper: float | None = None,
    *,
    level: float = LEVEL,
    rules: Iterable[str] = DEFAULT,
    stable: bool | None = None,
) -> Capability:
    """Judge measurements against their specification.

    Parameters
    ----------
    values : array_like, shape (n,)
        Measurements in the order of production, in the characteristic's unit.
    lower, target, upper : float, optional
        Specification; at least one of the limits.
    level : float
        Of the confidence intervals.
    rules : iterable of str
        Run rules that decide whether the process is stable.
    stable : bool, optional
        Where a chart with frozen limits already decided.

    Returns
    -------
    Capability
        With all values equal the indices are None and a warning says so.

    Raises
    ------
    TaskError
        If both limits are missing, out of order, or the level is not between 0 and 1.
    NotEnoughData
        With fewer than 5 values.

    References
    ----------
    ISO 22514-2; AIAG SPC (Cp, Cpk within; Pp, Ppk overall).

    Examples
    --------
    >>> result = capability([9, 10, 11, 10, 9, 11, 10, 10, 9, 11], lower=5, upper=15)
    >>> round(result.pp.value, 2), result.stable
    (2.04, True)
    """
    _check(lower, target, upper, level)
    ordered = as_series(values)
    x = present(values, "capability", LEAST)
    n, mean, overall = len(x), float(x.mean()), float(x.std(ddof=1))
    chart = imr(ordered if _has_neighbours(ordered) else x, rules=rules)
    within = chart.limits.sigma
    quiet = chart.stable if stable is None else stable
    spec = _Spec(lower, target, upper, level)
    expected = _expected(mean, overall, lower, upper)
    bad = (x < lower if lower is not None else False) | (x > upper if upper is not None else False)
    cp, cpk = spec.pair(mean, within, n, moving_range_df(n))
    pp, ppk = spec.pair(mean, overall, n, n - 1)
    cpm = spec.against_target(mean, float(x.std()), n)
    warnings = _warnings(n, within, overall, quiet)
    sentence = _sentence(cpk, ppk, level, n, quiet)
    ppm = float(np.mean(bad)) * 1e6
    return Capability(cp, cpk, pp, ppk, cpm, mean, within, overall, n, level, ppm, expected, quiet, sentence, warnings)


@dataclass(frozen=True, slots=True)
class _Spec:
    lower: float | None
    target: float | None
    upper: float | None
    level: float

    def pair(self, mean: float, sigma: float, n: int, df: float) -> tuple[Index | None, Index | None]:
        if not sigma > _ZERO * max(abs(mean), 1e-300):
            return None, None
        nearer = cpk_index(self.lower, self.upper, mean, sigma, n=n, df=df, level=self.level)
        if self.lower is None or self.upper is None:
            return None, nearer
        return cp_index(self.lower, self.upper, sigma, df, self.level), nearer

    def against_target(self, mean: float, sigma: float, n: int) -> Index | None:
        if self.lower is None or self.target is None or self.upper is None or not sigma > _ZERO * abs(mean):
            return None
        return cpm_index(self.lower, self.target, self.upper, mean, sigma, n=n, level=self.level)


_ZERO = 1e-12


def _check(lower: float | None, target: float | None, upper: float | None, level: float) -> None:
    if lower is None and upper is None:
        raise TaskError("capability: no specification limit - give lower, upper or both")
    order = [v for v in (lower, target, upper) if v is not None]
    if not np.isfinite(order).all() or order != sorted(order) or (lower is not None and lower == upper):
        raise TaskError(f"capability: specification {lower} / {target} / {upper} - give lower <= target <= upper")
    if not 0 < level < 1:
        raise TaskError(f"capability: level {level} - give a probability between 0 and 1")


def _has_neighbours(x: np.ndarray) -> bool:
    return bool(np.isfinite(np.diff(x)).any())


def _expected(mean: float, sigma: float, lower: float | None, upper: float | None) -> float:
    if sigma == 0:
        return 1e6 * float((lower is not None and mean < lower) or (upper is not None and mean > upper))
    below = 0.0 if lower is None else float(stats.norm.cdf((lower - mean) / sigma))
    above = 0.0 if upper is None else float(stats.norm.sf((upper - mean) / sigma))
    return 1e6 * (below + above)


def _warnings(n: int, within: float, overall: float, stable: bool) -> tuple[str, ...]:
    found = []
    if n < FEW:
        found.append(f"{n} values: the interval is the message, not the index (at least {FEW} for an index)")
    if not stable:
        found.append("not stable: the chart signals, so capability is a statement about the past only")
    if within == 0 or overall == 0:
        found.append("no spread between neighbours: constant or too coarsely rounded values, no index")
    elif overall > 1.5 * within:
        found.append("overall spread far above the spread within: the process wanders or is autocorrelated, use Ppk")
    return tuple(found)


def _sentence(cpk: Index | None, ppk: Index | None, level: float, n: int, stable: bool) -> str:
    name, index = ("Cpk", cpk) if stable and cpk is not None else ("Ppk", ppk)
    if index is None:
        return f"no capability: all {n} values are equal"
    state = "" if stable else "not stable; "
    return f"{state}{name} {index.value:.2f} ({index.lower:.2f} to {index.upper:.2f} at {level:.0%}, {n} values)"
