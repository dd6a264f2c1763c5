"""Alarms: signals that need a response, one open alarm a kind, stage and subject (ISA-18.2 states)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from qc_app.alarming import AlarmEvent, Rule, rule_of
from qc_app.errors import ActionError
from qc_app.records import Alarm, AlarmMove, Priority
from qc_app.store.journal.alarms.life import (
    ALARMS,
    PROGRAM,
    advanced,
    asked,
    followed,
    in_time,
    looked_at,
    moved,
    one,
    open_one,
    save,
    told,
)
from qc_app.store.journal.alarms.moves import INCIDENTS, note
from qc_app.store.journal.base.room import Room, fact, matching, newest

NO_LONGER = "what suppressed it is gone"
_RINGS = ("unacknowledged", "acknowledged", "returned")
_WAITS_FOR_ITS_DELAY = sa.and_(ALARMS.c.open, ALARMS.c.state == "normal")
Found = list[Alarm]


class Alarms(Room):
    """Open and past alarms; every move is noted with who, when and why."""

    def raise_(  # noqa: PLR0917 - the contract's order
        self,
        kind: str,
        stage: str,
        subject: str,
        priority: Priority,
        sentence: str,
        response: str,
        at: datetime,
        *,
        rule: Rule | None = None,
        related: Collection[str] = (),
        suppressed: str = "",
    ) -> Alarm:
        """Note that a condition is there: raise an alarm, or merge with the open one of its kind, stage and subject.

        Parameters
        ----------
        kind, stage, subject : str
        priority : str
            Where the rule has none.
        sentence, response : str
            What is wrong; what to do where the rule has no steps.
        at : datetime
        rule : Rule, optional
            Default: the kind's own.
        related : collection of str
            Stages that feed this one or are fed by it: their alarms may be the same incident.
        suppressed : str
            Why the plant's logic hides it; empty: it does not.

        Returns
        -------
        Alarm
            In state ``normal`` while its on-delay runs: then it is not on the list yet.
        """
        how = rule or rule_of(kind)
        with self._database.write() as connection:
            now = open_one(connection, kind, stage, subject)
            if now is None:
                fresh = Alarm(kind, stage, subject, priority, "normal", at, at, sentence, count=0, abnormal=False,
                              seen=True, signal_since=at)  # fmt: skip
                now = self._add(connection, ALARMS, fresh)
            now = looked_at(now, how, how.priority or priority, sentence, response, at)
            now = moved(connection, now, "suppress", at, reason=suppressed) if suppressed else now
            now = followed(connection, now, at)
            if now.suppressed and not suppressed:
                now = moved(connection, now, "unsuppress", at, reason=NO_LONGER)
            return save(connection, told(connection, now, at, how.group, related))

    def clear(self, kind: str, stage: str, subject: str, at: datetime) -> Alarm | None:
        """Note that the condition is gone: what nobody has seen yet stays as returned. None: was not open."""
        if self._first(matching(ALARMS, kind=kind, stage=stage, subject=subject).where(ALARMS.c.open), Alarm) is None:
            return None
        with self._database.write() as connection:
            now = open_one(connection, kind, stage, subject)
            if now is None:
                return None
            gone = replace(now, signal=False, signal_since=at if now.signal else now.signal_since)
            if now.state == "normal":
                connection.execute(ALARMS.delete().where(ALARMS.c.id == now.id))  # its on-delay ended it: never rang
                return replace(gone, open=False)
            return save(connection, followed(connection, gone, at))

    def acknowledge(self, id: int, author: str, note: str, at: datetime) -> Alarm:  # noqa: A002 - the contract's word
        """Note that a person has seen the alarm; a returned one is normal with it.

        Raises
        ------
        ActionError
            If there is no such alarm, or nothing of it waits to be acknowledged.
        """
        with self._database.write() as connection:
            now = asked(connection, id, "acknowledge", at, author, note)
            seen = replace(now, acknowledged=at, acknowledged_by=author, note=note)
            return save(connection, seen)

    def shelve(self, id: int, until: datetime, author: str, note: str, at: datetime) -> Alarm:  # noqa: A002
        """Hide an alarm until a moment; one that is shelved already gets the new moment.

        Raises
        ------
        ActionError
            If there is no such alarm, it is out of service, or `until` is not after `at`.
        """
        if until <= at:
            raise ActionError(f"alarm {id} cannot be shelved until {until.isoformat()}: that is past - choose later")
        with self._database.write() as connection:
            now = asked(connection, id, "shelve", at, author, note)
            return save(connection, replace(now, shelved_until=until, acknowledged_by=author, note=note))

    def deed(self, id: int, event: AlarmEvent, author: str, reason: str, at: datetime) -> Alarm:  # noqa: A002
        """Let a person bring an alarm back (``unshelve``), take it out of service (``remove``), or back (``restore``).

        Raises
        ------
        ActionError
            If there is no such alarm, or its state does not allow it.
        """
        with self._database.write() as connection:
            return save(connection, told(connection, asked(connection, id, event, at, author, reason), at))

    def hide(self, id: int, reason: str, at: datetime) -> None:  # noqa: A002
        """Suppress an alarm by design for a reason, or with an empty one no longer."""
        with self._database.write() as connection:
            now = one(connection, id)
            event: AlarmEvent = "suppress" if reason else "unsuppress"
            save(connection, told(connection, moved(connection, now, event, at, reason=reason or NO_LONGER), at))

    def tick(self, id: int, step: int, author: str, at: datetime, *, done: bool = True) -> Alarm:  # noqa: A002
        """Note that a step of the action plan is done, or is not.

        Raises
        ------
        ActionError
            If there is no such alarm or step.
        """
        with self._database.write() as connection:
            now = one(connection, id)
            if not 0 <= step < len(now.steps):
                raise ActionError(f"alarm {id} has no step {step + 1} - it has {len(now.steps)}")
            ticked = sorted({*now.ticked, step} if done else {*now.ticked} - {step})
            word = "step done" if done else "step not done"
            note(connection, AlarmMove(id, at, word, now.state, now.state, author, now.steps[step]))
            return save(connection, replace(now, ticked=ticked))

    def advance(self, at: datetime) -> int:
        """Do what time alone does: delays end, shelves expire, what waits too long escalates; return how many moved."""
        due = sa.or_(
            ALARMS.c.signal != ALARMS.c.abnormal,
            ALARMS.c.shelved_until <= at,
            sa.and_(ALARMS.c.state == "unacknowledged", ALARMS.c.escalate_after_s > 0, ALARMS.c.escalated.is_(None)),
        )
        query = sa.select(ALARMS).where(ALARMS.c.open, due)
        if not any(advanced(alarm, at) for alarm in self._all(query, Alarm)):
            return 0
        with self._database.write() as connection:
            moved = 0
            for row in connection.execute(query).mappings().all():
                alarm = fact(row, Alarm)
                if advanced(alarm, at):
                    save(connection, in_time(connection, alarm, at))
                    moved += 1
            return moved

    def get(self, id: int) -> Alarm | None:  # noqa: A002 - the contract's word
        """Return one alarm by its number, None if there is none."""
        return self._first(matching(ALARMS, id=id), Alarm)

    def list(
        self,
        open_only: bool = True,
        stage: str | None = None,
        last: int | None = None,
        incident: int | None = None,
        since: datetime | None = None,
        *,
        delayed: bool = False,
    ) -> Found:
        """Return alarms, oldest first; with `last` only the newest so many; `since`: raised from then on.

        With `delayed` also conditions that wait for their on-delay: in state ``normal``, and no alarm yet.
        """
        query = matching(ALARMS, stage=stage, incident=incident)
        query = query if delayed else query.where(sa.not_(_WAITS_FOR_ITS_DELAY))
        query = query.where(ALARMS.c.open) if open_only else query
        query = query.where(ALARMS.c.raised >= since) if since is not None else query
        return self._all(newest(query, ALARMS, last), Alarm)

    def counts(self) -> dict[str, int]:
        """Return how many alarms are open and not hidden, by stage."""
        query = sa.select(ALARMS.c.stage, sa.func.count()).where(ALARMS.c.state.in_(_RINGS))
        with self._database.read() as connection:
            return {stage: int(n) for stage, n in connection.execute(query.group_by(ALARMS.c.stage))}

    def close_incident(self, id: int, author: str, cause: str, action: str, at: datetime) -> None:  # noqa: A002
        """Close an incident with its cause and what was done; what of it nobody acknowledged is acknowledged with it.

        Raises
        ------
        ActionError
            If there is no such incident, it is closed, or an alarm of it still stands.
        """
        with self._database.write() as connection:
            found = connection.execute(matching(INCIDENTS, id=id)).mappings().one_or_none()
            if found is None or found["closed"] is not None:
                raise ActionError(f"incident {id} is {'closed already' if found else 'not known'} - nothing to close")
            members = [fact(row, Alarm) for row in connection.execute(matching(ALARMS, incident=id)).mappings().all()]
            standing = [m for m in members if m.state in {"unacknowledged", "acknowledged"}]
            if standing:
                raise ActionError(
                    f"incident {id} cannot be closed: alarm {standing[0].id} still stands ({standing[0].sentence})"
                    " - respond to it, or shelve it with a reason"
                )
            for alarm in (m for m in members if m.state == "returned"):
                seen = moved(connection, alarm, "acknowledge", at, author, f"closed with incident {id}")
                save(connection, replace(seen, acknowledged=at, acknowledged_by=author))
            told = {"closed": at, "closed_by": author, "cause": cause, "action": action}
            connection.execute(INCIDENTS.update().where(INCIDENTS.c.id == id).values(**told))

    def close_quiet(self, before: datetime, at: datetime) -> int:
        """Close incidents of which nothing stands and nobody said anything since `before`; return how many."""
        alive = sa.select(ALARMS.c.incident).where(ALARMS.c.open, ALARMS.c.incident.is_not(None))
        quiet = (INCIDENTS.c.closed.is_(None), INCIDENTS.c.last_event < before, INCIDENTS.c.id.not_in(alive))
        with self._database.write() as connection:
            done = INCIDENTS.update().where(*quiet).values(closed=at, closed_by=PROGRAM)
            return int(connection.execute(done).rowcount)
