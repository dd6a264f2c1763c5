"""How the alarms themselves perform: rates, floods, chattering, nuisance, stale ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from qc_app.alarming.rates import Key, Rates, Rung, rates
from qc_app.language import tr
from qc_app.records import Alarm, AlarmMove
from qc_app.store import Store

Row = tuple[str, str, str, int, str]


@dataclass(frozen=True, slots=True)
class AlarmReport:
    """Rates of a window, and one row an alarm that rang: what is wrong with it, if something is.

    Parameters
    ----------
    rates : Rates
    rows : list of tuple
        Kind, stage, subject, how often it rang, remark; those with a remark first.
    """

    rates: Rates
    rows: list[Row]


def alarm_report(store: Store, window: timedelta, operators: int = 1) -> AlarmReport:
    """Read the moves of a window and say how the alarms perform."""
    now = store.clock.now()
    alarms = {a.id: a for a in store.journal.alarms.list(open_only=False)}
    causes = {i.id for i in store.journal.incidents.list(open_only=False) if i.cause}
    moves = store.journal.alarm_moves.list(since=now - window)
    found = rates(rung_of(moves, alarms, causes), now - window, now, operators)
    return AlarmReport(found, _rows(found))


def rung_of(moves: Sequence[AlarmMove], alarms: dict[int | None, Alarm], causes: set[int | None]) -> list[Rung]:
    """Return every annunciation in moves, with its end and its answer."""
    told: list[Rung] = []
    open_: dict[int, tuple[AlarmMove, datetime | None, datetime | None]] = {}

    def done(number: int) -> None:
        alarm, entry = alarms.get(number), open_.pop(number, None)
        if alarm is None or entry is None:
            return
        move, until, answered = entry
        key = (alarm.kind, alarm.stage, alarm.subject)
        told.append(Rung(key, alarm.priority, move.at, until, answered, alarm.incident in causes))

    for move in moves:
        if move.after == "unacknowledged" and move.before != "unacknowledged":
            done(move.alarm)
            open_[move.alarm] = (move, None, None)
        elif move.alarm in open_:
            began, until, answered = open_[move.alarm]
            until = move.at if move.event == "return" and until is None else until
            answered = move.at if move.event == "acknowledge" and answered is None else answered
            open_[move.alarm] = (began, until, answered)
    for number in list(open_):
        done(number)
    return told


def _rows(found: Rates) -> list[Row]:
    stale = {r.key for r in found.stale}
    count = dict(found.frequent)
    keys = dict.fromkeys([*found.chattering, *found.nuisance, *(r.key for r in found.stale), *count])
    rows = [(*key, count.get(key, found.nuisance.get(key, 1)), _remark(found, key, key in stale)) for key in keys]
    return sorted(rows, key=lambda row: (not row[4], -row[3]))


def _remark(found: Rates, key: Key, stale: bool) -> str:
    parts = []
    if key in found.chattering:
        parts.append(tr("chatters: three times within a minute - give it an on-delay or a dead band"))
    if key in found.nuisance:
        parts.append(tr("gone by itself every time and without a cause - is it an alarm at all?"))
    if stale:
        parts.append(tr("stands for more than a day - respond, shelve, or take it out of service"))
    return "; ".join(parts)
