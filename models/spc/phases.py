"""Phases: limits found with causes on record, in force from a point on; old points keep those of their time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import TaskError
from models.spc.individuals import Estimator, estimate_limits, standardized
from models.spc.result import Chart, ChartLimits, Signal
from models.spc.rules import DEFAULT, run_signals
from models.spc.series import as_series


@dataclass(frozen=True, slots=True)
class PhaseOne:
    """One round of phase I: trial limits, and the points that ask for a cause.

    Parameters
    ----------
    limits : ChartLimits
        Without the points that have a cause on record.
    signals : tuple of Signal
        Of the points that are still in.
    sentence : str
    """

    limits: ChartLimits
    signals: tuple[Signal, ...]
    sentence: str

    @property
    def settled(self) -> bool:
        """Whether no point asks for a cause any more: the limits may be frozen."""
        return not self.signals


def phase_one(
    values: ArrayLike,
    causes: Mapping[int, str] | None = None,
    *,
    rules: Iterable[str] = DEFAULT,
    estimator: Estimator = "average moving range",
    breaks: Sequence[int] = (),
) -> PhaseOne:
    """Estimate trial limits without the points that have a cause, and name those that need one.

    Repeated after each cause that was found, until `settled`. No point leaves the limits without a cause: a point
    beyond them is no reason by itself (Montgomery, 6.2.1). Excluded points stay on the chart.

    Parameters
    ----------
    values : array_like, shape (n,)
        Single values or subgroup means, in the order of production.
    causes : mapping of int to str, optional
        Excluded points, each with its recorded cause.
    rules : iterable of str
    estimator, breaks
        As in `models.spc.estimate_limits`.

    Returns
    -------
    PhaseOne

    Raises
    ------
    TaskError
        If a point that is not there is excluded, or a cause is empty.
    NotEnoughData
        With fewer than two neighbouring values left.

    Examples
    --------
    >>> x = [10.0, 11.0, 10.0, 9.0, 10.0, 30.0, 10.0, 11.0, 9.0, 10.0, 10.0, 11.0]
    >>> first = phase_one(x)
    >>> [s.index for s in first.signals], first.settled
    ([5], False)
    >>> phase_one(x, {5: "gauge was dropped"}).settled
    True
    """
    x = as_series(values)
    given = dict(causes or {})
    for index, cause in given.items():
        if not 0 <= index < len(x) or not cause.strip():
            raise TaskError(f"phase I: point {index} of {len(x)} excluded for {cause!r} - name a point and its cause")
    limits = estimate_limits(x, causes=given, estimator=estimator, breaks=breaks)
    x[list(given)] = np.nan
    signals = run_signals(standardized(x, limits.center, limits.sigma), tuple(rules), breaks)
    return PhaseOne(limits, signals, _sentence(limits, signals))


def _sentence(limits: ChartLimits, signals: tuple[Signal, ...]) -> str:
    out = f", {len(limits.excluded)} excluded with a cause" if limits.excluded else ""
    head = f"limits stand on {limits.n} points{out}"
    asking = len({s.index for s in signals})
    if not asking:
        return f"{head}; no point asks for a cause"
    return f"{head}; {asking} {'point asks' if asking == 1 else 'points ask'} for a cause: {signals[0].sentence}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Limits in force from one point on, until the next stretch begins."""

    start: int
    limits: ChartLimits


def staged(
    values: ArrayLike,
    stretches: Sequence[Stretch],
    draw: Callable[[Array, ChartLimits], Chart],
    *,
    excluded: Iterable[int] = (),
) -> Chart:
    """Chart a series whose limits changed: each point by the limits of its time, no pattern reaches across a change.

    Parameters
    ----------
    values : array_like, shape (n,)
        In the order of production.
    stretches : sequence of Stretch
        By start, at least one; points before the first have its limits (they are those it was estimated from).
    draw : callable
        From values and limits to a chart of one point a value.
    excluded : iterable of int
        Points that end every pattern and signal nothing; they are plotted all the same.

    Returns
    -------
    Chart
        Its `limits` are those of the last stretch.

    Raises
    ------
    TaskError
        Without a stretch, or if they do not rise.

    Examples
    --------
    >>> from models.spc import imr
    >>> before, after = ChartLimits(7.0, 10.0, 13.0, 1.0, 25), ChartLimits(17.0, 20.0, 23.0, 1.0, 25)
    >>> chart = staged([10.0, 11.0, 20.0, 14.0], [Stretch(0, before), Stretch(2, after)],
    ...                lambda x, limits: imr(x, limits=limits).individuals)
    >>> chart.upper, [s.index for s in chart.signals]
    (array([13., 13., 23., 23.]), [3])
    """
    x = as_series(values)
    starts = [s.start for s in stretches]
    if not starts or starts != sorted(set(starts)):
        raise TaskError(f"chart in stretches: they start at {starts} - at least one, each after the one before")
    left_out = [i for i in excluded if 0 <= i < len(x)]
    kept = x.copy()
    kept[left_out] = np.nan
    ends = [*starts[1:], len(x)]
    pieces = []
    for number, (stretch, end) in enumerate(zip(stretches, ends, strict=True)):
        start = 0 if number == 0 else min(max(stretch.start, 0), len(x))
        pieces.append((start, draw(kept[start : max(end, start)], stretch.limits)))
    joined = _joined(pieces)
    points = joined.points.copy()
    if len(points) == len(x):
        points[left_out] = np.where(np.isnan(points[left_out]), x[left_out], points[left_out])
    return replace(joined, points=points)


def _joined(pieces: Sequence[tuple[int, Chart]]) -> Chart:
    last = pieces[-1][1]
    signals = tuple(Signal(s.index + start, s.rule, s.sentence) for start, chart in pieces for s in chart.signals)
    return replace(
        last,
        points=np.concatenate([chart.points for _, chart in pieces]),
        lower=np.concatenate([chart.lower for _, chart in pieces]),
        upper=np.concatenate([chart.upper for _, chart in pieces]),
        signals=signals,
    )
