"""The control chart of one characteristic: limits frozen once there are enough labels, signals of the newest points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_connectors.schema import Characteristic, Stage
from models import spc
from models.base import Array
from qc_app.jobs.night import Night
from qc_app.records import Limits

CHART = "individuals"
PHASE_ONE = 25
LABELS = 300
NEWEST = 3


@dataclass(frozen=True, slots=True)
class Charted:
    """What the chart says now: None where there are too few labels for one."""

    stable: bool | None
    signal: str
    capability: spc.Capability | None


def charted(night: Night, stage: Stage, what: Characteristic, values: Array) -> Charted:
    """Chart the measured values; freeze the limits the first time there are enough.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic
    values : ndarray, shape (n,)
        Labels in the order of production.

    Returns
    -------
    Charted
        ``signal`` is the sentence of a rule that one of the newest points completes, empty if none does.
    """
    if what.kind != "continuous" or len(values) < PHASE_ONE:
        return Charted(None, "", None)
    limits = _frozen(night, stage, what, values)
    chart = _chart(values[-LABELS:], limits)
    recent = [s for s in chart.signals if s.index >= len(chart.points) - NEWEST]
    return Charted(not recent, recent[-1].sentence if recent else "", _capability(what, values, stable=not recent))


def _chart(values: Array, limits: Limits) -> spc.Chart:
    """Values that depend on their neighbours are charted as errors of a forecast (Montgomery, 10.4)."""
    if spc.check(values).autocorrelated:
        return spc.forecast_chart(values, method="ewma").chart.individuals
    own = spc.ChartLimits(limits.lower, limits.center, limits.upper, limits.sigma, limits.n)
    return spc.imr(values, limits=own).individuals


def _frozen(night: Night, stage: Stage, what: Characteristic, values: Array) -> Limits:
    current = night.store.journal.limits.current(stage.id, what.name, CHART)
    if current is not None:
        return current
    found = spc.estimate_limits(values)
    reason = f"first {found.n} labels of the stage"
    bounds = (found.lower, found.center, found.upper, found.sigma, found.n)
    limits = Limits(stage.id, what.name, CHART, 0, night.cutoff, *bounds, author="night", reason=reason)
    return night.store.journal.limits.freeze(limits)


def _capability(what: Characteristic, values: Array, *, stable: bool) -> spc.Capability | None:
    if (what.lower is None and what.upper is None) or float(np.ptp(values)) == 0:
        return None
    return spc.capability(values[-LABELS:], what.lower, what.target, what.upper, stable=stable)
