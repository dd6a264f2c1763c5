"""Disposition of a unit: what is in force, deciding anew, and what was decided before."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import DISPOSITIONS, dispose, may
from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, attempt, say
from qc_app.language import bound, later, tr
from qc_app.views import disposition_word, dispositions, dispositions_table, local, role_word

_ASKS = {
    "hold": ("watch", later("▲ On hold")),
    "rework": ("watch", later("▲ Rework")),
    "scrap": ("act", later("■ Scrap")),
}


def disposition(now: Here, stage: str, unit: str) -> None:
    """Show what is to be done with the unit, and let an engineer decide."""
    found = dispositions_table(now.store, stage, unit)
    st.html(markup.heading(tr("Disposition"), tr("what is done with this unit; every decision stays on record")))
    if found.height:
        last = found.row(0, named=True)
        verdict = disposition_word(last["verdict"])
        state, word = _ASKS.get(last["verdict"], ("", f"✓ {verdict[:1].upper()}{verdict[1:]}"))
        below = f"{last['author']}, {local(last['at'], now.plant.zone)}"
        st.html(markup.line(state, tr(word) if state else word, last["reason"], below=below))
    else:
        say(tr("Nobody has decided anything: the unit goes its usual way."))
    _deciding(now, stage, unit)
    if found.height > 1:
        columns = tables.headings(("at", "verdict", "reason", "author"))
        tables.show(found.with_columns(dispositions()), "unit_dispositions", columns, zone=now.plant.zone, rows=4)


def _deciding(now: Here, stage: str, unit: str) -> None:
    if not may(now.actor, "dispose"):
        say(tr("You are {role}: deciding needs an engineer.", role=role_word(now.actor.role)))
        return
    with st.popover(tr("Decide"), key="dispose"):
        verdict = st.selectbox(
            tr("What is done with it"), DISPOSITIONS, key="dispose_verdict", format_func=bound(disposition_word)
        )
        why = st.text_input(tr("Reason"), key="dispose_why")
        if st.button(tr("Decide"), key="dispose_go"):
            done = tr("{unit}: {verdict}. It is on record.", unit=unit, verdict=disposition_word(verdict))
            attempt(lambda: dispose(now.store, now.actor, stage, unit, verdict, why), done)
            st.rerun()
