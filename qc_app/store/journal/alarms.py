"""Alarms: signals that need a response, one open alarm a kind, stage and subject (ISA-18.2 states)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.errors import ActionError
from qc_app.records import Alarm, AlarmState, Priority
from qc_app.store.journal.columns import METADATA, identity, moment, text, whole
from qc_app.store.journal.room import Room, fact, matching, newest, values

ALARMS = sa.Table(
    "alarms",
    METADATA,
    identity(),
    text("kind"),
    text("stage"),
    text("subject"),
    text("priority"),
    text("state"),
    moment("raised"),
    moment("last_seen"),
    text("sentence"),
    text("response"),
    whole("count"),
    moment("cleared", optional=True),
    moment("acknowledged", optional=True),
    text("acknowledged_by"),
    text("note"),
    moment("shelved_until", optional=True),
)
_OPEN = ALARMS.c.state != "cleared"
sa.Index(
    "uq_alarms_open",
    ALARMS.c.kind,
    ALARMS.c.stage,
    ALARMS.c.subject,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
sa.Index("ix_alarms_state", ALARMS.c.state, ALARMS.c.stage)
Found = list[Alarm]


class Alarms(Room):
    """Open and past alarms."""

    def raise_(  # noqa: PLR0917 - the contract's order
        self, kind: str, stage: str, subject: str, priority: Priority, sentence: str, response: str, at: datetime
    ) -> Alarm:
        """Raise an alarm, or merge with the open one of the same kind, stage and subject.

        A returned one comes back as unacknowledged; a shelved one stays shelved until its time is over; after a
        cleared one a new alarm begins.
        """
        with self._database.write() as connection:
            now = _open(connection, kind, stage, subject)
            if now is None:
                alarm = Alarm(kind, stage, subject, priority, "unacknowledged", at, at, sentence, response)
                return self._add(connection, ALARMS, alarm)
            over = now.state == "shelved" and now.shelved_until is not None and at >= now.shelved_until
            state: AlarmState = "unacknowledged" if now.state == "returned" or over else now.state
            again = replace(
                now,
                priority=priority,
                state=state,
                last_seen=at,
                sentence=sentence,
                response=response,
                count=now.count + 1,
            )
            return _save(connection, again)

    def clear(self, kind: str, stage: str, subject: str, at: datetime) -> Alarm | None:
        """Note that the state is normal again: what nobody has seen yet stays as returned. None: was not open."""
        with self._database.write() as connection:
            now = _open(connection, kind, stage, subject)
            if now is None or now.state == "returned":
                return now
            state: AlarmState = "returned" if now.state == "unacknowledged" else "cleared"
            return _save(connection, replace(now, state=state, cleared=at))

    def acknowledge(self, id: int, author: str, note: str, at: datetime) -> Alarm:  # noqa: A002 - the contract's word
        """Note that a person has seen the alarm; a returned one is cleared with it.

        Raises
        ------
        ActionError
            If there is no such alarm, or it is cleared.
        """
        with self._database.write() as connection:
            now = _one(connection, id, "acknowledge")
            state: AlarmState = "cleared" if now.state == "returned" else "acknowledged"
            seen = replace(now, state=state, acknowledged=at, acknowledged_by=author, note=note, shelved_until=None)
            return _save(connection, seen)

    def shelve(self, id: int, until: datetime, author: str, note: str, at: datetime) -> Alarm:  # noqa: A002
        """Hide an alarm until a moment.

        Raises
        ------
        ActionError
            If there is no such alarm, it is cleared, or `until` is not after `at`.
        """
        if until <= at:
            raise ActionError(f"alarm {id} cannot be shelved until {until.isoformat()}: that is past - choose later")
        with self._database.write() as connection:
            now = _one(connection, id, "shelve")
            return _save(
                connection, replace(now, state="shelved", shelved_until=until, acknowledged_by=author, note=note)
            )

    def unshelve(self, at: datetime) -> int:
        """Bring shelved alarms whose time is over back as unacknowledged; return how many."""
        over = (ALARMS.c.state == "shelved", ALARMS.c.shelved_until <= at)
        back = ALARMS.update().where(*over).values(state="unacknowledged", shelved_until=None)
        with self._database.write() as connection:
            return int(connection.execute(back).rowcount)

    def list(self, open_only: bool = True, stage: str | None = None, last: int | None = None) -> Found:
        """Return alarms, oldest first; with `last` only the newest so many."""
        query = matching(ALARMS, stage=stage)
        return self._all(newest(query.where(_OPEN) if open_only else query, ALARMS, last), Alarm)

    def counts(self) -> dict[str, int]:
        """Return how many alarms are open and not shelved, by stage."""
        query = sa.select(ALARMS.c.stage, sa.func.count()).where(ALARMS.c.state.not_in(("cleared", "shelved")))
        with self._database.read() as connection:
            return {stage: int(n) for stage, n in connection.execute(query.group_by(ALARMS.c.stage))}


def _open(connection: Connection, kind: str, stage: str, subject: str) -> Alarm | None:
    query = matching(ALARMS, kind=kind, stage=stage, subject=subject).where(_OPEN)
    row = connection.execute(query).mappings().one_or_none()
    return fact(row, Alarm) if row else None


def _one(connection: Connection, id: int, verb: str) -> Alarm:  # noqa: A002 - the contract's word
    row = connection.execute(matching(ALARMS, id=id)).mappings().one_or_none()
    if row is None:
        raise ActionError(f"there is no alarm {id} to {verb}")
    if row["state"] == "cleared":
        raise ActionError(f"alarm {id} is cleared already - nothing to {verb}")
    return fact(row, Alarm)


def _save(connection: Connection, alarm: Alarm) -> Alarm:
    row: dict[str, Any] = values(alarm)
    connection.execute(ALARMS.update().where(ALARMS.c.id == alarm.id).values(row))
    return alarm
