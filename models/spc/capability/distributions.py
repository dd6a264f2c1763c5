"""Distributions fitted to values that are not normal, by maximum likelihood, and the one that fits best."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from models.base import Array
from models.errors import NotThisKind, TaskError, UnknownName
from models.spc.capability.normality import anderson_darling
from models.spc.series import present

LEAST = 10
"""Fewer values and the tails of a fitted distribution are a guess."""


@dataclass(frozen=True, slots=True)
class Family:
    """A two-parameter family: scipy's object, what of it is fixed, whether it knows values above 0 only."""

    of: Any
    fixed: Mapping[str, float]
    positive: bool


def _positive(of: Any) -> Family:
    return Family(of, MappingProxyType({"floc": 0.0}), positive=True)


def _anywhere(of: Any) -> Family:
    return Family(of, MappingProxyType({}), positive=False)


#: Name -> family. All have two free parameters, so that their likelihoods compare as they are.
FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "normal": _anywhere(stats.norm),
        "lognormal": _positive(stats.lognorm),
        "weibull": _positive(stats.weibull_min),
        "gamma": _positive(stats.gamma),
        "logistic": _anywhere(stats.logistic),
        "smallest extreme value": _anywhere(stats.gumbel_l),
        "largest extreme value": _anywhere(stats.gumbel_r),
    }
)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A distribution with the parameters that make the values most likely.

    Parameters
    ----------
    name : str
        Of `FAMILIES`.
    parameters : tuple of float
        As scipy orders them: shapes, location, scale.
    log_likelihood : float
    anderson_darling : float
        Distance of the values from it; for comparing fits, not for a p-value.
    """

    name: str
    parameters: tuple[float, ...]
    log_likelihood: float
    anderson_darling: float

    def quantile(self, p: ArrayLike) -> Array:
        """Value below which the share `p` lies."""
        with np.errstate(over="ignore"):  # far tails of a narrow distribution end at infinity
            return np.asarray(FAMILIES[self.name].of.ppf(p, *self.parameters), dtype=np.float64)

    def below(self, x: float) -> float:
        """Probability of a value below `x`."""
        with np.errstate(over="ignore"):
            return float(FAMILIES[self.name].of.cdf(x, *self.parameters))

    def above(self, x: float) -> float:
        """Probability of a value above `x`."""
        with np.errstate(over="ignore"):
            return float(FAMILIES[self.name].of.sf(x, *self.parameters))

    def density(self, x: ArrayLike) -> Array:
        """Probability density at `x`, per unit of the characteristic."""
        with np.errstate(over="ignore"):
            return np.asarray(FAMILIES[self.name].of.pdf(x, *self.parameters), dtype=np.float64)


def fit(values: ArrayLike, name: str) -> Fitted:
    """Fit one family by maximum likelihood.

    Parameters
    ----------
    values : array_like, shape (n,)
    name : str
        Of `FAMILIES`.

    Returns
    -------
    Fitted

    Raises
    ------
    UnknownName
        With the nearest name.
    NotThisKind
        If the family knows values above 0 only and there are others, or none of its members fits.
    NotEnoughData
        With fewer than 10 values.
    TaskError
        If all values are equal.

    Examples
    --------
    >>> found = fit(np.random.default_rng(0).lognormal(0.0, 0.5, 500), "lognormal")
    >>> round(found.parameters[0], 2)
    0.51
    """
    if name not in FAMILIES:
        near = difflib.get_close_matches(name, list(FAMILIES), n=1, cutoff=0.0)[0]
        raise UnknownName(f"no distribution {name!r} - did you mean {near!r}? ({', '.join(FAMILIES)})")
    x = present(values, f"{name} fit", LEAST)
    family = FAMILIES[name]
    if np.ptp(x) == 0:
        raise TaskError(f"{name} fit: all {len(x)} values are equal - there is no distribution to fit")
    if family.positive and x.min() <= 0:
        raise NotThisKind(f"{name} fit: the smallest value is {x.min():g}, only values above 0 can be of this kind")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # the optimiser looks at impossible parameters on its way
        try:
            parameters = tuple(float(p) for p in family.of.fit(x, **family.fixed))
        except (ValueError, RuntimeError, OverflowError):  # scipy's FitError is a RuntimeError
            parameters = (np.nan,)
        likelihood = float(np.sum(family.of.logpdf(x, *parameters))) if np.isfinite(parameters).all() else np.nan
    if not np.isfinite(likelihood):
        raise NotThisKind(f"{name} fit: no parameters make values from {x.min():g} to {x.max():g} likely - try another")
    return Fitted(name, parameters, likelihood, anderson_darling(family.of.cdf(x, *parameters)))


def best_fit(values: ArrayLike) -> Fitted:
    """Return the family under which the values are most likely (all have two parameters: the least AIC).

    References
    ----------
    Akaike, IEEE Transactions on Automatic Control 19 (1974) 716-723.

    Examples
    --------
    >>> best_fit(np.random.default_rng(1).weibull(1.5, 800)).name
    'weibull'
    """
    x = present(values, "distribution fit", LEAST)
    names = [name for name, family in FAMILIES.items() if not family.positive or x.min() > 0]
    fitted = [found for name in names if (found := _tried(x, name)) is not None]
    if not fitted:
        raise NotThisKind(f"distribution fit: no family fits values from {x.min():g} to {x.max():g}")
    return max(fitted, key=lambda found: found.log_likelihood)


def _tried(x: Array, name: str) -> Fitted | None:
    """A family's member, None where none of them fits."""
    try:
        return fit(x, name)
    except NotThisKind:
        return None
