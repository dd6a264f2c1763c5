"""One alarm as a card: what is wrong, what to do step by step, and what a person may do with it; incidents likewise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from qc_app.actions import (
    acknowledge_alarm,
    close_incident,
    may,
    remove_alarm,
    restore_alarm,
    shelve_alarm,
    tick_alarm_step,
    unshelve_alarm,
)
from qc_app.dashboard import markup
from qc_app.dashboard.session import Here, attempt
from qc_app.views import Alarm, IncidentView, age, alarm_story, hidden_because, local, unit_of

_STATE = {"high": "act", "medium": "watch", "low": "info"}
_WORD = {"high": "■ High", "medium": "▲ Medium", "low": "● Low"}
_GONE = {"returned": "cause is gone, not yet acknowledged", "normal": "over"}
HOURS = [1, 8, 24, 168]


def card(alarm: Alarm, at: datetime, now: Here, place: str = "") -> None:
    """Show an alarm with its plan and its buttons; `place` keeps the widgets of two cards of one alarm apart."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"alarm_{place}{alarm.id}", border=True):
        with st.container(width="stretch", gap=None):
            _told(alarm, at, now)
            _why(alarm, now)
        _deeds(alarm, now, place)


def incident_card(one: IncidentView, at: datetime, now: Here) -> None:
    """Show an incident with its members, and how it is closed."""
    number = int(one.incident.id or 0)
    with st.container(horizontal=True, vertical_alignment="center", key=f"alarm_incident_{number}", border=True):
        with st.container(width="stretch", gap=None):
            state = _STATE[one.members[0].priority] if one.members and one.standing else ""
            word = _word(one)
            began, last = local(one.incident.opened, now.plant.zone), age(one.incident.last_event, at)
            many = f"{len(one.members)} alarm{'' if len(one.members) == 1 else 's'}"
            below = f"incident {number} · {one.where} · {many} · began {began}, last sign {last} ago"
            st.html(markup.line(state, word, one.title, below=below))
            for alarm in one.members[1:4]:
                stands = f"{alarm.stage or 'plant'} · {alarm.kind.replace('_', ' ')} · {alarm.state.replace('_', ' ')}"
                st.html(markup.line("", "", alarm.sentence, below=stands))
        _closing(one, number, now)


def _word(one: IncidentView) -> str:
    if one.standing:
        return f"{one.standing} stand{'s' if one.standing == 1 else ''}"
    return f"{one.hidden} hidden" if one.hidden else "✓ Gone"


def story(number: int, now: Here) -> bool:
    """Show one alarm with everything that happened to it; return whether there is such an alarm."""
    alarm, moves = alarm_story(now.store, number)
    if alarm is None:
        return False
    at, zone = now.store.clock.now(), now.plant.zone
    st.html(markup.heading(f"Alarm {number}", "from the link"))
    card(alarm, at, now, place="linked_")
    lines = []
    for move in reversed(moves):
        what = f"{move.event}: {move.before.replace('_', ' ')} → {move.after.replace('_', ' ')}"
        same = move.before == move.after
        said = f"{move.event if same else what}{f': {move.reason}' if move.reason else ''}"
        lines.append(markup.line("", age(move.at, at), said, below=f"{move.author} · {local(move.at, zone)}"))
    st.html("".join(lines[:20]))
    return True


def _told(alarm: Alarm, at: datetime, now: Here) -> None:
    seen = f"{alarm.count} times, last {age(alarm.last_seen, at)} ago" if alarm.count > 1 else ""
    where = f"{alarm.stage or 'plant'}{f' / {alarm.subject}' if alarm.subject else ''}"
    raised = f"raised {local(alarm.raised, now.plant.zone)}, {age(alarm.raised, at)} ago"
    parts = [where, alarm.kind.replace("_", " "), raised, seen, _GONE.get(alarm.state, ""), _handled(alarm, at)]
    below = " · ".join(part for part in parts if part)
    st.html(markup.line(_STATE[alarm.priority], _WORD[alarm.priority], alarm.sentence, below=below))
    left = [step for n, step in enumerate(alarm.steps) if n not in alarm.ticked]
    if left and alarm.state != "normal":
        st.html(
            markup.line("", "What to do", left[0], below=f"otherwise: {alarm.consequence}" if alarm.consequence else "")
        )


