"""Many stages from one sheet: what it changes, row and column of every mistake, and the word to do it."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import decode, onboard_sheet
from qc_app.dashboard import markup
from qc_app.dashboard.onboard.live import told
from qc_app.dashboard.session import Here, attempt, say
from qc_app.language import later, ntr, tr
from qc_app.views import stage_sheet
from qc_app.views.onboard import sheet_plan

_MOST_BYTES = 10_000_000
_EXAMPLE = later(
    "A row with like makes a new stage with the parameters, characteristics and sources of another; its own values"
    " stand in columns such as measurements.path, labels.path or thickness.upper. An empty cell leaves a value,"
    " - takes it away; a stage that the sheet does not name stays as it is."
)


def many_stages(now: Here) -> None:
    """Take a sheet, show what it changes, apply it."""
    st.html(
        markup.heading(
            tr("A sheet of stages"), tr("CSV with comma, semicolon or tab: a row a stage, parameter or source")
        )
    )
    say(tr(_EXAMPLE))
    st.download_button(tr("The stages there are, as a sheet"), lambda: stage_sheet(now.plant), "stages.csv", "text/csv",
                       key="onb_sheet_now")  # fmt: skip
    turn = st.session_state.setdefault("onboard_sheet_turn", 0)
    file = st.file_uploader("CSV (UTF-8)", type=["csv", "tsv", "txt"], key=f"onb_sheet_{turn}", max_upload_size=10)
    if file is None:
        return
    plan = sheet_plan(now.store, now.plant, decode(file.getvalue(), _MOST_BYTES), file.name)
    told(plan)
    if not plan.changes:
        return
    reason = st.text_input(tr("Reason"), key="onb_sheet_reason", placeholder=tr("for the history and the audit trail"))
    words = ntr("Add {n} stage", "Add {n} stages", plan.stages) if plan.stages else tr("Apply the changes")
    if st.button(words, key="onb_sheet_live"):
        done = ntr(
            "{n} stage is live: the scheduler reads its sources now.",
            "{n} stages are live: the scheduler reads their sources now.",
            plan.stages,
        )
        if attempt(lambda: onboard_sheet(now.store, now.actor, plan.text, reason=reason, seen=plan.seen), done):
            st.session_state["onboard_sheet_turn"] = turn + 1
        st.rerun()
