"""What people do with alarms: acknowledge, shelve."""

from __future__ import annotations

from datetime import timedelta

from qc_app.access import Actor
from qc_app.actions.permission import authorise, record
from qc_app.errors import ActionError
from qc_app.store import Store

LONGEST_SHELF_H = 24 * 7


def acknowledge_alarm(store: Store, actor: Actor, alarm_id: int, reason: str = "") -> str:
    """Say that the alarm was seen and is being handled; the reason becomes the alarm's note.

    Raises
    ------
    NotAllowed
        Below operator.
    """
    authorise(store, actor, "acknowledge_alarm", f"alarm {alarm_id}", reason)
    store.journal.alarms.acknowledge(alarm_id, actor.name, reason, store.clock.now())
    record(store, actor, "acknowledge_alarm", f"alarm {alarm_id}", reason=reason)
    return f"Alarm {alarm_id} acknowledged by {actor.name}."


def shelve_alarm(store: Store, actor: Actor, alarm_id: int, hours: float, reason: str = "") -> str:
    """Hide the alarm for some hours, at most a week; it comes back by itself.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        Without a reason, or for no time or more than a week.
    """
    authorise(store, actor, "shelve_alarm", f"alarm {alarm_id}", reason)
    if not 0 < hours <= LONGEST_SHELF_H:
        raise ActionError(
            f"an alarm can be shelved for up to {LONGEST_SHELF_H} hours, not {hours:g} - choose a shorter time"
        )
    now = store.clock.now()
    store.journal.alarms.shelve(alarm_id, now + timedelta(hours=hours), actor.name, reason, now)
    record(store, actor, "shelve_alarm", f"alarm {alarm_id}", reason=reason, detail={"hours": hours})
    return f"Alarm {alarm_id} shelved for {hours:g} h by {actor.name}."
