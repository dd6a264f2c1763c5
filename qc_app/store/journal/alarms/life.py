"""The life of one alarm in the journal: its row, its moves, its delays; always inside the transaction of a caller."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.alarming import AlarmEvent, Rule, Standing, after, escalated, rule_of
from qc_app.alarming.kinds import PRIORITIES
from qc_app.alarming.timing import debounced
from qc_app.errors import ActionError
from qc_app.records import Alarm, AlarmMove, Priority
from qc_app.store.journal.alarms.moves import joined, note, still
from qc_app.store.journal.base.columns import METADATA, flag, identity, moment, numbers, real, text, whole
from qc_app.store.journal.base.room import fact, matching, values

PROGRAM = "the program"
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
    flag("abnormal"),
    flag("seen"),
    text("suppressed"),
    text("removed"),
    text("consequence"),
    numbers("steps"),
    numbers("ticked"),
    flag("signal"),
    moment("signal_since", optional=True),
    real("on_delay_s"),
    real("off_delay_s"),
    real("escalate_after_s"),
    moment("escalated", optional=True),
    sa.Column("incident", sa.BigInteger(), nullable=True),
    flag("open"),
)
sa.Index(
    "uq_alarms_open",
    ALARMS.c.kind,
    ALARMS.c.stage,
    ALARMS.c.subject,
    unique=True,
    sqlite_where=sa.text("open"),
    postgresql_where=sa.text("open"),
)
sa.Index("ix_alarms_state", ALARMS.c.state, ALARMS.c.stage)
sa.Index("ix_alarms_incident", ALARMS.c.incident)


def standing_of(alarm: Alarm) -> Standing:
    """Return how an alarm stands, for the state machine."""
    hidden = (alarm.shelved_until is not None, bool(alarm.suppressed), bool(alarm.removed))
    return Standing(alarm.abnormal, alarm.seen, *hidden)


def looked_at(  # noqa: PLR0917 - a look at an alarm
    now: Alarm, rule: Rule, priority: Priority, sentence: str, response: str, at: datetime
) -> Alarm:
    """Return the alarm after a look at which its condition was there."""
    steps = list(rule.response) or ([response] if response else [])
    return replace(
        now,
        priority=_higher(now.priority, priority) if now.escalated else priority,
        last_seen=at,
        sentence=sentence,
        response=response or "; ".join(steps),
        count=now.count + 1,
        consequence=rule.consequence,
        steps=steps,
        ticked=now.ticked if steps == now.steps else [],
        signal=True,
        signal_since=now.signal_since if now.signal else at,
        on_delay_s=rule.on_delay_s,
        off_delay_s=rule.off_delay_s,
        escalate_after_s=rule.escalate_after_s,
    )


def followed(connection: Connection, now: Alarm, at: datetime) -> Alarm:
    """Let the alarm follow its condition, delays counted in."""
    wanted = _counts(now, at)
    if wanted == now.abnormal:
        if now.abnormal and now.signal and now.incident is not None:
            still(connection, now.incident, at)
        return now
    if not wanted:
        gone = replace(moved(connection, now, "return", at), cleared=at)
        return moved(connection, gone, "unsuppress", at, reason="its condition is gone") if gone.suppressed else gone
    fresh = now.state != "returned"
    rung = moved(connection, now, "raise", at)
    return replace(rung, raised=at if fresh else now.raised, last_seen=at, cleared=None, acknowledged=None,
                   escalated=None)  # fmt: skip


def told(connection: Connection, now: Alarm, at: datetime, group: str = "", related: Collection[str] = ()) -> Alarm:
    """Let an alarm that asks for a person for the first time join an incident; a hidden one asks for nobody."""
    if now.incident is not None or now.state != "unacknowledged":
        return now
    mine = (ALARMS.c.kind == now.kind, ALARMS.c.stage == now.stage, ALARMS.c.subject == now.subject)
    query = sa.select(ALARMS.c.incident).where(*mine, ALARMS.c.incident.is_not(None))
    before = connection.execute(query.order_by(ALARMS.c.id.desc()).limit(1)).scalar()
    return replace(now, incident=joined(connection, now, group or rule_of(now.kind).group, related, at, before))


def _counts(now: Alarm, at: datetime) -> bool:
    since = now.signal_since or now.raised
    return debounced(
        abnormal=now.abnormal, signal=now.signal, since=since, now=at, on_s=now.on_delay_s, off_s=now.off_delay_s
    )


def advanced(alarm: Alarm, at: datetime) -> bool:
    """Whether time alone moves an alarm."""
    over = alarm.shelved_until is not None and alarm.shelved_until <= at
    waited = alarm.state == "unacknowledged" and alarm.escalated is None
    return (
        over or _counts(alarm, at) != alarm.abnormal or (waited and escalated(alarm.raised, alarm.escalate_after_s, at))
    )


def in_time(connection: Connection, alarm: Alarm, at: datetime) -> Alarm:
    """Return the alarm after what time alone does to it."""
    if alarm.shelved_until is not None and alarm.shelved_until <= at:
        alarm = moved(connection, alarm, "unshelve", at, reason="its time on the shelf is over")
    alarm = told(connection, followed(connection, alarm, at), at)
    waited = alarm.state == "unacknowledged" and alarm.escalated is None
    if not waited or not escalated(alarm.raised, alarm.escalate_after_s, at):
        return alarm
    higher = PRIORITIES[min(PRIORITIES.index(alarm.priority) + 1, len(PRIORITIES) - 1)]
    words = f"unacknowledged for {alarm.escalate_after_s / 3600:g} h; priority {alarm.priority} becomes {higher}"
    note(connection, AlarmMove(int(alarm.id or 0), at, "escalate", alarm.state, alarm.state, PROGRAM, words))
    return replace(alarm, priority=higher, escalated=at)


def moved(  # noqa: PLR0917 - a move: which, when, who, why
    connection: Connection, alarm: Alarm, event: AlarmEvent, at: datetime, author: str = PROGRAM, reason: str = ""
) -> Alarm:
    """Apply an event to an alarm and note the move; what says nothing new by itself is no move."""
    before = standing_of(alarm)
    new = after(before, event)
    if new == before and author == PROGRAM:
        return alarm
    made = replace(
        alarm,
        abnormal=new.abnormal,
        seen=new.seen,
        state=new.state,
        shelved_until=(alarm.shelved_until or at) if new.shelved else None,
        suppressed=(alarm.suppressed or reason) if new.suppressed else "",
        removed=(alarm.removed or reason or "out of service") if new.out_of_service else "",
    )
    note(connection, AlarmMove(int(alarm.id or 0), at, event, alarm.state, made.state, author, reason))
    return made


def asked(  # noqa: PLR0917 - what a person asks for: of which alarm, what, when, who, why
    connection: Connection,
    id: int,  # noqa: A002
    event: AlarmEvent,
    at: datetime,
    author: str,
    reason: str,
) -> Alarm:
    """Apply what a person asks of an alarm.

    Raises
    ------
    ActionError
        If there is no such alarm, a newer one of the same name is open, or its state does not allow it.
    """
    now = one(connection, id)
    other = None if now.open else open_one(connection, now.kind, now.stage, now.subject)
    if other is not None:
        raise ActionError(f"alarm {id} is over; the same one is open as alarm {other.id} - use that number")
    try:
        return moved(connection, now, event, at, author, reason)
    except ActionError as error:
        raise ActionError(f"alarm {id} ({now.kind.replace('_', ' ')}): {error}") from None


def _higher(one: Priority, other: Priority) -> Priority:
    return max(one, other, key=PRIORITIES.index)


def open_one(connection: Connection, kind: str, stage: str, subject: str) -> Alarm | None:
    """Return the open alarm of a name, None if there is none."""
    query = matching(ALARMS, kind=kind, stage=stage, subject=subject).where(ALARMS.c.open)
    row = connection.execute(query).mappings().one_or_none()
    return fact(row, Alarm) if row else None


def one(connection: Connection, id: int) -> Alarm:  # noqa: A002 - the contract's word
    """Return one alarm by its number, or raise ActionError."""
    row = connection.execute(matching(ALARMS, id=id)).mappings().one_or_none()
    if row is None:
        raise ActionError(f"there is no alarm {id} - see `qc alarms list`")
    return fact(row, Alarm)


def save(connection: Connection, alarm: Alarm) -> Alarm:
    """Write an alarm; it is open while it is not normal, or waits for its delay."""
    kept = replace(alarm, open=alarm.state != "normal" or alarm.signal)
    row: dict[str, Any] = values(kept)
    connection.execute(ALARMS.update().where(ALARMS.c.id == kept.id).values(row))
    return kept
