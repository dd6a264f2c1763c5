"""Models: whether to trust them."""

from __future__ import annotations

import polars as pl
import streamlit as st

from qc_app.actions import approve_challenger, may, promote, reject_challenger, request_run, retrain, roll_back
from qc_app.dashboard import markup, tables
from qc_app.dashboard.models.compared import compared
from qc_app.dashboard.models.last_night import last_night
from qc_app.dashboard.models.learner import learner
from qc_app.dashboard.models.performance import performance
from qc_app.dashboard.session import Here, attempt, guarded, here, outcome, pick_characteristic, pick_stage, say, top
from qc_app.views import (
    SHORT,
    ModelsView,
    PerformanceView,
    age,
    figure,
    models_view,
    night_runs,
    open_requests,
    percent,
    performance_view,
)

EVERY_S = 3
_STATE = {"open": ("info", "Waits"), "taken": ("info", "Runs"), "done": ("ok", "✓ Done"), "failed": ("act", "■ Failed")}
_VERDICT = {"failed": "act", "rolled_back": "watch", "undecided": "info", "awaiting": "watch"}


@guarded
def page() -> None:
    """Show the models of one stage, and what the night did."""
    now = here()
    top("Models", now)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage = pick_stage(now)
        what = pick_characteristic(now, stage)
    view = models_view(now.store, now.plant, stage, what)
    told = performance_view(now.store, now.plant, stage, what)
    st.html(markup.facts(_facts(view, told, now)))
    left, right = st.columns([7, 5], gap="medium")
    with left:
        st.html(markup.heading("The last verdict"))
        _verdict(view)
        compared(view)
        _tables(view, now)
        _nearest(view)
    with right:
        st.html(markup.heading("Actions", "each goes to the audit trail"))
        _deeds(view, now, stage, what)
        _progress(now)
    performance(told, now)
    last_night(now)
    _night(now)
    learner(now)


def _facts(view: ModelsView, told: PerformanceView, now: Here) -> list[markup.Fact]:
    champion, challenger, places = view.champion, view.challenger, view.places + 1
    at = now.store.clock.now()
    made = f"{age(champion.created, at)} old, {champion.n_labels} labels, {champion.learner}" if champion else ""
    waits = f"{age(challenger.created, at)} old, {challenger.n_labels} labels" if challenger else "none waits"
    by_mean = f"by the stage's mean {figure(told.value('naive'), places)}"
    return [
        markup.Fact("Champion", _short(view.pointers.champion), note=made or "no model yet: needs labels and a night"),
        markup.Fact("Challenger", _short(view.pointers.challenger), note=waits),
        markup.Fact("Previous", _short(view.pointers.previous), note="can be rolled back to" if view.previous else ""),
        markup.Fact("Error, realised", figure(told.value("mae"), places), view.characteristic.unit, by_mean),
        markup.Fact("Inside its interval", percent(told.value("coverage")), note="promised 90 %"),
    ]


def _short(version: str | None) -> str:
    return version[:SHORT] if version else "–"


def _verdict(view: ModelsView) -> None:
    if view.decision is None:
        say("No verdict yet: the first night with enough labels judges the first model. Enter labels, or retrain now.")
        return
    d = view.decision
    say(f"{d.verdict.replace('_', ' ').capitalize()} on {d.plant_day}. {d.sentence}", _VERDICT.get(d.verdict, ""))


def _nearest(view: ModelsView) -> None:
    """Say which stages the learner remembers look most like this one, and in what."""
    found = view.champion.numbers.get("nearest", []) if view.champion else []
    if found:
        st.html(markup.heading("Nearest stages", "of those remembered; 0 is the same, 1 a usual distance"))
        said = [(figure(n["distance"], 2), f"{n['stage']} · {n['characteristic']}: {n['reason']}") for n in found]
        st.html("".join(markup.line("info", distance, words) for distance, words in said))


