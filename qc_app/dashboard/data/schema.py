"""The part of the data page about columns that changed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from qc_app.actions import answer_schema
from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, attempt
from qc_app.language import tr
from qc_app.views import Source, columns_table, proposals_table
from qc_app.views.data.words import delivery_words


def schema(sources: Sequence[Source], now: Here) -> None:
    """Show what changed in the columns of some sources, with accept and decline, and all columns below."""
    waiting = proposals_table(now.store, sources)
    note = tr("nothing is guessed: accept or decline the first, or choose another row")
    st.html(markup.heading(tr("Columns that changed"), note))
    columns = tables.headings(("kind", "source", "column", "name")) | {"unit": tr("Unit of measure")}
    columns |= tables.headings(("sentence", "at"))
    empty = tr("No column changed.")
    rows = tables.show(waiting, "data_schema", columns, zone=now.plant.zone, rows=6, select="one", empty=empty)
    if waiting.height:
        number = int(waiting["id"][rows[0] if rows else 0])
        with st.container(horizontal=True, vertical_alignment="bottom"):
            why = st.text_input(tr("Reason"), key="schema_why", placeholder=tr("for the audit trail"), width=360)
            if st.button(tr("Accept {number}", number=str(number)), key="schema_accept"):
                _answer(now, number, why, accept=True)
            if st.button(tr("Decline {number}", number=str(number)), key="schema_decline"):
                _answer(now, number, why, accept=False)
    with st.expander(tr("All columns that came"), key="data_columns_open"):
        names = tables.headings(("source", "column", "state", "usually", "first_seen", "last_seen", "missing_since"))
        found = columns_table(now.store, sources)
        tables.show(found, "data_columns", names, zone=now.plant.zone, rows=10, empty=tr("Nothing came yet."))


def _answer(now: Here, number: int, why: str, *, accept: bool) -> None:
    attempt(lambda: delivery_words(answer_schema(now.store, now.actor, number, accept=accept, reason=why)[0]))
    st.rerun()
