"""What alarms did, move by move, and the incidents that they belong to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.alarming import Joint, joint_of
from qc_app.records import Alarm, AlarmMove, Incident
from qc_app.store.journal.base.columns import METADATA, identity, moment, numbers, text, whole
from qc_app.store.journal.base.room import Room, fact, matching, newest, values

MOVES = sa.Table(
    "alarm_moves",
    METADATA,
    identity(),
    whole("alarm"),
    moment("at"),
    text("event"),
    text("before"),
    text("after"),
    text("author"),
    text("reason"),
)
sa.Index("ix_alarm_moves_alarm", MOVES.c.alarm)
sa.Index("ix_alarm_moves_at", MOVES.c.at)
INCIDENTS = sa.Table(
    "incidents",
    METADATA,
    identity(),
    text("group"),
    moment("opened"),
    moment("last_event"),
    numbers("kinds"),
    numbers("stages"),
    moment("closed", optional=True),
    text("closed_by"),
    text("cause"),
    text("action"),
)
sa.Index("ix_incidents_closed", INCIDENTS.c.closed, INCIDENTS.c.last_event)
Found = list[AlarmMove]
FoundIncidents = list[Incident]


class AlarmMoves(Room):
    """The history of every alarm: nothing is changed or removed."""

    def list(
        self,
        alarm: int | None = None,
        since: datetime | None = None,
        beyond: int | None = None,
        last: int | None = None,
    ) -> Found:
        """Return moves, oldest first: of one alarm, from a moment on, or with a number above `beyond`."""
        query = matching(MOVES, alarm=alarm)
        query = query.where(MOVES.c.at >= since) if since is not None else query
        query = query.where(MOVES.c.id > beyond) if beyond is not None else query
        return self._all(newest(query, MOVES, last), AlarmMove)

    def newest(self) -> int:
        """Return the number of the newest move, 0 if there is none."""
        with self._database.read() as connection:
            return int(connection.execute(sa.select(sa.func.max(MOVES.c.id))).scalar() or 0)


class Incidents(Room):
    """Alarms that have one cause."""

    def list(self, open_only: bool = True, since: datetime | None = None, last: int | None = None) -> FoundIncidents:
        """Return incidents, oldest first; those that are closed only from `since` on."""
        query = sa.select(INCIDENTS)
        query = query.where(INCIDENTS.c.closed.is_(None)) if open_only else query
        query = query.where(INCIDENTS.c.last_event >= since) if since is not None else query
        return self._all(newest(query, INCIDENTS, last), Incident)

    def get(self, id: int) -> Incident | None:  # noqa: A002 - the journal's word for a number
        """Return one incident, None if there is none."""
        return self._first(matching(INCIDENTS, id=id), Incident)


def note(connection: Connection, move: AlarmMove) -> None:
    """Write a move in the transaction of what it tells."""
    connection.execute(MOVES.insert().values(values(move)))


def joined(  # noqa: PLR0917 - an alarm, where, and when
    connection: Connection, alarm: Alarm, group: str, related: Collection[str], at: datetime, before: int | None
) -> int:
    """Return the incident that an alarm belongs to from now on, and note there that something happened.

    Parameters
    ----------
    connection : Connection
    alarm : Alarm
    group : str
    related : collection of str
        Stages that feed the alarm's stage or are fed by it.
    at : datetime
    before : int or None
        The incident of the same alarm's last occurrence.
    """
    rows = connection.execute(matching(INCIDENTS).where(INCIDENTS.c.closed.is_(None))).mappings()
    open_ones = {int(row["id"]): fact(row, Incident) for row in rows}
    joints = [Joint(n, i.group, i.kinds, i.stages, i.last_event) for n, i in open_ones.items()]
    found = before if before in open_ones else joint_of(alarm.kind, group, alarm.stage, related, at, joints)
    if found is None:
        new = Incident(group, at, at, [alarm.kind], [alarm.stage])
        key: Any = connection.execute(INCIDENTS.insert().values(values(new))).inserted_primary_key
        return int(key[0])
    there = open_ones[found]
    kinds, stages = dict.fromkeys([*there.kinds, alarm.kind]), dict.fromkeys([*there.stages, alarm.stage])
    _save(connection, replace(there, last_event=max(at, there.last_event), kinds=list(kinds), stages=list(stages)))
    return found


def still(connection: Connection, incident: int, at: datetime) -> None:
    """Note that an alarm of an incident stands at a moment."""
    mine = (INCIDENTS.c.id == incident, INCIDENTS.c.last_event < at)
    connection.execute(INCIDENTS.update().where(*mine).values(last_event=at))


def _save(connection: Connection, incident: Incident) -> None:
    connection.execute(INCIDENTS.update().where(INCIDENTS.c.id == incident.id).values(values(incident)))
