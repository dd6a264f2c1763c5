"""Alarms: what a person must do."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import acknowledge_alarm, shelve_alarm
from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, attempt, guarded, here, outcome, say, top
from qc_app.views import Alarm, AlarmsView, age, alarms_view, local, unit_of

EVERY_S = 15
MOST_CARDS = 15
_STATE = {"high": "act", "medium": "watch", "low": "info"}
_WORD = {"high": "■ High", "medium": "▲ Medium", "low": "● Low"}


@guarded
def page() -> None:
    """Show the alarms."""
    now = here()
    top("Alarms", now)
    _live(now)


@st.fragment(run_every=EVERY_S)
@guarded
def _live(now: Here) -> None:
    outcome()
    view = alarms_view(now.store)
    st.html(markup.facts(_facts(view)))
    st.html(markup.heading("Waiting for you", "unacknowledged, the most urgent first"))
    if not view.waiting:
        say("No alarm waits. New ones appear here by themselves.")
    for alarm in view.waiting[:MOST_CARDS]:
        _card(alarm, view, now)
    if len(view.waiting) > MOST_CARDS:
        say(f"{len(view.waiting) - MOST_CARDS} more wait: acknowledge these first, or look at them under All below.")
    _tables(view, now)


def _facts(view: AlarmsView) -> list[markup.Fact]:
    high = sum(a.priority == "high" for a in view.waiting)
    often = ", ".join(f"{kind} {n}" for kind, n in view.often) or "none"
    return [
        markup.Fact("Waiting", str(len(view.waiting)), note=f"{high} high", state="act" if high else ""),
        markup.Fact("Acknowledged, standing", str(view.handled.height)),
        markup.Fact("Shelved", str(view.shelved.height)),
        markup.Fact("Raised in 24 h", str(view.raised_24h), note=f"{view.raised_7d} in 7 d"),
        markup.Fact("Most often in 7 d", often.split(",")[0], note=", ".join(often.split(",")[1:]).strip()),
    ]


def _card(alarm: Alarm, view: AlarmsView, now: Here) -> None:
    zone = now.plant.zone
    seen = f"{alarm.count} times, last {age(alarm.last_seen, view.at)} ago" if alarm.count > 1 else ""
    gone = "cause is gone, not yet acknowledged" if alarm.state == "returned" else ""
    where = f"{alarm.stage or 'plant'}{f' / {alarm.subject}' if alarm.subject else ''}"
    raised = f"raised {local(alarm.raised, zone)}, {age(alarm.raised, view.at)} ago"
    below = " · ".join(part for part in (where, alarm.kind, raised, seen, gone) if part)
    with st.container(horizontal=True, vertical_alignment="center", key=f"alarm_{alarm.id}", border=True):
        with st.container(width="stretch", gap=None):
            st.html(markup.line(_STATE[alarm.priority], _WORD[alarm.priority], alarm.sentence, below=below))
            if alarm.response:
                st.html(markup.line("", "What to do", alarm.response))
            _why(alarm, now)
        _buttons(int(alarm.id or 0), now)


def _why(alarm: Alarm, now: Here) -> None:
    """Lead to the newest unit that the alarm is about."""
    unit = unit_of(now.store, alarm)
    if unit:
        where = {"stage": alarm.stage, "what": alarm.subject, "unit": unit}
        label = f"Why unit {markup.plain(unit, 60)}?"
        st.page_link(st.session_state["pages"]["unit"], label=label, icon="", query_params=where)


def _buttons(number: int, now: Here) -> None:
    with st.container(horizontal=True, width="content"):
        with st.popover("Acknowledge", key=f"ack_{number}"):
            note = st.text_input("Note", key=f"ack_note_{number}", placeholder="what you found or do")
            if st.button("Acknowledge", key=f"ack_go_{number}"):
                attempt(lambda: acknowledge_alarm(now.store, now.actor, number, note))
                st.rerun()
        with st.popover("Shelve", key=f"shelve_{number}"):
            hours = st.segmented_control(
                "For",
                [1, 8, 24, 168],
                key=f"shelve_h_{number}",
                default=8,
                format_func=lambda h: f"{h} h",
                required=True,
            )
            why = st.text_input("Reason", key=f"shelve_why_{number}")
            if st.button("Shelve", key=f"shelve_go_{number}"):
                attempt(lambda: shelve_alarm(now.store, now.actor, number, float(hours or 0), why))
                st.rerun()


def _tables(view: AlarmsView, now: Here) -> None:
    kept = ("priority", "stage", "subject", "sentence", "raised", "last_seen", "count", "by", "note")
    tabs = st.tabs(["Acknowledged", "Shelved", "All"], key="alarm_tabs")
    zone = now.plant.zone
    with tabs[0]:
        tables.show(
            view.handled,
            "alarms_handled",
            tables.headings(kept),
            zone=zone,
            empty="Nothing is acknowledged and standing.",
        )
    with tabs[1]:
        columns = tables.headings((*kept, "shelved_until"))
        tables.show(view.shelved, "alarms_shelved", columns, zone=zone, empty="Nothing is shelved.")
    with tabs[2]:
        columns = tables.headings(("state", "kind", *kept))
        tables.show(view.history, "alarms_all", columns, zone=zone, empty="No alarm was ever raised.")
