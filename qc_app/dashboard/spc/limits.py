"""Limits: every version with what it stands on, units left out with their cause, and what may be done."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import Basis, exclude_point, freeze_limits, include_point, roll_back_limits, trial_words
from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, attempt, guarded, say
from qc_app.language import tr
from qc_app.views import exclusions_table, limits_history
from qc_app.views.spc import spc_column, spc_words


@guarded
def section(now: Here, stage: str, what: str, chart: str, subject: str) -> None:
    """Show limits and exclusions, and let the person freeze, leave out and take in."""
    left, right = st.columns(2, gap="medium")
    with left:
        _history(now, (stage, what), chart, subject)
        with st.container(horizontal=True):
            with st.popover(tr("Freeze new limits"), key="spc_freeze_open"):
                _freeze(now, (stage, what), chart, subject)
            with st.popover(tr("Earlier limits again"), key="spc_rollback_open"):
                _roll_back(now, (stage, what), chart, subject)
    with right:
        _left_out(now, (stage, what), subject)
        with st.popover(tr("Leave a unit out, or take it in"), key="spc_exclude_open"):
            _exclude(now, (stage, what), subject)


def _history(now: Here, place: tuple[str, str], chart: str, subject: str) -> None:
    st.html(markup.heading(tr("Limits of this chart"), tr("old points keep the limits of their time")))
    columns = {
        "version": tr("Version"),
        "chart": tr("Chart"),
        "since": tr("In force since"),
        "until": tr("until"),
        "lower": tr("Lower"),
        "center": tr("Centre"),
        "upper": tr("Upper"),
        "n": tr("Points"),
        "excluded": tr("Left out"),
        "estimator": tr("Spread from"),
        "author": tr("By"),
        "reason": tr("Reason"),
        "warning": tr("Note"),
    }
    frame = limits_history(now.store, now.plant, *place, chart, subject)
    empty = tr("No limits of this chart are frozen yet: freeze them below.")
    told = frame.with_columns(spc_column(frame, "estimator"))
    tables.show(told, "spc_limits", columns, zone=now.plant.zone, rows=5, empty=empty)


def _left_out(now: Here, place: tuple[str, str], subject: str) -> None:
    st.html(markup.heading(tr("Left out"), tr("in no limit and no rule, but on the chart and on record")))
    columns = {
        "unit_id": tr("Unit"),
        "cause": tr("Cause"),
        "author": tr("By"),
        "at": tr("Since"),
        "ended": tr("Taken in again"),
    }
    frame = exclusions_table(now.store, now.plant, *place, subject)
    tables.show(frame, "spc_left_out", columns, zone=now.plant.zone, rows=5, empty=tr("No unit is left out."))


def _freeze(now: Here, place: tuple[str, str], chart: str, subject: str) -> None:
    say(spc_words(trial_words(now.store, *place, chart, subject)))
    with st.form(key="spc_freeze", border=False):
        reason = st.text_input(tr("Why new limits"), key="spc_freeze_reason")
        if st.form_submit_button(tr("Freeze from now on"), key="spc_freeze_go"):
            act = lambda: freeze_limits(now.store, now.actor, *place, reason, basis=Basis(chart, subject=subject))  # noqa: E731 - the one use
            attempt(act, tr("New limits are in force."))
            st.rerun()


def _roll_back(now: Here, place: tuple[str, str], chart: str, subject: str) -> None:
    history = limits_history(now.store, now.plant, *place, chart, subject)
    versions = history.filter(history["chart"] == chart)["version"].to_list()[1:]
    if not versions:
        say(tr("This chart has no earlier limits."))
        return
    with st.form(key="spc_rollback", border=False):
        version = st.selectbox(tr("Version"), versions, key="spc_rollback_version")
        reason = st.text_input(tr("Why"), key="spc_rollback_reason")
        if st.form_submit_button(tr("In force from now on"), key="spc_rollback_go"):
            act = lambda: roll_back_limits(now.store, now.actor, *place, reason, chart, version, subject)  # noqa: E731 - the one use
            attempt(act, tr("The limits of version {version} are in force again.", version=version))
            st.rerun()


def _exclude(now: Here, place: tuple[str, str], subject: str) -> None:
    with st.form(key="spc_exclude", border=False):
        unit = st.text_input(tr("Unit"), key="spc_exclude_unit")
        cause = st.text_input(tr("Assignable cause"), key="spc_exclude_cause")
        out = st.form_submit_button(tr("Leave out"), key="spc_exclude_go")
        back = st.form_submit_button(tr("Take in again"), key="spc_include_go")
    if out or back:
        act = exclude_point if out else include_point
        attempt(lambda: spc_words(act(now.store, now.actor, *place, unit.strip(), cause, subject)))
        st.rerun()
