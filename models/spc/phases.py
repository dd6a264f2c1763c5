"""Phases: limits found with causes on record, in force from a point on; old points keep those of their time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.base import Array
from models.errors import TaskError
from models.spc.catalog import chart_kind, make_chart
from models.spc.control_chart import Contributions, ControlChart
from models.spc.observations import Observations
from models.spc.reference import Reference
from models.spc.result import Chart, ChartLimits
from models.spc.rules import DEFAULT
from models.spc.variables.individuals import MANY_EXCLUDED


@dataclass(frozen=True, slots=True, eq=False)
class PhaseOne:
    """One round of phase I: trial limits, and the points that ask for a cause.

    Parameters
    ----------
    limits : ChartLimits
        Without the observations that have a cause on record.
    chart : ControlChart
        With these limits; excluded observations are in no point.
    sentence : str
    """

    limits: ChartLimits
    chart: ControlChart
    sentence: str

    @property
    def frozen(self) -> ChartLimits | Reference:
        """What later charts take: the limits, or the reference of a chart that stands on one."""
        return self.limits if self.chart.reference is None else self.chart.reference

    @property
    def settled(self) -> bool:
        """Whether no point asks for a cause any more: the limits may be frozen."""
        return self.chart.stable


def phase_one(
    name: str,
    data: Observations,
    causes: Mapping[int, str] | None = None,
    *,
    rules: Iterable[str] = DEFAULT,
    **settings: Any,
) -> PhaseOne:
    """Estimate trial limits without the observations that have a cause, and see which points need one.

    Repeated after each cause that was found, until `settled`. No observation leaves the limits without a cause: to lie
    beyond them is no reason by itself (Montgomery, 6.2.1). Excluded observations stay in the records and on the page.

    Parameters
    ----------
    name : str
        A chart of the catalogue.
    data : Observations
        In the order of production.
    causes : mapping of int to str, optional
        Excluded observations, each with its recorded cause.
    rules : iterable of str
    **settings
        Of the chart.

    Returns
    -------
    PhaseOne

    Raises
    ------
    TaskError
        If an observation that is not there is excluded, or a cause is empty.
    NotEnoughData
        With too few observations left.

    Examples
    --------
    >>> x = Observations([10.0, 11.0, 10.0, 9.0, 10.0, 30.0, 10.0, 11.0, 9.0, 10.0, 10.0, 11.0])
    >>> first = phase_one("imr", x)
    >>> {s.index for s in first.chart.main.signals}, first.settled
    ({5}, False)
    >>> phase_one("imr", x, {5: "gauge was dropped"}).settled
    True
    """
    given = dict(sorted((causes or {}).items()))
    whole = _numbers(name, data)
    for index, cause in given.items():
        if not 0 <= index < len(whole) or not cause.strip():
            raise TaskError(f"phase I: {index} of {len(whole)} excluded for {cause!r} - name a point and its cause")
    kept = whole.copy()
    kept[list(given)] = np.nan
    chart = make_chart(name, replace(data, values=kept), rules=tuple(rules), **settings)
    limits = replace(
        chart.limits, excluded=tuple(given.items()), warnings=_warnings(chart.limits, len(given), len(kept))
    )
    return PhaseOne(limits, chart, _sentence(limits, chart))


def _numbers(name: str, data: Observations) -> Array:
    """The values as a vector, or as a matrix where the chart is of several variables."""
    return data.matrix if chart_kind(name).needs == "vectors" else data.series


def _warnings(limits: ChartLimits, left_out: int, of: int) -> tuple[str, ...]:
    if left_out <= MANY_EXCLUDED * of:
        return limits.warnings
    return (*limits.warnings, f"{left_out} of {of} left out: the process was not stable, limits say little")


def _sentence(limits: ChartLimits, chart: ControlChart) -> str:
    out = f", {len(limits.excluded)} excluded with a cause" if limits.excluded else ""
    head = f"limits stand on {limits.n} points{out}"
    asking = len({s.index for s in chart.signals})
    if not asking:
        return f"{head}; no point asks for a cause"
    return f"{head}; {asking} {'point asks' if asking == 1 else 'points ask'} for a cause: {chart.signals[0].sentence}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Limits in force from one observation on, until the next stretch begins."""

    start: int
    limits: ChartLimits | Reference


