"""Alarms: what needs a response, what is handled, what is hidden and why, and which belong together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from data_connectors.schema import Stage
from qc_app.alarming import GROUPS
from qc_app.language import tr
from qc_app.plant import Plant
from qc_app.records import Alarm, AlarmMove, Incident
from qc_app.store import Store

_PRIORITY = ("high", "medium", "low")
#: States in which an alarm is on the list: not hidden, not normal.
RINGS = ("unacknowledged", "acknowledged", "returned")
WAITS = ("unacknowledged", "returned")
HIDDEN = ("shelved", "suppressed", "out_of_service")
_STATE = (*WAITS, "acknowledged", *HIDDEN, "normal")
_PAST = 2_000
_TIME = pl.Datetime("us", "UTC")
_SCHEMA: dict[str, Any] = {
    "id": pl.Int64,
    "priority": pl.String,
    "state": pl.String,
    "kind": pl.String,
    "stage": pl.String,
    "subject": pl.String,
    "sentence": pl.String,
    "raised": _TIME,
    "last_seen": _TIME,
    "count": pl.Int64,
    "by": pl.String,
    "note": pl.String,
    "shelved_until": _TIME,
    "incident": pl.Int64,
    "why": pl.String,
}


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which alarms are shown; empty parts let everything through."""

    line: str = ""
    stage: str = ""
    priority: str = ""
    kind: str = ""

    def lets(self, alarm: Alarm, lines: dict[str, str]) -> bool:
        """Whether an alarm is shown."""
        wanted = ((self.stage, alarm.stage), (self.priority, alarm.priority), (self.kind, alarm.kind))
        here = not self.line or lines.get(alarm.stage, "") == self.line
        return here and all(not want or want == is_ for want, is_ in wanted)


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An open incident: its alarms, the gravest first, and how many stand, in sight or hidden.

    It can be closed when none stands in sight.
    """

    incident: Incident
    members: list[Alarm]
    standing: int
    hidden: int
    title: str
    where: str


@dataclass(frozen=True, slots=True)
class AlarmsView:
    """All of the alarms page.

    Parameters
    ----------
    waiting, handled, hidden : list of Alarm
        Unacknowledged or returned; acknowledged and standing; shelved, suppressed or out of service. The most urgent
        first.
    incidents : list of IncidentView
        Open ones, those that can be closed first.
    open, history : polars.DataFrame
        All open alarms, and the newest of all.
    kinds : list of str
        Kinds of the alarms known, for the filter.
    at : datetime
    """

    waiting: list[Alarm]
    handled: list[Alarm]
    hidden: list[Alarm]
    incidents: list[IncidentView]
    open: pl.DataFrame
    history: pl.DataFrame
    kinds: list[str]
    at: datetime


def alarms_view(
    store: Store, stage: str | None = None, plant: Plant | None = None, sieve: Sieve | None = None
) -> AlarmsView:
    """Read the alarms of the plant or of one stage, through a sieve."""
    lines = {one.id: one.line for one in plant.stages} if plant else {}
    known = store.journal.alarms.list(open_only=False, stage=stage, last=_PAST)
    shown = [a for a in known if sieve is None or sieve.lets(a, lines)]
    of = {state: sorted((a for a in shown if a.state == state), key=urgency) for state in _STATE}
    waiting = sorted([a for state in WAITS for a in of[state]], key=urgency)
    hidden = sorted([a for state in HIDDEN for a in of[state]], key=urgency)
    return AlarmsView(
        waiting=waiting,
        handled=of["acknowledged"],
        hidden=hidden,
        incidents=_incidents(store, {a.incident for a in shown}),
        open=table([*waiting, *of["acknowledged"], *hidden]),
        history=table(sorted(shown, key=lambda a: a.last_seen, reverse=True)[:500]),
        kinds=sorted({a.kind for a in known}),
        at=store.clock.now(),
    )


def alarm_story(store: Store, number: int) -> tuple[Alarm | None, list[AlarmMove]]:
    """Return an alarm and everything that happened to it, oldest first; None if there is none."""
    return store.journal.alarms.get(number), store.journal.alarm_moves.list(alarm=number, last=200)


def concerning(alarms: Iterable[Alarm], stage: Stage, characteristic: str) -> list[Alarm]:
    """Return the alarms of one characteristic and those of its stage as a whole, the most urgent first."""
    others = {c.name for c in stage.characteristics} - {characteristic}
    return sorted((a for a in alarms if a.subject not in others and a.state in RINGS), key=urgency)


def urgency(alarm: Alarm) -> tuple[int, int, float]:
    """Return a sorting key: priority, then whether it still stands, then the newest first."""
    return (_PRIORITY.index(alarm.priority), _STATE.index(alarm.state), -alarm.raised.timestamp())


def hidden_because(alarm: Alarm) -> str:
    """Say why an alarm is hidden, an empty text if it is not."""
    if alarm.state == "shelved":
        return alarm.note or tr("shelved")
    return {"suppressed": alarm.suppressed, "out_of_service": alarm.removed}.get(alarm.state, "")


def table(alarms: Sequence[Alarm]) -> pl.DataFrame:
    """Return alarms as a frame, in the order given."""
    rows = [
        (
            *(a.id, a.priority, a.state, a.kind, a.stage, a.subject, a.sentence, a.raised, a.last_seen, a.count),
            *(a.acknowledged_by, a.note, a.shelved_until, a.incident, hidden_because(a)),
        )
        for a in alarms
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _incidents(store: Store, shown: set[int | None]) -> list[IncidentView]:
    found = [_incident(store, one) for one in store.journal.incidents.list() if one.id in shown]
    return sorted(found, key=lambda v: (v.standing > 0, v.hidden > 0, -v.incident.last_event.timestamp()))


def _incident(store: Store, incident: Incident) -> IncidentView:
    members = sorted(store.journal.alarms.list(open_only=False, incident=incident.id), key=urgency)
    standing = sum(a.state in {"unacknowledged", "acknowledged"} for a in members)
    hidden = sum(a.abnormal and a.state in HIDDEN for a in members)
    stages = [name or tr("plant") for name in incident.stages]
    named, more = ", ".join(stages[:4]), len(stages) - 4  # four are named
    where = tr("{stages} and {n} more", stages=named, n=more) if more > 0 else named
    title = members[0].sentence if members else GROUPS.get(incident.group, incident.group)
    return IncidentView(incident, members, standing, hidden, title, where)
