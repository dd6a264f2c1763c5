"""Tabular cumulative sums: small lasting changes, dated, with the mean the process moved to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array
from models.errors import TaskError
from models.spc.control_chart import Change, ControlChart
from models.spc.result import Chart, ChartLimits, Signal
from models.spc.series import as_series
from models.spc.shewhart import require_order
from models.spc.variables.individuals import estimate_limits

ALLOWANCE, DECISION = 0.5, 5.0
"""Half a standard deviation and five: a run length of 465, and 10.4 after a shift of one (Montgomery, table 9.3)."""


def cusum(
    values: ArrayLike,
    *,
    limits: ChartLimits | None = None,
    window: slice | None = None,
    target: float | None = None,
    allowance: float = ALLOWANCE,
    decision: float = DECISION,
    headstart: float = 0.0,
    breaks: Sequence[int] = (),
) -> ControlChart:
    """Chart C+ = max(0, x - (target + K) + C+) and C- = max(0, (target - K) - x + C-), signalling above H.

    K = allowance sigma, H = decision sigma. The sums go on after a signal, so that their growth shows the change; they
    start anew at a break. A missing value leaves both as they were.

    Parameters
    ----------
    values : array_like, shape (n,)
        In the order of production.
    limits : ChartLimits, optional
        Frozen centre and sigma of single values; estimated from the window without them.
    window : slice, optional
        Phase I points; all by default.
    target : float, optional
        What the mean is held against; the centre by default.
    allowance, decision : float
        In standard deviations.
    headstart : float
        Share of H at which both sums start (fast initial response); .5 is usual, 0 none.
    breaks : sequence of int
        Where the sums start anew.

    Returns
    -------
    ControlChart
        Panels "upper sum" (C+) and "lower sum" (-C-). `changes` date each change: the first point after the sum was
        last zero, and the new mean target + K + C+ / N+ (or target - K - C- / N-) at the signal.

    Raises
    ------
    TaskError
        If allowance, decision or headstart are out of range.
    NotEnoughData
        If limits have to be estimated from fewer than two neighbouring values.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 9.1; NIST/SEMATECH e-Handbook 6.3.2.3; Lucas & Crosier,
    Technometrics 24 (1982) 199-205 (headstart); ISO 7870-4.

    Examples
    --------
    >>> frozen = ChartLimits(7.0, 10.0, 13.0, 1.0, 30)
    >>> chart = cusum([10, 12, 12, 12, 12], limits=frozen, decision=4)
    >>> chart.main.points, chart.changes[0].sentence
    (array([0. , 1.5, 3. , 4.5, 6. ]), 'the mean rose to about 12 from point 1 on (signalled at point 3)')
    """
    x = as_series(values)
    if not (0 <= allowance < np.inf and 0 < decision < np.inf and 0 <= headstart < 1):
        raise TaskError(
            f"cusum: allowance {allowance}, decision {decision}, headstart {headstart} - use allowance >= 0, "
            "decision > 0, 0 <= headstart < 1"
        )
    base = limits or estimate_limits(x[window or slice(None)])
    require_order(base)
    middle = base.center if target is None else float(target)
    if not np.isfinite(middle):
        raise TaskError(f"cusum: target {target} - give a number in the characteristic's unit")
    slack, height = allowance * base.sigma, decision * base.sigma
    up, up_since = _sum(x - middle - slack, headstart * height, set(breaks))
    down, down_since = _sum(middle - slack - x, headstart * height, set(breaks))
    panels = (_panel("upper sum", up, height, base, 1), _panel("lower sum", down, height, base, -1))
    changes = _changes(up, up_since, height, middle + slack, 1) + _changes(down, down_since, height, middle - slack, -1)
    settings = {"allowance": allowance, "decision": decision, "headstart": headstart}
    dated = tuple(sorted(changes, key=lambda c: c.signal))
    return ControlChart("cusum", panels, base, np.arange(len(x)), settings, changes=dated)


def _sum(steps: Array, start: float, breaks: set[int]) -> tuple[Array, np.ndarray]:
    """The sum after each value, and the first point since it was zero (or started)."""
    sums = np.full(len(steps), np.nan)
    since = np.zeros(len(steps), dtype=np.int64)
    total, first = start, 0
    for i, step in enumerate(steps):
        if i in breaks:
            total, first = start, i
        if np.isfinite(step):
            first = i if total == 0 else first
            total = max(0.0, total + float(step))
            sums[i] = total
        since[i] = first
    return sums, since


def _panel(kind: str, sums: Array, height: float, base: ChartLimits, sign: int) -> Chart:
    low, high = (0.0, height) if sign > 0 else (-height, 0.0)
    limits = ChartLimits(low, 0.0, high, base.sigma, base.n, base.estimator)
    word = "above" if sign > 0 else "below"
    signals = tuple(
        Signal(int(i), "beyond", f"cumulative sum {sums[i]:.4g} over {height:.4g}: the mean lies {word} its target")
        for i in np.flatnonzero(sums > height)
    )
    flat = np.ones(len(sums))
    return Chart(kind, sign * sums + 0.0, low * flat, high * flat, limits, ("beyond",), signals)


def _changes(sums: Array, since: np.ndarray, height: float, edge: float, sign: int) -> list[Change]:
    """One change for each climb of a sum over its limit, dated and estimated at its first signal."""
    found: list[Change] = []
    for i in np.flatnonzero(sums > height):
        first = int(since[i])
        if found and first <= found[-1].first:
            continue
        steps = int(np.isfinite(sums[first : i + 1]).sum())
        mean = edge + sign * float(sums[i]) / steps
        verb = "rose" if sign > 0 else "fell"
        sentence = f"the mean {verb} to about {mean:.4g} from point {first} on (signalled at point {i})"
        found.append(Change(int(i), first, mean, sentence))
    return found