def _handled(alarm: Alarm, at: datetime) -> str:
    why = hidden_because(alarm)
    if alarm.state == "shelved":
        return f"shelved by {alarm.acknowledged_by}, back {age(alarm.shelved_until, at)}: {why}"
    if why:
        return f"{alarm.state.replace('_', ' ')}: {why}"
    if alarm.acknowledged is not None:
        return f"acknowledged by {alarm.acknowledged_by}{f': {alarm.note}' if alarm.note else ''}"
    return "nobody answered in time: escalated" if alarm.escalated else ""


def _why(alarm: Alarm, now: Here) -> None:
    """Lead to the newest unit that the alarm is about."""
    unit = unit_of(now.store, alarm)
    if unit:
        where = {"stage": alarm.stage, "what": alarm.subject, "unit": unit}
        label = f"Why unit {markup.plain(unit, 60)}?"
        st.page_link(st.session_state["pages"]["unit"], label=label, icon="", query_params=where)


def _deeds(alarm: Alarm, now: Here, place: str) -> None:
    number = int(alarm.id or 0)
    key = f"{place}{number}"
    with st.container(horizontal=True, width="content", key=f"deeds_{key}"):
        if alarm.steps and alarm.state != "normal":
            _plan(alarm, number, key, now)
        if alarm.state in {"unacknowledged", "returned"}:
            _acknowledging(number, key, now)
        if alarm.state == "shelved" and may(now.actor, "unshelve_alarm"):
            _at_once("Bring back", f"unshelve_{key}", lambda: unshelve_alarm(now.store, now.actor, number))
        elif alarm.state == "out_of_service" and may(now.actor, "restore_alarm"):
            _at_once("Back into service", f"restore_{key}", lambda: restore_alarm(now.store, now.actor, number))
        elif alarm.state not in {"suppressed", "out_of_service", "shelved"}:
            _shelving(number, key, now)


def _plan(alarm: Alarm, number: int, key: str, now: Here) -> None:
    with st.popover(f"Plan {len(alarm.ticked)}/{len(alarm.steps)}", key=f"plan_{key}"):
        for n, step in enumerate(alarm.steps):
            was = n in alarm.ticked
            is_ = st.checkbox(markup.plain(step), value=was, key=f"step_{key}_{n}_{was}")
            if is_ != was:
                attempt(lambda n=n, is_=is_: tick_alarm_step(now.store, now.actor, number, n, done=is_))  # type: ignore[misc]
                st.rerun()


def _acknowledging(number: int, key: str, now: Here) -> None:
    with st.popover("Acknowledge", key=f"ack_{key}"):
        note = st.text_input("Note", key=f"ack_note_{key}", placeholder="what you found or do")
        _at_once("Acknowledge", f"ack_go_{key}", lambda: acknowledge_alarm(now.store, now.actor, number, note))


def _shelving(number: int, key: str, now: Here) -> None:
    with st.popover("Shelve", key=f"shelve_{key}"):
        hours = st.segmented_control(
            "For", HOURS, key=f"shelve_h_{key}", default=8, format_func=lambda h: f"{h} h", required=True
        )
        why = st.text_input("Reason", key=f"shelve_why_{key}")
        _at_once(
            "Shelve", f"shelve_go_{key}", lambda: shelve_alarm(now.store, now.actor, number, float(hours or 0), why)
        )
        _at_once("Out of service", f"remove_go_{key}", lambda: remove_alarm(now.store, now.actor, number, why))


def _closing(one: IncidentView, number: int, now: Here) -> None:
    with st.popover("Close", key=f"close_{number}", disabled=one.standing > 0, width="content"):
        cause = st.text_input("Cause", key=f"close_cause_{number}", placeholder="tool worn, sensor loose, other coil")
        action = st.text_input("What was done", key=f"close_action_{number}")
        _at_once("Close", f"close_go_{number}", lambda: close_incident(now.store, now.actor, number, cause, action))


def _at_once(label: str, key: str, act: Callable[[], object]) -> None:
    """Offer a button that does something and says what became of it."""
    if st.button(label, key=key):
        attempt(act)
        st.rerun()
