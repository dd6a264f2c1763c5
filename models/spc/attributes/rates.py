"""One engine for all charts of counts: a rate, the spread its law gives it, and the sizes it stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.spc.attributes.tallies import checked, phase_one, warnings_of
from models.spc.control_chart import ControlChart
from models.spc.result import Chart, ChartLimits
from models.spc.rules import DEFAULT
from models.spc.shewhart import around, require_order, shewhart, standardized
from models.spc.variables.individuals import D2


@dataclass(frozen=True, slots=True)
class Law:
    """How counts vary while only common causes act.

    Parameters
    ----------
    what : str
        What is counted.
    sigma : callable
        From the mean rate to the standard deviation of a single unit's count.
    shares : bool
        Whether a rate is a share, so that it ends at 1.
    """

    what: str
    sigma: Callable[[float], float]
    shares: bool


def rate_chart(
    name: str,
    law: Law,
    counts: ArrayLike,
    sizes: ArrayLike,
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
    totals: bool = False,
    laney: bool = False,
) -> ControlChart:
    """Chart counts / sizes (or counts, with `totals`) about their mean rate.

    Parameters
    ----------
    name : str
        Of the chart, in the catalogue.
    law : Law
    counts, sizes, limits, window, rules, breaks
        As in `models.spc.attributes.p_chart`.
    totals : bool
        Plot counts instead of rates.
    laney : bool
        Scale sigma by the real variation of the standardized rates.

    Returns
    -------
    ControlChart

    Examples
    --------
    >>> law = Law("nonconformities", lambda u: u**0.5, shares=False)
    >>> rate_chart("u", law, [4, 9, 5], [1, 1, 1]).limits.center
    6.0
    """
    found, inspected = checked(counts, sizes, shares=law.shares)
    if limits is None:
        limits = _estimated(law, *phase_one(found, inspected, window), laney=laney)
    require_order(limits)
    usual = float(np.nanmedian(inspected)) if np.isfinite(inspected).any() else 1.0
    lines = _Lines(found, inspected, usual, totals)
    most = np.inf if totals or not law.shares else 1.0
    chart = lines.drawn(_KINDS[name], limits, rules, breaks, most)
    settings = {"size": usual, "rate": limits.center}
    if laney:
        chance = law.sigma(limits.center)
        settings["sigma_z"] = limits.sigma / chance if chance > 0 else 1.0
    return ControlChart(name, (chart,), limits, np.arange(len(found)), settings)


def _estimated(law: Law, found: Array, inspected: Array, *, laney: bool) -> ChartLimits:
    rate = float(found.sum() / inspected.sum())
    sigma = float(law.sigma(rate))
    if laney and sigma > 0:
        z = standardized(found / inspected, rate, sigma / np.sqrt(inspected))
        sigma *= float(np.abs(np.diff(z)).mean() / D2)
    n = len(found)
    estimator = "moving range of standardized rates" if laney else "binomial" if law.shares else "Poisson"
    warnings = warnings_of(n, sigma, rate * float(np.median(inspected)))
    return around(rate, sigma, n, estimator, warnings, least=0.0)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Points, centre line and limits: as rates, or as totals that move with the size."""

    found: Array
    inspected: Array
    usual: float
    totals: bool

    def drawn(self, kind: str, limits: ChartLimits, rules: Iterable[str], breaks: Sequence[int], most: float) -> Chart:
        scale = self.inspected if self.totals else np.ones(len(self.found))
        points = self.found if self.totals else self.found / self.inspected
        center, sigma = limits.center * scale, limits.sigma / np.sqrt(self.inspected) * scale
        usual = self.usual if self.totals else 1.0
        typical = (limits.center * usual, limits.sigma / self.usual**0.5 * usual)
        own = around(*typical, limits.n, limits.estimator, limits.warnings, least=0.0)
        return shewhart(kind, points, center, sigma, own, rules=rules, breaks=breaks, least=0.0, most=most)


_KINDS = {
    "p": "share nonconforming",
    "np": "nonconforming units",
    "laney_p": "share nonconforming",
    "c": "nonconformities",
    "u": "nonconformities per unit",
    "laney_u": "nonconformities per unit",
}
