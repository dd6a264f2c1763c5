"""Step 5: what going live changes, the word to do it, and how far the scheduler is with it."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import onboard_stage
from qc_app.dashboard import markup
from qc_app.dashboard.onboard.state import begin_anew, draft
from qc_app.dashboard.session import Here, attempt, guarded, here, say
from qc_app.language import tr
from qc_app.views import recorded
from qc_app.views.onboard import Plan, plan_of, progress_of

_SHOWN = 40


def live_step(now: Here) -> None:
    """Show the dry run and go live; afterwards the progress."""
    so_far = draft()
    if st.session_state.get("onboard_live") == so_far.stage:
        _progress()
        return
    plan = plan_of(now.store, now.plant, so_far)
    told(plan)
    reason = st.text_input(tr("Reason"), key="onb_reason", placeholder=tr("for the audit trail"), max_chars=2000)
    if st.button(tr("Go live"), key="onb_live"):
        results = [c.name for c in so_far.results()]
        stage, done = (
            so_far.stage,
            tr("Stage {stage} is live: the scheduler reads and predicts it now.", stage=so_far.stage),
        )
        if attempt(lambda: onboard_stage(now.store, now.actor, plan.text, stage, results, reason=reason,
                                         seen=plan.seen), done):  # fmt: skip
            st.session_state["onboard_live"] = stage
        st.rerun()


def told(plan: Plan) -> None:
    """Show what a plan changes and what is odd about it, line by line."""
    st.html(markup.heading(tr("What changes"), tr("nothing was changed yet")))
    for line in plan.changes[:_SHOWN]:
        st.html(markup.line("", "+", recorded(line)))
    if len(plan.changes) > _SHOWN:
        say(tr("... and {n} more changes", n=len(plan.changes) - _SHOWN))
    if not plan.changes:
        say(tr("Nothing changes: all of it is in force already."))
    for note in plan.notes[:_SHOWN]:
        st.html(markup.line("watch", "▲ " + tr("Note"), recorded(note)))


@st.fragment(run_every=2)
@guarded
def _progress() -> None:
    now = here(asked=False)
    stage = draft().stage
    steps, predicts, moves = progress_of(now.store, stage)
    st.html(markup.heading(tr("On its way"), tr("the scheduler does it; this page may be left")))
    for row in steps.iter_rows(named=True):
        failed = "act" if row["state"] == tr("failed") else ""
        st.html(
            markup.line(failed, f"■ {row['state']}" if failed else row["state"], row["step"], below=row["sentence"])
        )
    with st.container(horizontal=True):
        at, query = st.session_state["pages"]["stage"], {"stage": stage}
        st.page_link(at, label=tr("Open stage {stage}", stage=markup.plain(stage, 60)), icon="", query_params=query)
        if draft().by_hand():
            label = tr("Enter its results")
            st.page_link(st.session_state["pages"]["labels"], label=label, icon="", query_params=query)
        st.button(tr("Add another"), key="onb_another", on_click=begin_anew)
    if not predicts and not moves:
        say(
            tr(
                "No prediction yet, and none can be made: see above what is missing. About three results are enough for"
                " a first model, ten for a useful one; the night, or Retrain on the page Models, learns from them."
            )
        )
    elif not predicts:
        say(tr("No prediction yet. If nothing moves for some minutes, look whether a scheduler runs: `qc status`."))
