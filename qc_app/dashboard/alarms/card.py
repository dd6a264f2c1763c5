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
from qc_app.language import bound, known, later, ntr, tr
from qc_app.views import (
    Alarm,
    IncidentView,
    age,
    alarm_about,
    alarm_event,
    alarm_kind,
    alarm_state,
    alarm_story,
    hidden_because,
    local,
    recorded,
    unit_of,
)

_STATE = {"high": "act", "medium": "watch", "low": "info"}
_WORD = {"high": later("■ High"), "medium": later("▲ Medium"), "low": later("● Low")}
_SIGN = {"high": "■", "medium": "▲", "low": "●"}
_GONE = {"returned": later("cause is gone, not yet acknowledged"), "normal": later("over")}
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
            parts = (
                tr("incident {number}", number=str(number)),
                one.where,
                ntr("{n} alarm", "{n} alarms", len(one.members)),
                tr("began {began}, last sign {age} ago", began=began, age=last),
            )
            st.html(markup.line(state, word, recorded(one.title), below=" · ".join(parts)))
            for alarm in one.members[1:4]:
                stands = (alarm.stage or tr("plant"), alarm_kind(alarm.kind), alarm_state(alarm.state))
                st.html(markup.line("", "", recorded(alarm.sentence), below=" · ".join(stands)))
        _closing(one, number, now)


def _word(one: IncidentView) -> str:
    if one.standing:
        return f"{_SIGN[one.members[0].priority]} {ntr('{n} stands', '{n} stand', one.standing)}"
    return tr("{n} hidden", n=one.hidden) if one.hidden else f"✓ {tr('Gone')}"


def story(number: int, now: Here) -> bool:
    """Show one alarm with everything that happened to it; return whether there is such an alarm."""
    alarm, moves = alarm_story(now.store, number)
    if alarm is None:
        return False
    at, zone = now.store.clock.now(), now.plant.zone
    st.html(markup.heading(tr("Alarm {number}", number=str(number)), tr("from the link")))
    card(alarm, at, now, place="linked_")
    lines = []
    for move in reversed(moves):
        said = alarm_event(move.event)
        if move.before != move.after:
            said += f": {alarm_state(move.before)} → {alarm_state(move.after)}"
        said += f": {move.reason}" if move.reason else ""
        lines.append(markup.line("", age(move.at, at), said, below=f"{move.author} · {local(move.at, zone)}"))
    st.html("".join(lines[:20]))
    return True


def _told(alarm: Alarm, at: datetime, now: Here) -> None:
    seen = tr("{n} times, last {age} ago", n=alarm.count, age=age(alarm.last_seen, at)) if alarm.count > 1 else ""
    where = f"{alarm.stage or tr('plant')}{f' / {alarm_about(alarm.subject)}' if alarm.subject else ''}"
    raised = tr("raised {at}, {age} ago", at=local(alarm.raised, now.plant.zone), age=age(alarm.raised, at))
    gone = tr(_GONE[alarm.state]) if alarm.state in _GONE else ""
    parts = [where, alarm_kind(alarm.kind), raised, seen, gone, _handled(alarm, at)]
    below = " · ".join(part for part in parts if part)
    st.html(markup.line(_STATE[alarm.priority], tr(_WORD[alarm.priority]), recorded(alarm.sentence), below=below))
    left = [step for n, step in enumerate(alarm.steps) if n not in alarm.ticked]
    if left and alarm.state != "normal":
        then = tr("otherwise: {consequence}", consequence=known(alarm.consequence)) if alarm.consequence else ""
        st.html(markup.line("", tr("What to do"), known(left[0]), below=then))


def _handled(alarm: Alarm, at: datetime) -> str:
    why = hidden_because(alarm)
    if alarm.state == "shelved":
        back = age(alarm.shelved_until, at)
        return tr("shelved by {who}, back {when}: {why}", who=alarm.acknowledged_by, when=back, why=why)
    if why:
        return f"{alarm_state(alarm.state)}: {why}"
    if alarm.acknowledged is not None:
        told = tr("acknowledged by {who}", who=alarm.acknowledged_by)
        return f"{told}: {alarm.note}" if alarm.note else told
    return tr("nobody answered in time: escalated") if alarm.escalated else ""


def _why(alarm: Alarm, now: Here) -> None:
    """Lead to the newest unit that the alarm is about."""
    unit = unit_of(now.store, alarm)
    if unit:
        where = {"stage": alarm.stage, "what": alarm.subject, "unit": unit}
        label = tr("Why unit {unit}?", unit=markup.plain(unit, 60))
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
            _at_once(tr("Bring back"), f"unshelve_{key}", lambda: unshelve_alarm(now.store, now.actor, number))
        elif alarm.state == "out_of_service" and may(now.actor, "restore_alarm"):
            _at_once(tr("Back into service"), f"restore_{key}", lambda: restore_alarm(now.store, now.actor, number))
        elif alarm.state not in {"suppressed", "out_of_service", "shelved"}:
            _shelving(number, key, now)


def _plan(alarm: Alarm, number: int, key: str, now: Here) -> None:
    with st.popover(tr("Plan {done}/{all}", done=len(alarm.ticked), all=len(alarm.steps)), key=f"plan_{key}"):
        for n, step in enumerate(alarm.steps):
            was = n in alarm.ticked
            is_ = st.checkbox(markup.plain(known(step)), value=was, key=f"step_{key}_{n}_{was}")
            if is_ != was:
                attempt(lambda n=n, is_=is_: tick_alarm_step(now.store, now.actor, number, n, done=is_))  # type: ignore[misc]
                st.rerun()


def _acknowledging(number: int, key: str, now: Here) -> None:
    with st.popover(tr("Acknowledge"), key=f"ack_{key}"):
        note = st.text_input(tr("Note"), key=f"ack_note_{key}", placeholder=tr("what you found or do"))
        _at_once(tr("Acknowledge"), f"ack_go_{key}", lambda: acknowledge_alarm(now.store, now.actor, number, note))


def _shelving(number: int, key: str, now: Here) -> None:
    with st.popover(tr("Shelve"), key=f"shelve_{key}"):
        hours = st.segmented_control(
            tr("For"),
            HOURS,
            key=f"shelve_h_{key}",
            default=8,
            format_func=bound(lambda h: tr("{n} h", n=h)),
            required=True,
        )
        why = st.text_input(tr("Reason"), key=f"shelve_why_{key}")
        _at_once(
            tr("Shelve"), f"shelve_go_{key}", lambda: shelve_alarm(now.store, now.actor, number, float(hours or 0), why)
        )
        _at_once(tr("Out of service"), f"remove_go_{key}", lambda: remove_alarm(now.store, now.actor, number, why))


def _closing(one: IncidentView, number: int, now: Here) -> None:
    with st.popover(tr("Close"), key=f"close_{number}", disabled=one.standing > 0, width="content"):
        cause = st.text_input(
            tr("Cause"), key=f"close_cause_{number}", placeholder=tr("tool worn, sensor loose, other coil")
        )
        action = st.text_input(tr("What was done"), key=f"close_action_{number}")
        _at_once(tr("Close"), f"close_go_{number}", lambda: close_incident(now.store, now.actor, number, cause, action))


def _at_once(label: str, key: str, act: Callable[[], object]) -> None:
    """Offer a button that does something and says what became of it."""
    if st.button(label, key=key):
        attempt(act)
        st.rerun()
