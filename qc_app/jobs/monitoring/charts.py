"""The control chart of one characteristic: limits frozen once there are enough labels, signals of the newest points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from models import spc
from models.errors import NotEnoughData
from qc_app import framing
from qc_app.jobs.night import Night
from qc_app.records import Limits

PHASE_ONE = 25
LABELS = 300
REMEMBERED = 1000
"""Values that say whether neighbours are alike: of the newest 300 alone the answer would change from week to week."""
NEWEST = 3
"""Points that are always judged; so are those whose results came since the last night that looked, a week at most."""
CATCH_UP_DAYS = 7


@dataclass(frozen=True, slots=True)
class Charted:
    """What the chart says now: None where there are too few labels for one.

    Parameters
    ----------
    stable : bool or None
        Whether no value shown breaks a rule: what the SPC page calls stable. Values that follow their neighbours are
        not, though their forecast may err as ever: their spread from one to the next is no Cpk.
    signal : str
        Of the new points alone: what is known already does not ring again.
    capability : Capability or None
    """

    stable: bool | None
    signal: str
    capability: spc.Capability | None


def charted(night: Night, stage: Stage, what: Characteristic, labels: pl.DataFrame) -> Charted:
    """Chart the measured values by the limits of their time; freeze limits the first time there are enough.

    Parameters
    ----------
    night : Night
    stage : Stage
    what : Characteristic
    labels : polars.DataFrame
        As `Night.labels` returns them.

    Returns
    -------
    Charted
        ``signal`` is the sentence of a rule that one of the new points completes, empty if none does.
    """
    chart = framing.chart_of(what)
    rows = framing.series(what, labels.drop("t_event"), night.rows(stage))
    seen = framing.recorded(chart, rows, night.store.journal.exclusions.in_force(stage.id, what.name, night.cutoff),
                            _marks(night, stage))  # fmt: skip
    if len(seen.data.ends) < PHASE_ONE:
        return Charted(None, "", None)
    versions = _versions(night, stage, what, chart, seen)
    if not versions:
        return Charted(None, "", None)
    newest = _newest(seen)
    plain = spc.staged(chart, newest.data, framing.stretches(versions, newest.times), excluded=newest.excluded)
    shown = _shown(night, stage, what, chart, seen) or plain
    points = len(shown.main.points)
    came = -(-_came(night, stage, labels) * points // max(labels.height, points))
    recent = [s for s in shown.main.signals if s.index >= points - max(came, NEWEST)]
    signal = recent[-1].sentence if recent else ""
    stable = plain.main.stable
    return Charted(stable, signal, _capability(what, seen, stable=stable))


def _came(night: Night, stage: Stage, labels: pl.DataFrame) -> int:
    """Return how many results came since the last night that looked."""
    runs = night.store.journal.runs.list(job="monitor", stage=stage.id, last=CATCH_UP_DAYS + 1)
    looked = [run.plant_day for run in runs if run.status == "done" and run.plant_day < night.day]
    days = min((night.day - max(looked)).days, CATCH_UP_DAYS) if looked else 1
    return int((labels["t_known"] > night.cutoff - timedelta(days=days)).sum())


def _shown(
    night: Night, stage: Stage, what: Characteristic, chart: str, seen: framing.Series
) -> spc.ControlChart | None:
    """Values that depend on their neighbours are charted as errors of a forecast (Montgomery, 10.4); None of others.

    Of the frozen one where a person froze it, else of one that is estimated anew.
    """
    newest = _newest(seen)
    if chart != framing.DEFAULT_CHART or not spc.dependent(_newest(seen, REMEMBERED).kept):
        return None
    history = night.store.journal.limits.history(stage.id, what.name, known_at=night.cutoff)
    versions = framing.in_force(history, "forecast")
    if not versions:
        return spc.make_chart("forecast", newest.told)
    return spc.staged("forecast", newest.data, framing.stretches(versions, newest.times), excluded=newest.excluded)


def _newest(seen: framing.Series, most: int = LABELS) -> framing.Series:
    """The newest points: a chart of years would say nothing more about today."""
    first = seen.data.ends[-most][0] if len(seen.data.ends) > most else 0
    return seen.part(first)


def _marks(night: Night, stage: Stage) -> list[datetime]:
    """When limits begin anew, as the plant's definition says of the kind of event."""
    events = night.store.journal.events.list(stage=stage.id) if night.plant.marks else []
    return [at for at in framing.limits_begin_anew(night.plant, events) if at <= night.cutoff]


def _versions(night: Night, stage: Stage, what: Characteristic, chart: str, seen: framing.Series) -> list[Limits]:
    """The limits in force, after freezing those that are due: the first, and after a mark that asks for new ones."""
    history = night.store.journal.limits.history(stage.id, what.name, known_at=night.cutoff)
    versions = framing.in_force(history, chart)
    anew = [mark for mark in _marks(night, stage) if not versions or mark > versions[-1].since]
    if versions and not anew:
        return versions
    first = seen.at_or_after(anew[-1]) if anew else 0
    part = seen.part(first)
    if len(part.data.ends) < PHASE_ONE:
        return versions
    which = "after the mark that asks for new limits" if anew else "of the stage"
    reason = f"first {len(part.data.ends)} points {which}"
    try:
        found = spc.phase_one(chart, part.data, part.causes)
    except NotEnoughData:
        return versions
    since = anew[-1] if anew else night.cutoff
    made = framing.limits_of(stage.id, what.name, what, chart, part, found, since, night.cutoff, "night", reason)
    return [*versions, night.store.journal.limits.freeze(made)]


def _capability(what: Characteristic, seen: framing.Series, *, stable: bool) -> spc.Capability | None:
    x = _newest(seen)
    if what.kind == "binary" or (what.lower is None and what.upper is None) or not np.nanstd(x.kept) > 0:
        return None
    return spc.capability(x.kept, what.lower, what.target, what.upper, stable=stable, groups=x.groups)
