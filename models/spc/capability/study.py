"""A capability study: indices within and overall, their intervals, parts per million, stability, in one result."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.base import LEVEL, Array
from models.errors import TaskError
from models.spc.capability.indices import Index
from models.spc.capability.methods import Base, Found, Method, by_method, chosen_method
from models.spc.capability.normality import LEAST as TESTABLE
from models.spc.capability.normality import Normality, normality
from models.spc.capability.percentiles import RESAMPLES
from models.spc.capability.specification import Specification, observed_interval
from models.spc.capability.within import within
from models.spc.rules import DEFAULT
from models.spc.series import as_series, present
from models.spc.variables.individuals import imr

LEAST = 5
"""Fewer values and an interval would be as wide as the plant."""
FEW = 50
PERCENTILES_NEED = 1500


@dataclass(frozen=True, slots=True)
class Capability:
    """What a process can do against its specification.

    Parameters
    ----------
    cp, cpk : Index or None
        From the spread within. Cp needs both specification limits; None where the method is not normal.
    pp, ppk : Index or None
        From the overall spread, or from percentiles.
    cpm : Index or None
        Against the target, from the spread within; needs both limits and a target.
    mean, sigma_within, sigma_overall : float
        In the characteristic's unit.
    n : int
    level : float
        Of the intervals.
    ppm_observed, ppm_expected : float
        Units out of specification per million: counted, and by the distribution of the method.
    stable : bool
        Whether the chart shows no signal; if not, Cp and Cpk describe no process.
    sentence : str
    warnings : tuple of str
    ppl, ppu : Index or None
        One-sided, against the lower and the upper limit.
    ppm_interval : (float, float)
        Of `ppm_observed`, exact for independent units.
    method : str
        "normal", "percentiles", "box-cox (power 0.5)", "fitted weibull".
    estimator : str
        Of the spread within.
    normality : Normality or None
        None with fewer than 8 values or where all are equal.
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
    ppl: Index | None = None
    ppu: Index | None = None
    ppm_interval: tuple[float, float] = (0.0, 1e6)
    method: str = "normal"
    estimator: str = "average moving range"
    normality: Normality | None = None

    @property
    def told(self) -> tuple[str, Index | None]:
        """Name and index that may be told of the process: Cpk of a stable one, else Ppk; None where all are equal."""
        return ("Cpk", self.cpk) if self.stable and self.cpk is not None else ("Ppk", self.ppk)


def capability(
    values: ArrayLike,
    lower: float | None = None,
    target: float | None = None,
    upper: float | None = None,
    *,
    level: float = LEVEL,
    rules: Iterable[str] = DEFAULT,
    stable: bool | None = None,
    groups: Sequence[Hashable] | None = None,
    method: Method = "normal",
    family: str | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
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
    groups : sequence, length n, optional
        Rational subgroup of each value: the spread within is then the pooled one.
    method : {"normal", "auto", "percentiles", "box-cox", "fitted"}
        "auto" is normal unless Anderson-Darling rejects at 5 %, then the distribution that fits best.
    family : str, optional
        Of `FAMILIES`, for "fitted"; the best fitting one by default.
    seed, resamples : int
        Of the bootstrap, where a method has no formula for its intervals.

    Returns
    -------
    Capability
        With all values equal the indices are None and a warning says so.

    Raises
    ------
    TaskError
        If both limits are missing, out of order, or the level is not between 0 and 1.
    UnknownName
        For a method or family that does not exist.
    NotThisKind
        If the method needs values above 0 and there are others.
    NotEnoughData
        With fewer than 5 values; 10 where a distribution is fitted.

    References
    ----------
    ISO 22514-2; AIAG SPC (Cp, Cpk within; Pp, Ppk overall).

    Examples
    --------
    >>> result = capability([9, 10, 11, 10, 9, 11, 10, 10, 9, 11], lower=5, upper=15)
    >>> round(result.pp.value, 2), result.stable
    (2.04, True)
    """
    if not 0 < level < 1:
        raise TaskError(f"capability: level {level} - give a probability between 0 and 1")
    spec = Specification(lower, target, upper)
    ordered = as_series(values)
    x = present(values, "capability", LEAST)
    chart = imr(ordered if _has_neighbours(ordered) else x, rules=rules)
    quiet = chart.stable if stable is None else stable
    base = Base(x, spec, level, within(ordered, groups), np.random.default_rng(seed), resamples)
    tested = _tested(base)
    found = by_method(base, chosen_method(method, tested), family)
    return _told(base, found, tested, quiet)


def _tested(base: Base) -> Normality | None:
    return None if base.flat or len(base.x) < TESTABLE else normality(base.x)


def _has_neighbours(x: Array) -> bool:
    return bool(np.isfinite(np.diff(x)).any())


def _told(base: Base, found: Found, tested: Normality | None, stable: bool) -> Capability:
    x, n = base.x, len(base.x)
    bad = int(base.spec.outside(x).sum())
    overall = float(x.std(ddof=1))
    return Capability(
        cp=found.cp, cpk=found.cpk, pp=found.pp, ppk=found.ppk, cpm=found.cpm,
        mean=float(x.mean()), sigma_within=base.within.sigma, sigma_overall=overall, n=n, level=base.level,
        ppm_observed=1e6 * bad / n, ppm_expected=found.expected, stable=stable,
        sentence=_sentence(base, found, stable),
        warnings=_warnings(base, found, tested, stable),
        ppl=found.ppl, ppu=found.ppu, ppm_interval=observed_interval(bad, n, base.level),
        method=found.method, estimator=base.within.estimator, normality=tested,
    )  # fmt: skip


def _warnings(base: Base, found: Found, tested: Normality | None, stable: bool) -> tuple[str, ...]:
    n, overall = len(base.x), float(base.x.std(ddof=1))
    said = []
    if n < FEW:
        said.append(f"{n} values: the interval is the message, not the index (at least {FEW} for an index)")
    if not stable:
        said.append("not stable: the chart signals, so capability is a statement about the past only")
    if base.within.sigma == 0 or base.flat:
        said.append("no spread between neighbours: constant or too coarsely rounded values, no index")
    elif overall > 1.5 * base.within.sigma:
        said.append("overall spread far above the spread within: the process wanders or is autocorrelated, use Ppk")
    if found.method == "normal" and tested is not None and not tested.normal:
        said.append(f"{tested.sentence}: expected ppm and Cpk may mislead, ask for a fitted distribution")
    if found.method == "percentiles" and n < PERCENTILES_NEED:
        said.append(f"{n} values: their outer percentiles are the extremes themselves below {PERCENTILES_NEED}")
    return tuple(said)


def _sentence(base: Base, found: Found, stable: bool) -> str:
    n = len(base.x)
    name, index = ("Cpk", found.cpk) if stable and found.cpk is not None else ("Ppk", found.ppk)
    if index is None:
        return f"no capability: all {n} values are equal"
    state = "" if stable else "not stable; "
    by = "" if found.method == "normal" else f", {found.method}"
    return (
        f"{state}{name} {index.value:.2f} ({index.lower:.2f} to {index.upper:.2f} at {base.level:.0%}, {n} values{by})"
    )
