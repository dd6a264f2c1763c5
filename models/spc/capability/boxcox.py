"""Box-Cox: the power that makes values as normal as it can, and limits carried along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.base import Array
from models.errors import NotThisKind, TaskError
from models.spc.capability.specification import Specification
from models.spc.series import present

LEAST = 10
RANGE = (-5.0, 5.0)
"""Powers beyond these are not searched: the values then span too little for a power to mean anything."""
TOLERANCE = 1e-5
FLAT = 1e-6
"""Range as a share of the largest value up to which a power changes nothing but rounding."""


@dataclass(frozen=True, slots=True)
class BoxCox:
    """The transformation x -> (x^power - 1) / power, the logarithm at power 0.

    Parameters
    ----------
    power : float
        Most likely lambda, between -5 and 5.
    """

    power: float

    def __call__(self, values: ArrayLike) -> Array:
        """Transform values above 0; rising for every power."""
        return np.asarray(special.boxcox(np.asarray(values, dtype=np.float64), self.power), dtype=np.float64)

    def carried(self, spec: Specification) -> Specification:
        """Carry a specification along; a limit at 0 or below cannot be crossed by values above 0 and is left out.

        Raises
        ------
        NotThisKind
            If no limit is left.

        Examples
        --------
        >>> BoxCox(0.0).carried(Specification(0.0, None, 1.0))
        Specification(lower=None, target=None, upper=0.0)
        """
        lower, target, upper = (
            float(self(v)) if v is not None and v > 0 else None for v in (spec.lower, spec.target, spec.upper)
        )
        if lower is None and upper is None:
            raise NotThisKind("box-cox: no limit above 0 is left for values above 0 - choose a fitted distribution")
        return Specification(lower, target, upper)


def fit_box_cox(values: ArrayLike) -> BoxCox:
    """Find the most likely power.

    Raises
    ------
    NotThisKind
        If a value is not above 0, or all lie too close for a power to matter.
    NotEnoughData
        With fewer than 10 values.
    TaskError
        If all values are equal.

    References
    ----------
    Box & Cox, Journal of the Royal Statistical Society B 26 (1964) 211-252.

    Examples
    --------
    >>> abs(fit_box_cox(np.random.default_rng(0).lognormal(0.0, 0.5, 2000)).power) < 0.1
    True
    """
    x = present(values, "box-cox", LEAST)
    if x.min() <= 0:
        raise NotThisKind(f"box-cox: the smallest value is {x.min():g}, a power needs values above 0 - use a fit")
    if np.ptp(x) <= 1e-12 * x.max():
        raise TaskError(f"box-cox: all {len(x)} values are equal - no power makes them normal")
    if np.ptp(x) <= FLAT * x.max():
        raise NotThisKind(f"box-cox: values from {x.min():g} to {x.max():g} lie too close for a power - use normal")
    logs = np.log(x) - np.mean(np.log(x))  # geometric mean 1: the power does not depend on the unit, nor overflows
    powers = np.linspace(*RANGE, 41)
    start = int(np.argmin([_spread(p, logs) for p in powers]))
    return BoxCox(_golden(powers[max(start - 1, 0)], powers[min(start + 1, len(powers) - 1)], logs))


def _spread(power: float, logs: Array) -> float:
    """Log variance of the transformed values: with geometric mean 1, minus their log-likelihood but for constants."""
    y = np.expm1(power * logs) / power if abs(power) > 1e-9 else logs
    return float(np.log(np.var(y)))


def _golden(low: float, high: float, logs: Array) -> float:
    """Golden-section search for the most likely power between two bounds."""
    ratio = (np.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = _spread(left, logs), _spread(right, logs)
    while high - low > TOLERANCE:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = _spread(left, logs)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = _spread(right, logs)
    return float((low + high) / 2)
