"""Charts for short runs: many products, few values of each, one chart."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import NotEnoughData
from models.spc.control_chart import ControlChart
from models.spc.reference import Reference
from models.spc.result import ChartLimits
from models.spc.rules import DEFAULT
from models.spc.series import as_series
from models.spc.variables.individuals import D2, imr, moving_ranges

UNIT = ChartLimits(-3.0, 0.0, 3.0, 1.0, 0)


def nominal(
    values: ArrayLike,
    nominals: ArrayLike,
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
) -> ControlChart:
    """Chart deviations from nominal, as individuals with moving ranges; for products that vary alike.

    Parameters
    ----------
    values, nominals : array_like, shape (n,)
        Measured, and what each should have been.
    limits, window, rules, breaks
        As in `models.spc.imr`, of the deviations.

    Returns
    -------
    ControlChart

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 10.1.1 (DNOM charts).

    Examples
    --------
    >>> nominal([50.2, 49.9, 25.1, 25.0], [50, 50, 25, 25]).main.points.round(2)
    array([ 0.2, -0.1,  0.1,  0. ])
    """
    deviations = as_series(values) - as_series(nominals, "nominals")
    pair = imr(deviations, limits=limits, window=window, rules=rules, breaks=breaks)
    panels = (replace(pair.individuals, kind="deviation from nominal"), pair.moving_range)
    return ControlChart("nominal", panels, pair.limits, np.arange(len(deviations)))


def part_means(values: ArrayLike, parts: Sequence[Hashable], window: slice | None = None) -> dict[str, float]:
    """Return the mean of each part in phase I: a nominal where none is given.

    Examples
    --------
    >>> part_means([1.0, 3.0, 10.0], ["a", "a", "b"])
    {'a': 2.0, 'b': 10.0}
    """
    inside = window or slice(None)
    x, who = as_series(values)[inside], np.array([str(p) for p in parts])[inside]
    there = np.isfinite(x)
    return {str(part): float(x[(who == part) & there].mean()) for part in np.unique(who[there])}


def z_mr(
    values: ArrayLike,
    parts: Sequence[Hashable],
    *,
    limits: Reference | None = None,
    window: slice | None = None,
    rules: Iterable[str] = DEFAULT,
    breaks: Sequence[int] = (),
) -> ControlChart:
    """Chart (x - mean of its part) / sigma of its part, for products that vary differently.

    Sigma of a part is the average moving range within its runs / 1.128. Limits are -3 and 3 for every part.

    Parameters
    ----------
    values : array_like, shape (n,)
    parts : sequence, length n
        What each value was measured on.
    limits : Reference, optional
        Frozen: names of parts, their means, their variances on the diagonal.
    window : slice, optional
        Phase I points; all by default.
    rules, breaks
        As in `models.spc.imr`.

    Returns
    -------
    ControlChart
        A part without two neighbouring values in phase I is not charted, and a note says so.

    Raises
    ------
    NotEnoughData
        If no part can be charted.

    References
    ----------
    Farnum, "Control charts for short runs", Journal of Quality Technology 24 (1992) 138-144; Minitab's Z-MR chart.

    Examples
    --------
    >>> chart = z_mr([1, 2, 1, 2, 50, 70, 50, 70], "aaaabbbb")
    >>> chart.main.points.round(2)
    array([-0.56,  0.56, -0.56,  0.56, -0.56,  0.56, -0.56,  0.56])
    """
    x, who = as_series(values), np.array([str(p) for p in parts])
    edges = sorted({*breaks, *(int(i) for i in np.flatnonzero(who[1:] != who[:-1]) + 1)})
    known = limits or _parts(x, who, window or slice(None), edges)
    place = {name: i for i, name in enumerate(known.names)}
    where = np.array([place.get(part, -1) for part in who], dtype=np.int64)
    sigma = np.sqrt(np.diag(known.covariance))
    z = np.where(where >= 0, (x - known.mean[where]) / sigma[where], np.nan)
    pair = imr(z, limits=replace(UNIT, n=known.n), rules=rules, breaks=breaks)
    panels = (replace(pair.individuals, kind="standardized value"), pair.moving_range)
    absent = sorted(set(who.tolist()) - set(known.names))
    notes = tuple(f"{part}: no two neighbouring values in phase I, so it is not charted" for part in absent[:5])
    return ControlChart(
        "z_mr", panels, pair.limits, np.arange(len(x)), reference=known, notes=(*known.warnings, *notes)
    )


def _parts(x: Array, who: np.ndarray, window: slice, edges: Sequence[int]) -> Reference:
    ranges = moving_ranges(x, edges)[window]
    inside, names = x[window], who[window]
    found = []
    for part in sorted(set(names.tolist())):
        mine = names == part
        own = ranges[mine & np.isfinite(ranges)]
        if own.size and own.mean() > 0:
            found.append((part, float(np.nanmean(inside[mine])), float(own.mean() / D2)))
    if not found:
        raise NotEnoughData("z-mr chart: no part has two neighbouring values that differ - at least 2 are needed", 2)
    who_, means, sigmas = zip(*found, strict=True)
    return Reference(who_, np.array(means), np.diag(np.square(sigmas)), int(np.isfinite(inside).sum()))