def staged(
    name: str,
    data: Observations,
    stretches: Sequence[Stretch],
    *,
    excluded: Iterable[int] = (),
    rules: Iterable[str] = DEFAULT,
    **settings: Any,
) -> ControlChart:
    """Make a chart whose limits changed: each point by the limits of its time, no pattern reaches across a change.

    Parameters
    ----------
    name : str
        A chart of the catalogue.
    data : Observations
        In the order of production.
    stretches : sequence of Stretch
        By start, at least one; observations before the first have its limits (it was estimated from them).
    excluded : iterable of int
        Observations that are left out of every point and end every pattern.
    rules : iterable of str
    **settings
        Of the chart.

    Returns
    -------
    ControlChart
        Its `limits` are those of the last stretch.

    Raises
    ------
    TaskError
        Without a stretch, or if they do not rise.
    UnknownName
        As `models.spc.make_chart`.

    Examples
    --------
    >>> before, after = ChartLimits(7.0, 10.0, 13.0, 1.0, 25), ChartLimits(17.0, 20.0, 23.0, 1.0, 25)
    >>> chart = staged("imr", Observations([10.0, 11.0, 20.0, 14.0]), [Stretch(0, before), Stretch(2, after)])
    >>> chart.main.upper, [s.index for s in chart.main.signals]
    (array([13., 13., 23., 23.]), [3])
    """
    starts = [s.start for s in stretches]
    if not starts or starts != sorted(set(starts)):
        raise TaskError(f"chart in stretches: they start at {starts} - at least one, each after the one before")
    kept = _numbers(name, data).copy()
    n = len(kept)
    kept[[i for i in excluded if 0 <= i < n]] = np.nan
    edges = [0, *(min(max(start, 0), n) for start in starts[1:]), n]
    chosen = tuple(rules)
    pieces = [
        (first, make_chart(name, _part(data, kept, first, last), limits=stretch.limits, rules=chosen, **settings))
        for stretch, first, last in zip(stretches, edges, edges[1:], strict=False)
        if last > first or n == 0
    ]
    return _joined(pieces)


def _part(data: Observations, kept: Array, first: int, last: int) -> Observations:
    cut = slice(first, last)

    def of(given: Any) -> Any:
        return None if given is None else given[cut]

    breaks = tuple(b - first for b in data.breaks if first < b < last)
    return replace(
        data, values=kept[cut], groups=of(data.groups), sizes=of(data.sizes), parts=of(data.parts),
        nominals=of(data.nominals), hours=of(data.hours), breaks=breaks,
    )  # fmt: skip


def _joined(pieces: Sequence[tuple[int, ControlChart]]) -> ControlChart:
    last = pieces[-1][1]
    panels = tuple(_panel([chart.panels[k] for _, chart in pieces]) for k in range(len(last.panels)))
    offsets = np.cumsum([0, *(len(chart.main.points) for _, chart in pieces[:-1])])
    changes = tuple(
        replace(change, signal=change.signal + int(offset), first=change.first + int(offset))
        for offset, (_, chart) in zip(offsets, pieces, strict=True)
        for change in chart.changes
    )
    positions = np.concatenate([chart.positions + first for first, chart in pieces])
    notes = tuple(dict.fromkeys(note for _, chart in pieces for note in chart.notes))
    return replace(
        last, panels=panels, positions=positions, changes=changes, notes=notes,
        contributions=_contributions([chart for _, chart in pieces]),
    )  # fmt: skip


def _contributions(charts: Sequence[ControlChart]) -> Contributions | None:
    found = [chart.contributions for chart in charts if chart.contributions is not None]
    return replace(found[-1], values=np.concatenate([one.values for one in found])) if found else None


def _panel(parts: Sequence[Chart]) -> Chart:
    offsets = np.cumsum([0, *(len(part.points) for part in parts[:-1])])
    signals = tuple(
        replace(signal, index=signal.index + int(offset))
        for offset, part in zip(offsets, parts, strict=True)
        for signal in part.signals
    )
    return replace(
        parts[-1],
        points=np.concatenate([part.points for part in parts]),
        lower=np.concatenate([part.lower for part in parts]),
        upper=np.concatenate([part.upper for part in parts]),
        signals=signals,
        centers=np.concatenate([part.center_line for part in parts]),
    )
