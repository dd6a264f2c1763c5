"""Indices of any distribution from three of its percentiles, and their intervals by the bootstrap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.base import Array
from models.errors import ModelsError, NotEnoughData
from models.spc.capability.indices import Index
from models.spc.capability.specification import Specification

SHARES = (0.00135, 0.5, 0.99865)
"""What a normal distribution has at -3 sigma, its mean and +3 sigma (ISO 22514-2)."""
RESAMPLES = 500
_ENOUGH = 50

Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Spread:
    """Pp and Ppk from percentiles, one-sided ones beside them; None where a limit or a spread is missing."""

    pp: float | None
    ppl: float | None
    ppu: float | None

    @property
    def ppk(self) -> float | None:
        """The smaller of the sides there are."""
        return min((side for side in (self.ppl, self.ppu) if side is not None), default=None)


def spread_indices(three: Three, spec: Specification) -> Spread:
    """Pp = (U - L) / (x_99.865 - x_0.135); Ppk = the smaller of (x_50 - L) / (x_50 - x_0.135) and its mirror.

    Parameters
    ----------
    three : tuple of float
        The 0.135, 50 and 99.865 percentiles.
    spec : Specification

    Returns
    -------
    Spread

    References
    ----------
    ISO 22514-2:2017, 7.2 (general geometric method); Clements, Quality Progress 22 (1989) 95-100.

    Examples
    --------
    >>> found = spread_indices((10.0, 16.0, 22.0), Specification(8.0, None, 20.0))
    >>> found.pp, round(found.ppk, 4)
    (1.0, 0.6667)
    """
    low, middle, high = three
    tolerance = spec.tolerance
    pp = None if tolerance is None or high <= low else tolerance / (high - low)
    ppl = None if spec.lower is None or middle <= low else (middle - spec.lower) / (middle - low)
    ppu = None if spec.upper is None or high <= middle else (spec.upper - middle) / (high - middle)
    return Spread(pp, ppl, ppu)


def empirical_three(x: Array) -> Three:
    """The three percentiles as the values have them, interpolated between neighbours.

    Below about 1,500 values the outer two are the smallest and the largest value: they then say too little.

    Examples
    --------
    >>> empirical_three(np.array([0.0, 500.0, 1000.0]))[1]
    500.0
    """
    low, middle, high = np.quantile(x, SHARES).tolist()
    return low, middle, high


def bootstrapped(
    x: Array,
    statistic: Callable[[Array], Spread],
    level: float,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> dict[str, Index | None]:
    """Return ``pp``, ``ppk``, ``ppl``, ``ppu`` with bias-corrected percentile intervals of the bootstrap.

    Parameters
    ----------
    x : ndarray, shape (n,)
    statistic : callable
        From values to their indices; a resample it refuses is drawn again, up to twice as many as asked for.
    level : float
    rng : numpy.random.Generator
    resamples : int

    Raises
    ------
    NotEnoughData
        If fewer than 50 resamples can be answered.

    References
    ----------
    Efron & Tibshirani, An Introduction to the Bootstrap (1993), 14.3 without acceleration.

    Examples
    --------
    >>> spec = Specification(-4.0, None, 4.0)
    >>> x = np.random.default_rng(0).normal(size=400)
    >>> found = bootstrapped(x, lambda v: spread_indices(empirical_three(v), spec), 0.9, np.random.default_rng(1), 100)
    >>> found["ppk"].lower < found["ppk"].value < found["ppk"].upper
    True
    """
    point = statistic(x)
    drawn: list[Spread] = []
    for _ in range(2 * resamples):
        try:
            drawn.append(statistic(x[rng.integers(0, len(x), len(x))]))
        except ModelsError:
            continue
        if len(drawn) == resamples:
            break
    if len(drawn) < min(_ENOUGH, resamples):
        raise NotEnoughData("capability: too few values differ for an interval by the bootstrap - 10 are needed", 10)
    return {name: _corrected(getattr(point, name), [getattr(s, name) for s in drawn], level)
            for name in ("pp", "ppk", "ppl", "ppu")}  # fmt: skip


def _corrected(value: float | None, drawn: list[float | None], level: float) -> Index | None:
    if value is None:
        return None
    found = np.array([d for d in drawn if d is not None])
    share = (np.sum(found < value) + 0.5 * np.sum(found == value)) / len(found)
    bias = float(stats.norm.ppf(np.clip(share, 0.5 / len(found), 1 - 0.5 / len(found))))
    z = float(stats.norm.ppf((1 + level) / 2))
    low, high = np.quantile(found, stats.norm.cdf([2 * bias - z, 2 * bias + z]))
    return Index(value, min(float(low), value), max(float(high), value))
