"""Alarms: what a person must do."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.address import note
from qc_app.dashboard.alarms.card import card, incident_card, story
from qc_app.dashboard.alarms.report import report_here
from qc_app.dashboard.session import Here, guarded, here, outcome, say, top
from qc_app.language import count, ntr, tr
from qc_app.views import (
    AlarmsView,
    Sieve,
    alarm_kind,
    alarm_kinds,
    alarm_states,
    alarms_view,
    as_recorded,
    priorities,
    priority_word,
)

EVERY_S = 15
MOST_CARDS = 15
_ANY = "any"


@guarded
def page() -> None:
    """Show the alarms."""
    now = here()
    top(tr("Alarms"), now)
    sieve = _sieve(now)
    _linked(now)
    _live(now, sieve)


def _sieve(now: Here) -> Sieve:
    """Let the person filter; the filter is in the address."""
    lines = list(dict.fromkeys(s.line for s in now.plant.stages))
    with st.container(horizontal=True, vertical_alignment="bottom", key="alarm_filters"):
        line = _choice("line", tr("Line"), lines)
        stages = [s.id for s in now.plant.stages if not line or s.line == line]
        stage = _choice("stage", tr("Stage"), stages)
        priority = _choice("priority", tr("Priority"), ["high", "medium", "low"])
        kind = _choice("kind", tr("Kind"), alarms_view(now.store).kinds)
    return Sieve(line, stage, priority, kind)


def _choice(name: str, label: str, options: list[str]) -> str:
    asked = st.query_params.get(name, "")
    if f"alarm_{name}" not in st.session_state or st.session_state[f"alarm_{name}"] not in {_ANY, *options}:
        st.session_state[f"alarm_{name}"] = asked if asked in options else _ANY
    words = {"kind": alarm_kind, "priority": priority_word}.get(name, str)
    shown = {_ANY: tr("any"), **{option: words(option) for option in options}}
    chosen = st.selectbox(label, [_ANY, *options], key=f"alarm_{name}", format_func=lambda o: shown.get(o, o))
    said = "" if chosen == _ANY else str(chosen)
    note(name, said)
    return said


def _linked(now: Here) -> None:
    """Show the one alarm that a link names, with all that happened to it."""
    asked = st.query_params.get("alarm", "")
    if not asked:
        return
    with st.container(key="alarm_linked"):
        if not asked.isdigit() or not story(int(asked), now):
            told = tr(
                "There is no alarm {number}. It may be of another plant; the alarms of this one are below.",
                number=asked,
            )
            say(told, "watch")
        if st.button(tr("Show all alarms"), key="alarm_unlink", type="tertiary"):
            st.query_params.pop("alarm")
            st.rerun()


@st.fragment(run_every=EVERY_S)
@guarded
def _live(now: Here, sieve: Sieve) -> None:
    outcome()
    view = alarms_view(now.store, plant=now.plant, sieve=sieve)
    st.html(markup.facts(_facts(view)))
    st.html(markup.heading(tr("Waiting for you"), tr("unacknowledged, the most urgent first")))
    if not view.waiting:
        none = tr("No alarm waits. New ones appear here by themselves.")
        say(none if sieve == Sieve() else tr("No alarm that fits the filters waits. Set them to any to see all."))
    for alarm in view.waiting[:MOST_CARDS]:
        card(alarm, view.at, now)
    if len(view.waiting) > MOST_CARDS:
        more = len(view.waiting) - MOST_CARDS
        say(tr("{n} more wait: acknowledge these first, or look at them under All below.", n=more))
    _tabs(view, now)


def _facts(view: AlarmsView) -> list[markup.Fact]:
    high = sum(a.priority == "high" for a in view.waiting)
    escalated = sum(a.escalated is not None for a in view.waiting)
    many = {state: sum(a.state == state for a in view.hidden) for state in ("shelved", "suppressed", "out_of_service")}
    closable = sum(one.standing == 0 for one in view.incidents)
    closed = ntr("{n} can be closed", "{n} can be closed", closable)
    asleep = {
        "shelved": markup.Fact(tr("Shelved"), count(many["shelved"]), note=tr("come back by themselves")),
        "suppressed": markup.Fact(tr("Suppressed"), count(many["suppressed"]), note=tr("by the plant's own logic")),
        "out_of_service": markup.Fact(
            tr("Out of service"), count(many["out_of_service"]), note=tr("until somebody puts them back")
        ),
    }
    return [
        markup.Fact(tr("Waiting"), count(len(view.waiting)), note=tr("{n} high", n=high), state="act" if high else ""),
        markup.Fact(tr("Waited too long"), count(escalated), note=tr("escalated"), state="watch" if escalated else ""),
        markup.Fact(tr("Acknowledged, standing"), count(len(view.handled))),
        markup.Fact(tr("Incidents open"), count(len(view.incidents)), note=closed),
        *(fact for state, fact in asleep.items() if many[state]),
    ]


def _tabs(view: AlarmsView, now: Here) -> None:
    names = [
        tr("Incidents ({n})", n=len(view.incidents)),
        tr("Acknowledged ({n})", n=len(view.handled)),
        tr("Hidden ({n})", n=len(view.hidden)),
        tr("Are there too many?"),
        tr("All"),
    ]
    incidents, handled, hidden, report, history = st.tabs(names, key="alarm_tabs")
    with incidents:
        if not view.incidents:
            say(tr("No incident is open. Alarms of one cause are gathered here until somebody closes them."))
        for one in view.incidents[:MOST_CARDS]:
            incident_card(one, view.at, now)
    with handled:
        if not view.handled:
            say(tr("Nothing is acknowledged and standing."))
        for alarm in view.handled[:MOST_CARDS]:
            card(alarm, view.at, now)
    with hidden:
        if not view.hidden:
            say(tr("Nothing is shelved, suppressed or out of service."))
        for alarm in view.hidden[:MOST_CARDS]:
            card(alarm, view.at, now)
    with report:
        report_here(now)
    with history:
        _history(view, now)


def _history(view: AlarmsView, now: Here) -> None:
    columns = tables.headings(
        (
            "id",
            "state",
            "priority",
            "kind",
            "stage",
            "subject",
            "sentence",
            "raised",
            "last_seen",
            "count",
            "by",
            "note",
        )
    ) | {"incident": tr("Incident"), "why": tr("Hidden because")}
    seen = view.history
    told = seen.with_columns(alarm_states(), priorities(), *alarm_kinds(seen), *as_recorded(seen, "sentence"))
    rows = tables.show(
        told, "alarms_all", columns, zone=now.plant.zone, select="one", empty=tr("No alarm was ever raised.")
    )
    chosen = str(view.history["id"][rows[0]]) if rows else ""
    if chosen != st.session_state.get("alarm_chosen", ""):
        st.session_state["alarm_chosen"] = chosen
        if chosen:
            st.query_params["alarm"] = chosen
            st.rerun(scope="app")
