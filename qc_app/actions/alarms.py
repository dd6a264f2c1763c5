"""What people do with alarms: acknowledge, shelve, take out of service, tick the action plan, close the incident."""

from __future__ import annotations

from datetime import timedelta

from qc_app.access import Actor
from qc_app.actions.permission import MAX_TEXT, authorise, record
from qc_app.errors import ActionError
from qc_app.store import Store

LONGEST_SHELF_H = 24 * 7


def acknowledge_alarm(store: Store, actor: Actor, alarm_id: int, reason: str = "") -> str:
    """Say that the alarm was seen and is being handled; the reason becomes the alarm's note.

    Raises
    ------
    NotAllowed
        Below operator.
    ActionError
        If nothing of it waits to be acknowledged.
    """
    authorise(store, actor, "acknowledge_alarm", f"alarm {alarm_id}", reason)
    store.journal.alarms.acknowledge(alarm_id, actor.name, reason, store.clock.now())
    record(store, actor, "acknowledge_alarm", f"alarm {alarm_id}", reason=reason)
    return f"Alarm {alarm_id} acknowledged by {actor.name}."


def tick_alarm_step(store: Store, actor: Actor, alarm_id: int, step: int, *, done: bool = True) -> str:
    """Say that a step of the alarm's action plan is done, or is not.

    Parameters
    ----------
    store : Store
    actor : Actor
    alarm_id : int
    step : int
        Number of the step, from 0.
    done : bool

    Raises
    ------
    NotAllowed
        Below operator.
    ActionError
        If there is no such alarm or step.
    """
    authorise(store, actor, "tick_alarm_step", f"alarm {alarm_id}")
    alarm = store.journal.alarms.tick(alarm_id, step, actor.name, store.clock.now(), done=done)
    told = {"step": alarm.steps[step], "done": done}
    record(store, actor, "tick_alarm_step", f"alarm {alarm_id}", reason="", detail=told)
    return f"Step {step + 1} of alarm {alarm_id} is {'done' if done else 'open again'}."


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


def unshelve_alarm(store: Store, actor: Actor, alarm_id: int, reason: str = "") -> str:
    """Bring a shelved alarm back before its time.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        If it is not shelved.
    """
    authorise(store, actor, "unshelve_alarm", f"alarm {alarm_id}", reason)
    alarm = store.journal.alarms.deed(alarm_id, "unshelve", actor.name, reason, store.clock.now())
    record(store, actor, "unshelve_alarm", f"alarm {alarm_id}", reason=reason)
    return f"Alarm {alarm_id} is back: {alarm.state.replace('_', ' ')}."


def remove_alarm(store: Store, actor: Actor, alarm_id: int, reason: str = "") -> str:
    """Take an alarm out of service, as for maintenance; it stays away until somebody puts it back.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        Without a reason, or if it is out of service already.
    """
    authorise(store, actor, "remove_alarm", f"alarm {alarm_id}", reason)
    store.journal.alarms.deed(alarm_id, "remove", actor.name, reason, store.clock.now())
    record(store, actor, "remove_alarm", f"alarm {alarm_id}", reason=reason)
    return f"Alarm {alarm_id} is out of service until somebody puts it back."


def restore_alarm(store: Store, actor: Actor, alarm_id: int, reason: str = "") -> str:
    """Put an alarm back into service.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        If it is not out of service.
    """
    authorise(store, actor, "restore_alarm", f"alarm {alarm_id}", reason)
    alarm = store.journal.alarms.deed(alarm_id, "restore", actor.name, reason, store.clock.now())
    record(store, actor, "restore_alarm", f"alarm {alarm_id}", reason=reason)
    return f"Alarm {alarm_id} is in service: {alarm.state.replace('_', ' ')}."


def close_incident(store: Store, actor: Actor, incident_id: int, cause: str, action: str) -> str:
    """Close an incident with its assignable cause and what was done about it.

    Raises
    ------
    NotAllowed
        Below operator.
    ActionError
        Without cause or action, if an alarm of it still stands, or if it is closed already.
    """
    authorise(store, actor, "close_incident", f"incident {incident_id}", cause)
    for name, text in (("cause", cause), ("action", action)):
        if not text.strip():
            raise ActionError(f"incident {incident_id} needs its {name} - what was it, and what was done?")
        if len(text) > MAX_TEXT:
            raise ActionError(f"the {name} has {len(text)} characters - use at most {MAX_TEXT}")
    store.journal.alarms.close_incident(incident_id, actor.name, cause, action, store.clock.now())
    record(store, actor, "close_incident", f"incident {incident_id}", reason=cause, detail={"action": action})
    return f"Incident {incident_id} closed by {actor.name}: {cause}."
