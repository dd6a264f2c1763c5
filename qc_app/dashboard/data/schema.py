"""The part of the data page about columns that changed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from qc_app.actions import answer_schema
from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, attempt
from qc_app.views import Source, columns_table, proposals_table


def schema(sources: Sequence[Source], now: Here) -> None:
    """Show what changed in the columns of some sources, with accept and decline, and all columns below."""
    waiting = proposals_table(now.store, sources)
    st.html(
        markup.heading("Columns that changed", "nothing is guessed: accept or decline the first, or choose another row")
    )
    columns = tables.headings(("kind", "source", "column", "name", "unit", "sentence", "at"))
    empty = "No column changed."
    rows = tables.show(waiting, "data_schema", columns, zone=now.plant.zone, rows=6, select="one", empty=empty)
    if waiting.height:
        number = int(waiting["id"][rows[0] if rows else 0])
        with st.container(horizontal=True, vertical_alignment="bottom"):
            why = st.text_input("Reason", key="schema_why", placeholder="for the audit trail", width=360)
            if st.button(f"Accept {number}", key="schema_accept"):
                attempt(lambda: answer_schema(now.store, now.actor, number, accept=True, reason=why)[0])
                st.rerun()
            if st.button(f"Decline {number}", key="schema_decline"):
                attempt(lambda: answer_schema(now.store, now.actor, number, accept=False, reason=why)[0])
                st.rerun()
    with st.expander("All columns that came", key="data_columns_open"):
        names = tables.headings(("source", "column", "state", "usually", "first_seen", "last_seen", "missing_since"))
        found = columns_table(now.store, sources)
        tables.show(found, "data_columns", names, zone=now.plant.zone, rows=10, empty="Nothing came yet.")
