"""Alarms: what needs a response, what is being handled, what is hidden for a time, and how often it rings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from data_connectors.schema import Stage
from qc_app.records import Alarm
from qc_app.store import Store

_PRIORITY = ("high", "medium", "low")
_STATE = ("unacknowledged", "returned", "acknowledged", "shelved", "suppressed", "out_of_service", "normal")
#: States in which an alarm is on the list: not hidden, not normal.
RINGS = ("unacknowledged", "acknowledged", "returned")
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
}


@dataclass(frozen=True, slots=True)
class AlarmsView:
    """All of the alarms page.

    Parameters
    ----------
    waiting : list of Alarm
        Unacknowledged or returned, the most urgent first: these ask for a person.
    handled, shelved, history : polars.DataFrame
        Acknowledged and standing; hidden for a time; the newest of all.
    raised_24h, raised_7d : int
    often : list of (str, int)
        The kinds that rang most in seven days.
    at : datetime
    """

    waiting: list[Alarm]
    handled: pl.DataFrame
    shelved: pl.DataFrame
    history: pl.DataFrame
    raised_24h: int
    raised_7d: int
    often: list[tuple[str, int]]
    at: datetime


def alarms_view(store: Store, stage: str | None = None) -> AlarmsView:
    """Read the alarms of the plant or of one stage."""
    now = store.clock.now()
    known = store.journal.alarms.list(open_only=False, stage=stage, last=2_000)
    of = {state: sorted((a for a in known if a.state == state), key=urgency) for state in _STATE}
    week = [a for a in known if a.raised >= now - timedelta(days=7)]
    kinds: Counter[str] = Counter()
    for alarm in week:
        kinds[alarm.kind] += alarm.count
    return AlarmsView(
        waiting=sorted(of["unacknowledged"] + of["returned"], key=urgency),
        handled=table(of["acknowledged"]),
        shelved=table(of["shelved"]),
        history=table(sorted(known, key=lambda a: a.last_seen, reverse=True)[:500]),
        raised_24h=sum(a.raised >= now - timedelta(days=1) for a in week),
        raised_7d=len(week),
        often=kinds.most_common(3),
        at=now,
    )


def concerning(alarms: Iterable[Alarm], stage: Stage, characteristic: str) -> list[Alarm]:
    """Return the alarms of one characteristic and those of its stage as a whole, the most urgent first."""
    others = {c.name for c in stage.characteristics} - {characteristic}
    return sorted((a for a in alarms if a.subject not in others and a.state in RINGS), key=urgency)


def urgency(alarm: Alarm) -> tuple[int, int, float]:
    """Return a sorting key: priority, then whether it still stands, then the newest first."""
    return (_PRIORITY.index(alarm.priority), _STATE.index(alarm.state), -alarm.raised.timestamp())


def table(alarms: Sequence[Alarm]) -> pl.DataFrame:
    """Return alarms as a frame, in the order given."""
    rows = [
        (
            *(a.id, a.priority, a.state, a.kind, a.stage, a.subject, a.sentence, a.raised, a.last_seen, a.count),
            *(a.acknowledged_by, a.note, a.shelved_until),
        )
        for a in alarms
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")
