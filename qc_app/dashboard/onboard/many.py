"""Many stages from one sheet: what it changes, row and column of every mistake, and the word to do it."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import decode, onboard_sheet
from qc_app.dashboard import markup
from qc_app.dashboard.onboard.live import told
from qc_app.dashboard.session import Here, attempt, say
from qc_app.views import stage_sheet
from qc_app.views.onboard import sheet_plan

_MOST_BYTES = 10_000_000
_EXAMPLE = (
    "A row with like makes a new stage with the parameters, characteristics and sources of another; its own values"
    " stand in columns such as measurements.path, labels.path or thickness.upper. An empty cell leaves a value,"
    " - takes it away; a stage that the sheet does not name stays as it is."
)


def many_stages(now: Here) -> None:
    """Take a sheet, show what it changes, apply it."""
    st.html(markup.heading("A sheet of stages", "CSV with comma, semicolon or tab: a row a stage, parameter or source"))
    say(_EXAMPLE)
    st.download_button("The stages there are, as a sheet", lambda: stage_sheet(now.plant), "stages.csv", "text/csv",
                       key="onb_sheet_now")  # fmt: skip
    turn = st.session_state.setdefault("onboard_sheet_turn", 0)
    file = st.file_uploader("CSV (UTF-8)", type=["csv", "tsv", "txt"], key=f"onb_sheet_{turn}", max_upload_size=10)
    if file is None:
        return
    plan = sheet_plan(now.store, now.plant, decode(file.getvalue(), _MOST_BYTES), file.name)
    told(plan)
    if not plan.changes:
        return
    reason = st.text_input("Reason", key="onb_sheet_reason", placeholder="for the history and the audit trail")
    words = f"Add {plan.stages} stages" if plan.stages else "Apply the changes"
    if st.button(words, key="onb_sheet_live"):
        done = f"{plan.stages} stages are live: the scheduler reads their sources now."
        if attempt(lambda: onboard_sheet(now.store, now.actor, plan.text, reason=reason, seen=plan.seen), done):
            st.session_state["onboard_sheet_turn"] = turn + 1
        st.rerun()