def _tables(view: ModelsView, now: Here) -> None:
    decisions, versions = st.tabs(["Verdicts", "Versions"], key="models_tabs")
    with decisions:
        columns = tables.headings(("number", "at", "verdict", "sentence", "rows", "champion", "challenger", "author"))
        tables.show(view.decisions, "models_decisions", columns, zone=now.plant.zone, rows=7, empty="No verdict yet.")
    with versions:
        columns = tables.headings(("version", "status", "created", "n_labels", "learner", "cutoff", "sentence"))
        columns["n_labels"] = "Labels"
        tables.show(view.versions, "models_versions", columns, zone=now.plant.zone, rows=7, empty="No version yet.")


def _deeds(view: ModelsView, now: Here, stage: str, what: str) -> None:
    with st.container(horizontal=True):
        if st.button("Retrain now", key="retrain", help="Adapts a challenger to all labels and judges it; minutes"):
            attempt(lambda: retrain(now.store, now.actor, stage), "Asked for a retraining: see its progress below.")
            st.rerun()
        with st.popover("Promote challenger", key="promote", disabled=view.pointers.challenger is None):
            why = st.text_input("Reason", key="promote_why")
            if st.button("Promote", key="promote_go"):
                attempt(lambda: promote(now.store, now.actor, stage, what, why).sentence)
                st.rerun()
        _answers(view, now, stage, what)
        with st.popover("Roll back", key="roll_back", disabled=view.pointers.previous is None):
            why_back = st.text_input("Reason", key="roll_back_why")
            if st.button("Roll back", key="roll_back_go"):
                attempt(lambda: roll_back(now.store, now.actor, stage, what, why_back).sentence)
                st.rerun()
        if st.button("Run the night now", key="run_night", help="All stages: adapt, judge, predict, monitor"):
            attempt(lambda: request_run(now.store, now.actor, "night"), "Asked for a night: see its progress below.")
            st.rerun()
    if not may(now.actor, "promote"):
        say(f"You are {now.actor.role}: promoting and rolling back need an approver.")


def _answers(view: ModelsView, now: Here, stage: str, what: str) -> None:
    """Approve or reject the challenger on trial; it takes a second person where the plant asks for approval."""
    with st.popover("Approve", key="approve", disabled=not view.awaiting):
        why = st.text_input("Reason", key="approve_why")
        if st.button("Approve", key="approve_go"):
            attempt(lambda: approve_challenger(now.store, now.actor, stage, what, why).sentence)
            st.rerun()
    with st.popover("Reject challenger", key="reject", disabled=view.pointers.challenger is None):
        why_not = st.text_input("Reason", key="reject_why")
        if st.button("Reject", key="reject_go"):
            attempt(lambda: reject_challenger(now.store, now.actor, stage, what, why_not).sentence)
            st.rerun()


@st.fragment(run_every=EVERY_S)
@guarded
def _progress(now: Here) -> None:
    outcome()
    requests = open_requests(now.store)
    if not requests:
        return
    at = now.store.clock.now()
    lines = []
    for r in requests:
        state, word = _STATE[r.state]
        since = r.ended or r.taken or r.at
        below = f"asked by {r.author} {age(r.at, at)} ago" + (
            f", {word.strip('✓■ ').lower()} {age(since, at)} ago" if r.ended else ""
        )
        told = f"{r.action.replace('_', ' ')} {r.stage}".strip() + (f": {r.sentence}" if r.sentence else "")
        lines.append(markup.line(state, word, told, below=below))
    st.html("".join(lines))


def _night(now: Here) -> None:
    st.html(markup.heading("What ran", "last three days; failures first"))
    runs = night_runs(now.store)
    words = {"done": "✓ done", "failed": "■ failed", "running": "running", "skipped": "skipped"}
    told = runs.with_columns(pl.col("status").replace_strict(words, default="?"))
    columns = tables.headings(("status", "job", "stage", "plant_day", "started", "seconds", "sentence"))
    empty = "Nothing has run yet. `qc up` starts the scheduler; or ask for a night above."
    tables.show(told, "models_runs", columns, zone=now.plant.zone, rows=10, marked="status", empty=empty)
