"""Models: whether to trust them."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import streamlit as st

from qc_app.actions import approve_challenger, may, promote, reject_challenger, request_run, retrain, roll_back
from qc_app.dashboard import markup, tables
from qc_app.dashboard.models.compared import compared
from qc_app.dashboard.models.last_night import last_night
from qc_app.dashboard.models.learner import learner
from qc_app.dashboard.models.performance import performance, promised
from qc_app.dashboard.session import Here, attempt, guarded, here, outcome, pick_characteristic, pick_stage, say, top
from qc_app.language import dated, later, ntr, tr
from qc_app.records import ModelVersion
from qc_app.views import (
    SHORT,
    ModelsView,
    PerformanceView,
    age,
    as_recorded,
    figure,
    likeness,
    models_view,
    night_runs,
    open_requests,
    percent,
    performance_view,
    recorded,
    role_word,
)
from qc_app.views.models.words import job_word, jobs, verdict_word, verdicts, version_states

EVERY_S = 3
_STATE = {
    "open": ("info", later("Waits")),
    "taken": ("info", later("Runs")),
    "done": ("ok", later("✓ Done")),
    "failed": ("act", later("■ Failed")),
}
_ENDED = {
    "done": later("asked by {who} {age} ago, done {since} ago"),
    "failed": later("asked by {who} {age} ago, failed {since} ago"),
}
_ASKED = later("asked by {who} {age} ago")
_STATUS = {
    "done": later("✓ done"),
    "failed": later("■ failed"),
    "running": later("running"),
    "skipped": later("skipped"),
}
_VERDICT = {"failed": "act", "rolled_back": "watch", "undecided": "info", "awaiting": "watch"}


@guarded
def page() -> None:
    """Show the models of one stage, and what the night did."""
    now = here()
    top(tr("Models"), now)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage = pick_stage(now)
        what = pick_characteristic(now, stage)
    view = models_view(now.store, now.plant, stage, what)
    told = performance_view(now.store, now.plant, stage, what)
    st.html(markup.facts(_facts(view, told, now)))
    left, right = st.columns([7, 5], gap="medium")
    with left:
        st.html(markup.heading(tr("The last verdict")))
        _verdict(view)
        compared(view)
    with right:
        st.html(markup.heading(tr("Actions"), tr("each goes to the audit trail")))
        _deeds(view, now, stage, what)
        _progress(now)
    _tables(view, now)
    stands, nearest = st.columns(2, gap="medium")
    with stands:
        _stands_on(view)
    with nearest:
        _nearest(view)
    performance(told, now)
    last_night(now)
    _night(now)
    learner(now)


def _facts(view: ModelsView, told: PerformanceView, now: Here) -> list[markup.Fact]:
    champion, challenger, places = view.champion, view.challenger, view.places + 1
    at = now.store.clock.now()
    none = tr("no model yet: needs labels and a night")
    back = tr("can be rolled back to") if view.previous else ""
    made = f"{_standing(champion, at)}, {champion.learner}" if champion else ""
    waits = _standing(challenger, at) if challenger else tr("none waits")
    by_mean = tr("by the stage's mean {value}", value=figure(told.value("naive"), places))
    return [
        markup.Fact(tr("Champion"), _short(view.pointers.champion), note=made or none),
        markup.Fact(tr("Challenger"), _short(view.pointers.challenger), note=waits),
        markup.Fact(tr("Previous"), _short(view.pointers.previous), note=back),
        markup.Fact(tr("Error, realised"), figure(told.value("mae"), places), view.characteristic.unit, by_mean),
        markup.Fact(tr("Inside its interval"), percent(told.value("coverage")), note=promised()),
    ]


def _standing(version: ModelVersion, at: datetime) -> str:
    old = age(version.created, at)
    return ntr("{age} old, {n} label", "{age} old, {n} labels", version.n_labels, age=old)


def _short(version: str | None) -> str:
    return version[:SHORT] if version else "–"


def _verdict(view: ModelsView) -> None:
    if view.decision is None:
        words = tr(
            "No verdict yet: the first night with enough labels judges the first model. Enter labels, or retrain now."
        )
        say(words)
        return
    d, word = view.decision, verdict_word(view.decision.verdict)
    words = tr("{verdict} on {day}.", verdict=word[:1].upper() + word[1:], day=dated(d.plant_day))
    told = recorded(d.sentence)
    say(f"{words} {told[:1].upper()}{told[1:]}", _VERDICT.get(d.verdict, ""))


def _stands_on(view: ModelsView) -> None:
    """Tell what the champion said of itself: labels, sisters, whom it believes, what was set aside."""
    said = view.champion.numbers.get("sentences", []) if view.champion else []
    if said:
        st.html(markup.heading(tr("What it stands on"), tr("as it said itself when it was adapted")))
        st.html(markup.points(map(recorded, said)))


def _nearest(view: ModelsView) -> None:
    """Say which stages the learner remembers look most like this one, and in what."""
    found = view.champion.numbers.get("nearest", []) if view.champion else []
    if found:
        st.html(markup.heading(tr("Nearest stages"), tr("of those remembered; 0 is the same, 1 a usual distance")))
        said = [
            (figure(n["distance"], 2), f"{n['stage']} · {n['characteristic']}: {likeness(n['reason'])}") for n in found
        ]
        st.html("".join(markup.line("info", distance, words) for distance, words in said))


def _tables(view: ModelsView, now: Here) -> None:
    decisions, versions = st.tabs([tr("Verdicts"), tr("Versions")], key="models_tabs")
    with decisions:
        columns = tables.headings(("number", "at", "verdict", "sentence", "rows", "champion", "challenger", "author"))
        told = view.decisions.with_columns(verdicts(), *as_recorded(view.decisions, "sentence"))
        tables.show(told, "models_decisions", columns, zone=now.plant.zone, rows=7, empty=tr("No verdict yet."))
    with versions:
        columns = tables.headings(("version", "status", "created", "n_labels", "learner", "cutoff", "sentence"))
        told = view.versions.with_columns(version_states(), *as_recorded(view.versions, "sentence"))
        tables.show(told, "models_versions", columns, zone=now.plant.zone, rows=7, empty=tr("No version yet."))


def _deeds(view: ModelsView, now: Here, stage: str, what: str) -> None:
    with st.container(horizontal=True):
        help_ = tr("Adapts a challenger to all labels and judges it; minutes")
        if st.button(tr("Retrain now"), key="retrain", help=help_):
            words = tr("Asked for a retraining: see its progress below.")
            attempt(lambda: retrain(now.store, now.actor, stage), words)
            st.rerun()
        with st.popover(tr("Promote challenger"), key="promote", disabled=view.pointers.challenger is None):
            why = st.text_input(tr("Reason"), key="promote_why")
            if st.button(tr("Promote"), key="promote_go"):
                attempt(lambda: recorded(promote(now.store, now.actor, stage, what, why).sentence))
                st.rerun()
        _answers(view, now, stage, what)
        with st.popover(tr("Roll back"), key="roll_back", disabled=view.pointers.previous is None):
            why_back = st.text_input(tr("Reason"), key="roll_back_why")
            if st.button(tr("Roll back"), key="roll_back_go"):
                attempt(lambda: recorded(roll_back(now.store, now.actor, stage, what, why_back).sentence))
                st.rerun()
        help_ = tr("All stages: adapt, judge, predict, monitor")
        if st.button(tr("Run the night now"), key="run_night", help=help_):
            words = tr("Asked for a night: see its progress below.")
            attempt(lambda: request_run(now.store, now.actor, "night"), words)
            st.rerun()
    if not may(now.actor, "promote"):
        say(tr("You are {role}: promoting and rolling back need an approver.", role=role_word(now.actor.role)))


def _answers(view: ModelsView, now: Here, stage: str, what: str) -> None:
    """Approve or reject the challenger on trial; it takes a second person where the plant asks for approval."""
    with st.popover(tr("Approve"), key="approve", disabled=not view.awaiting):
        why = st.text_input(tr("Reason"), key="approve_why")
        if st.button(tr("Approve"), key="approve_go"):
            attempt(lambda: recorded(approve_challenger(now.store, now.actor, stage, what, why).sentence))
            st.rerun()
    with st.popover(tr("Reject challenger"), key="reject", disabled=view.pointers.challenger is None):
        why_not = st.text_input(tr("Reason"), key="reject_why")
        if st.button(tr("Reject"), key="reject_go"):
            attempt(lambda: recorded(reject_challenger(now.store, now.actor, stage, what, why_not).sentence))
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
        asked = _ENDED.get(r.state, _ASKED) if r.ended else _ASKED
        below = tr(asked, who=r.author, age=age(r.at, at), since=age(since, at))
        told = f"{job_word(r.action)} {r.stage}".strip() + (f": {recorded(r.sentence)}" if r.sentence else "")
        lines.append(markup.line(state, tr(word), told, below=below))
    st.html("".join(lines))


def _night(now: Here) -> None:
    st.html(markup.heading(tr("What ran"), tr("last three days; failures first")))
    runs = night_runs(now.store)
    words = {code: tr(word) for code, word in _STATUS.items()}
    status = pl.col("status").replace_strict(words, default="?")
    told = runs.with_columns(status, *jobs(runs), *as_recorded(runs, "sentence"))
    columns = tables.headings(("status", "job", "stage", "plant_day", "started", "seconds", "sentence"))
    empty = tr("Nothing has run yet. `qc up` starts the scheduler; or ask for a night above.")
    tables.show(told, "models_runs", columns, zone=now.plant.zone, rows=10, marked="status", empty=empty)
