"""The audit trail: looked through, verified, taken out."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import export_audit
from qc_app.dashboard import tables
from qc_app.dashboard.session import Here, attempt, say
from qc_app.language import later, tr
from qc_app.views import AuditSieve, audit_table, audit_verdict

_SHOWN = 500
_COLUMNS = ("at", "author", "role", "action", "subject", "reason", "place", "detail", "id")
_HEADS = {
    "at": later("When"),
    "author": later("Who"),
    "action": later("What"),
    "subject": later("On"),
    "place": later("Came from"),
}


def trail_part(now: Here) -> None:
    """Show entries, newest first, filtered; verify the chain; export it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = st.text_input(tr("Who"), key="audit_who")
        action = st.text_input(tr("What"), key="audit_action", help=tr("A word of the action, like promote or refused"))
        text = st.text_input(tr("Words"), key="audit_text")
        verify = st.button(tr("Verify"), key="audit_verify")
        export = st.button(tr("Export"), key="audit_export")
    if verify:
        verdict = audit_verdict(now.store)
        say(verdict.sentence[0].upper() + verdict.sentence[1:] + ".", "act" if verdict.wrong else "info")
    if export:
        _export(now)
    found = audit_table(now.store, AuditSieve(who.strip(), action.strip(), text.strip()), last=_SHOWN)
    heads = tables.headings(_COLUMNS) | {name: tr(word) for name, word in _HEADS.items()}
    tables.show(found, "audit", heads, zone=now.plant.zone, rows=14, empty=tr("No such entry."))


def _export(now: Here) -> None:
    """Take the trail out, note that in it, and offer the file."""
    made: list[bytes] = []
    if attempt(lambda: made.append(export_audit(now.store, now.actor))):
        st.session_state.pop("said", None)
        st.download_button(tr("Save the file"), made[0], "audit.jsonl", "application/jsonl", key="audit_save")
