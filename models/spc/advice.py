"""Which chart, which rules: proposed from the data, with the reason in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from models.base import Array
from models.spc.attributes.tallies import checked
from models.spc.capability.normality import LEAST as LEAST_NORMAL
from models.spc.capability.normality import normality
from models.spc.dependence import BLOCK, dependent
from models.spc.observations import Observations
from models.spc.reference import ILL
from models.spc.rules import DEFAULT

ALPHA = 0.01
FEW = 20
RANGES_UP_TO = 9
MANY = 8
EXPECTED = 5.0
NOTABLE = 1.2
"""Real over chance variation from which on limits by chance alone mislead."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A proposal.

    Parameters
    ----------
    chart : str
        Name in the catalogue.
    rules : tuple of str
        Run rules; none where the chart's limits are all that applies.
    subgroup : int
        Values to take together; 1 for single values, 0 where subgroups stay as they are declared.
    sentence : str
        What is proposed, and why.
    settings : mapping
        Of the chart, where others than its own are proposed.
    """

    chart: str
    rules: tuple[str, ...]
    subgroup: int
    sentence: str
    settings: Mapping[str, object] = field(default_factory=dict)


def advise(data: Observations, *, counted: bool = False) -> Advice:
    """Propose a chart, its subgroups and its run rules.

    Parameters
    ----------
    data : Observations
        What is there, preferably phase I: with groups, sizes, parts or several columns where they are declared.
    counted : bool
        Whether values are counts or 0/1 results; those with sizes or groups of 0/1 results are shares.

    Returns
    -------
    Advice
        Also from few data; then the sentence says that it is provisional.

    Raises
    ------
    TaskError
        If values are no numbers, or counts are negative.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 7.4 (choosing a chart), 10.4 (autocorrelation); Borror,
    Montgomery & Runger, Journal of Quality Technology 31 (1999) 309-316 (EWMA where values are not normal); Laney 2002.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=200)
    >>> advise(Observations(values)).chart, advise(Observations(np.cumsum(values))).chart
    ('imr', 'forecast')
    """
    if np.ndim(data.values) == 2:
        return _vectors(data)
    if counted:
        return _counts(data)
    if data.parts is not None and len({str(p) for p in data.parts}) > 1:
        return _parts(data)
    return _subgroups(data) if data.groups is not None else _single(data.series)


def _single(x: Array) -> Advice:
    there = x[np.isfinite(x)]
    n = len(there)
    if n < FEW:
        return Advice("imr", DEFAULT, 1, f"individuals: only {n} values so far, so this is provisional until {FEW}")
    if n >= BLOCK and dependent(x):
        why = "neighbours resemble each other, so limits from their differences would be too narrow"
        return Advice("forecast", DEFAULT, 1, f"errors of a forecast: {why}")
    found = normality(there, alpha=ALPHA) if n >= LEAST_NORMAL and np.ptp(there) > 0 else None
    if found is not None and not found.normal:
        why = f"values are not normal (Anderson-Darling p {found.anderson_darling_p:.2g})"
        told = f"EWMA with smoothing .05: {why}, and an average of many stands that better than single points"
        return Advice("ewma", (), 1, told, {"smoothing": 0.05, "width": 2.615})
    beside = "an EWMA beside it finds changes below 1.5 sigma sooner"
    return Advice("imr", DEFAULT, 1, f"individuals: {n} single values, independent, nothing against normal; {beside}")


def _subgroups(data: Observations) -> Advice:
    groups = [g[np.isfinite(g)] for g in data.subgroups]
    groups = [g for g in groups if len(g)]
    sizes = np.array([len(g) for g in groups])
    if not groups or sizes.max() < 2:
        return _single(data.series)
    equal = sizes.min() == sizes.max()
    name = "xbar_r" if equal and sizes.max() <= RANGES_UP_TO else "xbar_s"
    means = np.array([g.mean() for g in groups])
    ratio = _between(groups, means)
    if len(groups) >= FEW and ratio > 2 * NOTABLE:
        why = f"means vary {ratio:.1f} times as much as the spread inside the subgroups explains"
        other = "chart single results, or form subgroups that hold this variation"
        told = f"{name} would signal at every turn, for {why}: {other}"
        return Advice("imr" if not dependent(data.series) else "forecast", DEFAULT, 1, told)
    size = f"{sizes.max()}" if equal else f"{sizes.min()} to {sizes.max()}"
    why = (
        "ranges lose little there"
        if name == "xbar_r"
        else "s uses them all"
        if equal
        else "s follows a size that changes"
    )
    few = f"; only {len(groups)} of them, so provisional" if len(groups) < FEW else ""
    title = "mean and range" if name == "xbar_r" else "mean and s"
    return Advice(name, DEFAULT, 0, f"{title}: subgroups of {size}, and {why}{few}")


def _between(groups: list[Array], means: Array) -> float:
    """Standard deviation of the means over what the spread within the subgroups makes of them."""
    told = [(len(g), g.var(ddof=1)) for g in groups if len(g) > 1]
    if len(means) < 2 or not told:
        return 1.0
    within = sum((n - 1) * v for n, v in told) / sum(n - 1 for n, _ in told)
    chance = within * float(np.mean([1 / len(g) for g in groups]))
    return float(np.sqrt(means.var(ddof=1) / chance)) if chance > 0 else 1.0


def _counts(data: Observations) -> Advice:
    if data.sizes is None and data.groups is None:
        counts, sizes, binary = data.series, np.ones(len(data.series)), False
    else:
        counts, sizes = data.tallies
        there = data.series[np.isfinite(data.series)]
        binary = data.sizes is None and bool(np.isin(there, (0.0, 1.0)).all())
        binary = binary or (data.sizes is not None and bool((counts <= sizes)[np.isfinite(counts)].all()))
    counts, sizes = checked(counts, sizes, shares=False)
    keep = np.isfinite(counts)
    counts, sizes = counts[keep], sizes[keep]
    if len(counts) < 2 or counts.sum() == 0:
        name = "p" if binary or not len(sizes) else "c" if np.ptp(sizes) == 0 else "u"
        return Advice(
            name, DEFAULT, 0, f"{name}: {int(counts.sum())} found in {len(counts)} points, too little for more"
        )
    return _rates(counts, sizes, binary=binary)


def _rates(counts: Array, sizes: Array, *, binary: bool) -> Advice:
    rate = counts.sum() / sizes.sum()
    chance = rate * (1 - rate) if binary else rate
    z = (counts / sizes - rate) / np.sqrt(np.maximum(chance, 1e-300) / sizes)
    ratio = float(z.std(ddof=1))
    beyond = stats.chi2.sf((len(z) - 1) * ratio**2, len(z) - 1) < ALPHA and ratio > NOTABLE
    expected = float(np.median(sizes) * rate)
    equal = bool(np.ptp(sizes) == 0)
    wanted = int(np.ceil(EXPECTED / rate)) if expected < EXPECTED else 0
    few = (
        f"; {expected:.1f} are expected a point, take about {wanted} units together"
        if wanted and sizes.max() > 1
        else ""
    )
    if beyond:
        name = "laney_p" if binary else "laney_u"
        told = f"{name}: points vary {ratio:.1f} times as much as chance allows, plain limits would cry wolf"
        return Advice(name, DEFAULT, wanted, told + few)
    name = "p" if binary else "c" if equal else "u"
    what = "shares of units" if binary else "counts on equal areas" if equal else "counts on areas that differ"
    return Advice(name, DEFAULT, wanted, f"{name}: {what}, and they vary no more than chance allows{few}")


def _parts(data: Observations) -> Advice:
    x, who = data.series, np.array([str(p) for p in data.parts or ()])
    spreads = [x[(who == p) & np.isfinite(x)] for p in np.unique(who)]
    spreads = [s for s in spreads if len(s) > 2]
    differ = len(spreads) > 1 and float(stats.levene(*spreads, center="median").pvalue) < ALPHA
    count = len(set(who.tolist()))
    if differ:
        return Advice("z_mr", DEFAULT, 1, f"Z and moving range: {count} products whose spreads differ (Levene's test)")
    return Advice("nominal", DEFAULT, 1, f"deviation from nominal: {count} products that vary alike (Levene's test)")


def _vectors(data: Observations) -> Advice:
    x = data.matrix
    rows = x[np.isfinite(x).all(axis=1)]
    n, p = len(rows), x.shape[1]
    if n < p + 2:
        return Advice("pca", (), 1, f"principal components: {n} complete rows of {p} variables, collect {10 * p} first")
    spread = rows.std(axis=0)
    correlation = np.corrcoef(rows[:, spread > 0].T) if (spread > 0).sum() > 1 else np.eye(1)
    if p > MANY or np.linalg.cond(correlation) > min(ILL, 1e4):
        why = f"{p} variables" if p > MANY else "variables that nearly follow from each other"
        return Advice("pca", (), 1, f"principal components, T2 and SPE: {why}; a broken relation shows in SPE")
    return Advice(
        "t2", (), 1, f"Hotelling T2: {p} variables, {n} rows; a multivariate EWMA beside it for small changes"
    )
