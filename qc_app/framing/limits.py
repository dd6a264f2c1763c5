"""Frozen limits: from what phase I found to what the journal keeps, and back to what a chart takes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from data_connectors.schema import Characteristic
from models.errors import TaskError
from models.spc import ChartLimits, PhaseOne, Reference, Stretch, chart_kind, chart_names
from qc_app.framing.charted import Series, subgroup_words
from qc_app.records import Limits


def limits_of(  # noqa: PLR0917 - what a version of limits is made of
    stage: str,
    name: str,
    what: Characteristic,
    chart: str,
    seen: Series,
    found: PhaseOne,
    since: datetime,
    at: datetime,
    author: str,
    reason: str,
) -> Limits:
    """Return limits as they are frozen, with what they stand on.

    Parameters
    ----------
    stage : str
    name : str
        Under which they are kept: that of the characteristic, or of several columns together.
    what : Characteristic
    chart : str
    seen : Series
        The observations they were estimated from.
    found : PhaseOne
    since, at : datetime
        From when they hold, and when that was decided.
    author, reason : str
    """
    grouped = chart_kind(chart).needs in {"subgroups", "counts"}
    limits = found.limits
    return Limits(
        stage=stage,
        characteristic=name,
        chart=chart,
        version=0,
        since=since,
        lower=limits.lower,
        center=limits.center,
        upper=limits.upper,
        sigma=limits.sigma,
        n=limits.n,
        author=author,
        reason=reason,
        estimator=limits.estimator,
        subgroup=subgroup_words(what) if grouped else "single results",
        first=seen.times[0] if seen.times else None,
        last=seen.times[-1] if seen.times else None,
        excluded=len(seen.excluded),
        frozen=at,
        basis=_basis(found.frozen),
    )


def _basis(frozen: ChartLimits | Reference) -> dict[str, Any]:
    """What the chart stands on besides centre and sigma, as the journal keeps it."""
    if isinstance(frozen, ChartLimits):
        return {"numbers": [list(pair) for pair in frozen.basis]} if frozen.basis else {}
    return {
        "names": list(frozen.names), "mean": frozen.mean.tolist(), "covariance": frozen.covariance.tolist(),
        "size": frozen.size,
    }  # fmt: skip


def _thawed(one: Limits) -> ChartLimits | Reference:
    """What a chart takes of frozen limits."""
    held: Mapping[str, Any] = one.basis
    if "covariance" in held:
        return Reference(
            tuple(held["names"]), np.array(held["mean"]), np.array(held["covariance"]), one.n, int(held["size"])
        )
    basis = tuple((str(name), float(value)) for name, value in held.get("numbers", ()))
    return ChartLimits(
        one.lower, one.center, one.upper, one.sigma, one.n, one.estimator or "given", basis=basis
    )  # fmt: skip


def in_force(history: Sequence[Limits], chart: str) -> list[Limits]:
    """Return the versions that hold for a chart: its own, else those of the first chart of its scale.

    Centre and sigma of single values serve every chart of single values; so a EWMA stands on what was frozen for the
    individuals chart. A chart of a scale of its own, as that of forecast errors, stands on its own limits alone.

    Parameters
    ----------
    history : sequence of Limits
        Of one characteristic, any chart.
    chart : str
    """
    scale = chart_kind(chart).scale
    alike = [name for name in chart_names() if scale and chart_kind(name).scale == scale]
    for name in (chart, *alike):
        own = sorted((limits for limits in history if limits.chart == name), key=lambda limits: limits.version)
        if own:
            return own
    return []


def stretches(versions: Sequence[Limits], times: Sequence[datetime]) -> list[Stretch]:
    """Return from which observation on which limits hold; of several that begin with the same one, the newest.

    Limits that begin after the last observation hold for none yet and are left out, unless they are the only ones.

    Examples
    --------
    >>> from datetime import UTC
    >>> day = lambda d: datetime(2026, 3, d, tzinfo=UTC)
    >>> old, new = (Limits("s", "y", "imr", v, day(d), 1, 2, 3, .3, 25, "a", "") for v, d in ((1, 2), (2, 4)))
    >>> [s.start for s in stretches([old, new], [day(1), day(3), day(4), day(5)])]
    [0, 2]
    """
    found: dict[int, ChartLimits | Reference] = {}
    for number, one in enumerate(sorted(versions, key=lambda limits: (limits.since, limits.version))):
        start = 0 if number == 0 else bisect_left(times, one.since)
        if start < len(times) or not found:
            found[start] = _thawed(one)
    return [Stretch(start, limits) for start, limits in sorted(found.items())]


def matched(seen: Series, versions: Sequence[Limits]) -> tuple[Series, list[Limits]]:
    """Return observations of the variables that the newest limits are of, and the versions that are of the same ones.

    Raises
    ------
    TaskError
        If one of the variables is not there any more.
    """
    names = tuple(versions[-1].basis.get("names", ())) if versions else ()
    if not names or not seen.data.names:
        return seen, list(versions)
    gone = [name for name in names if name not in seen.data.names]
    if gone:
        raise TaskError(f"limits of version {versions[-1].version} need {gone[0]!r}, which is not there or never varies"
                        " - freeze limits anew")  # fmt: skip
    places = [list(seen.data.names).index(name) for name in names]
    data = replace(seen.data, values=seen.data.matrix[:, places], names=names)
    return replace(seen, data=data), [one for one in versions if tuple(one.basis.get("names", ())) == names]
