"""The ways to an index: normal, by percentiles, by a fitted distribution, through Box-Cox."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from models.base import Array
from models.errors import UnknownName
from models.spc.capability import boxcox, distributions, percentiles
from models.spc.capability.indices import Index, cp_index, cpk_index, cpm_index
from models.spc.capability.normal_tails import normal_ppm
from models.spc.capability.normality import Normality
from models.spc.capability.specification import Specification
from models.spc.capability.within import Within

Method = Literal["normal", "auto", "percentiles", "box-cox", "fitted"]
METHODS: tuple[Method, ...] = get_args(Method)
_ZERO = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """What every method starts from: values, specification, spread within, and the bootstrap's randomness."""

    x: Array
    spec: Specification
    level: float
    within: Within
    rng: np.random.Generator
    resamples: int

    @property
    def flat(self) -> bool:
        """Whether all values are equal, but for rounding."""
        return not float(self.x.std()) > _ZERO * max(float(np.abs(self.x).max()), 1e-300)


@dataclass(frozen=True, slots=True)
class Found:
    """What a method finds; None where it has no such index."""

    method: str
    expected: float
    cp: Index | None = None
    cpk: Index | None = None
    pp: Index | None = None
    ppk: Index | None = None
    ppl: Index | None = None
    ppu: Index | None = None
    cpm: Index | None = None


def chosen_method(method: str, tested: Normality | None) -> str:
    """Return the method to use; "auto" decides by the test of normality.

    Raises
    ------
    UnknownName
        With the nearest name.
    """
    if method not in METHODS:
        near = difflib.get_close_matches(method, METHODS, n=1, cutoff=0.0)[0]
        raise UnknownName(f"no capability method {method!r} - did you mean {near!r}? ({', '.join(METHODS)})")
    if method == "auto":
        return "fitted" if tested is not None and not tested.normal else "normal"
    return method


def by_method(base: Base, method: str, family: str | None) -> Found:
    """Return the indices by one method; constant values have none, by any."""
    if method == "normal" or base.flat:
        return _normal(base)
    if method == "box-cox":
        return _box_cox(base)
    return _percentiles(base) if method == "percentiles" else _fitted(base, family)


def _normal(base: Base) -> Found:
    x, n, spec = base.x, len(base.x), base.spec
    mean, overall = float(x.mean()), float(x.std(ddof=1))
    cp, cpk = _pair(base, spec, base.within.sigma, base.within.df)
    pp, ppk = _pair(base, spec, overall, n - 1)
    cpm = None
    if spec.lower is not None and spec.target is not None and spec.upper is not None and cp is not None:
        inside = base.within
        cpm = cpm_index(spec.lower, spec.target, spec.upper, mean, inside.sigma, n=n, df=inside.df, level=base.level)
    ppl, ppu = (_pair(base, side, overall, n - 1)[1] for side in _sides(spec))
    return Found("normal", normal_ppm(spec, mean, overall), cp, cpk, pp, ppk, ppl, ppu, cpm)


def _sides(spec: Specification) -> tuple[Specification | None, Specification | None]:
    low = None if spec.lower is None else Specification(lower=spec.lower)
    return low, None if spec.upper is None else Specification(upper=spec.upper)


def _pair(base: Base, spec: Specification | None, sigma: float, df: float) -> tuple[Index | None, Index | None]:
    mean = float(base.x.mean())
    if spec is None or not sigma > _ZERO * max(abs(mean), 1e-300):
        return None, None
    nearer = cpk_index(spec.lower, spec.upper, mean, sigma, n=len(base.x), df=df, level=base.level)
    if spec.lower is None or spec.upper is None:
        return None, nearer
    return cp_index(spec.lower, spec.upper, sigma, df, base.level), nearer


def _percentiles(base: Base) -> Found:
    found = percentiles.bootstrapped(
        base.x,
        lambda x: percentiles.spread_indices(percentiles.empirical_three(x), base.spec),
        base.level,
        base.rng,
        base.resamples,
    )
    return Found("percentiles", 1e6 * float(np.mean(base.spec.outside(base.x))), **found)


def _fitted(base: Base, family: str | None) -> Found:
    chosen = distributions.best_fit(base.x) if family is None else distributions.fit(base.x, family)

    def indices(x: Array) -> percentiles.Spread:
        low, middle, high = distributions.fit(x, chosen.name).quantile(percentiles.SHARES).tolist()
        return percentiles.spread_indices((low, middle, high), base.spec)

    found = percentiles.bootstrapped(base.x, indices, base.level, base.rng, base.resamples)
    return Found(f"fitted {chosen.name}", base.spec.expected_ppm(chosen.below, chosen.above), **found)


def _box_cox(base: Base) -> Found:
    power = boxcox.fit_box_cox(base.x)

    def indices(x: Array) -> percentiles.Spread:
        transform = boxcox.fit_box_cox(x)
        y = transform(x)
        mean, three = float(y.mean()), 3 * float(y.std(ddof=1))
        return percentiles.spread_indices((mean - three, mean, mean + three), transform.carried(base.spec))

    found = percentiles.bootstrapped(base.x, indices, base.level, base.rng, base.resamples)
    y, carried = power(base.x), power.carried(base.spec)
    expected = normal_ppm(carried, float(y.mean()), float(y.std(ddof=1)))
    return Found(f"box-cox (power {power.power:.2g})", expected, **found)
