"""The gauge: what measures the characteristic, how certain that is, and its studies."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import streamlit as st

from qc_app.actions import decode, read_sheet, record_gauge_study
from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, attempt, guarded, say
from qc_app.language import later, tr
from qc_app.views import GaugeView, figure, gauge_view, local
from qc_app.views.spc import retold, spc_column, spc_words

_HOW = later("Columns: part, appraiser, value (and reference, for go/no-go); or value, with a reference.")


@guarded
def section(now: Here, stage: str, what: str) -> None:
    """Show the gauge's spread, its studies and what the newest crossed one found; take in another."""
    view = gauge_view(now.store, now.plant, stage, what)
    st.html(markup.heading(tr("Gauge"), tr("what measures it; its spread is the floor of what a model can know")))
    st.html(markup.facts(_facts(view, now)))
    left, right = st.columns([7, 5], gap="medium")
    with left:
        _studies(view, now)
        with st.popover(tr("Record a study"), key="spc_gauge_open"):
            _record(now, stage, what)
    with right:
        _parts(view)


def _facts(view: GaugeView, now: Here) -> list[markup.Fact]:
    due = local(view.due, now.plant.zone) if view.due else tr("no date")
    return [
        markup.Fact(tr("Spread of the gauge"), figure(view.sd, 4), view.characteristic.unit, view.source),
        markup.Fact(tr("Next study due"), due, state="watch" if view.overdue else ""),
    ]


def _studies(view: GaugeView, now: Here) -> None:
    columns = {
        "at": tr("Time"),
        "kind": tr("Study"),
        "verdict": tr("Verdict"),
        "sentence": tr("In words"),
        "author": tr("By"),
    }
    empty = tr("No study of this gauge yet: record one below, or by `qc spc gauge`.")
    told = view.studies.with_columns(*spc_column(view.studies, "kind", "verdict"), *retold(view.studies, "sentence"))
    tables.show(told, "spc_gauge", columns, zone=now.plant.zone, rows=4, empty=empty)


def _parts(view: GaugeView) -> None:
    if not view.parts.height:
        return
    columns = {
        "name": tr("Variation"),
        "sd": tables.number(tr("Spread"), 4),
        "lower": tables.number(tr("from"), 4),
        "upper": tables.number(tr("to"), 4),
        "share": tables.number(tr("Share of all"), 3),
        "of_tolerance": tables.number(tr("Share of tolerance"), 3),
    }
    tables.show(view.parts.with_columns(spc_column(view.parts, "name")), "spc_gauge_parts", columns, rows=7, empty="")


def _record(now: Here, stage: str, what: str) -> None:
    turn = st.session_state.get("spc_gauge_turn", 0)
    say(tr(_HOW))
    with st.form(key="spc_gauge_form", border=False):
        file = st.file_uploader(tr("CSV (UTF-8)"), type=["csv", "txt"], key=f"spc_gauge_file_{turn}")
        reference = st.number_input(tr("Reference, where the sheet has none"), value=None, key="spc_gauge_reference")
        due = st.date_input(tr("Due again on"), value=None, key="spc_gauge_due")
        sent = st.form_submit_button(tr("Judge and record"), key="spc_gauge_go")
    if sent and file is not None:
        midnight = datetime.combine(due, time(), ZoneInfo(now.plant.zone)) if due else None
        done = attempt(lambda: _recorded(now, (stage, what), file.getvalue(), midnight, reference))
        st.session_state["spc_gauge_turn"] = turn + int(done)
        st.rerun()


def _recorded(now: Here, of: tuple[str, str], data: bytes, due: datetime | None, reference: float | None) -> str:
    sheet = read_sheet(decode(data))
    kept = record_gauge_study(now.store, now.actor, *of, sheet, due=due, reference=reference)
    return tr("Recorded: {told}.", told=spc_words(kept.sentence))
