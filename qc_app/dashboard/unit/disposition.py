"""Disposition of a unit: what is in force, deciding anew, and what was decided before."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import DISPOSITIONS, dispose, may
from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, attempt, say
from qc_app.views import dispositions_table, local

_ASKS = {"hold": ("watch", "▲ On hold"), "rework": ("watch", "▲ Rework"), "scrap": ("act", "■ Scrap")}


def disposition(now: Here, stage: str, unit: str) -> None:
    """Show what is to be done with the unit, and let an engineer decide."""
    found = dispositions_table(now.store, stage, unit)
    st.html(markup.heading("Disposition", "what is done with this unit; every decision stays on record"))
    if found.height:
        last = found.row(0, named=True)
        state, word = _ASKS.get(last["verdict"], ("", f"✓ {last['verdict'].capitalize()}"))
        below = f"{last['author']}, {local(last['at'], now.plant.zone)}"
        st.html(markup.line(state, word, last["reason"], below=below))
    else:
        say("Nobody has decided anything: the unit goes its usual way.")
    _deciding(now, stage, unit)
    if found.height > 1:
        columns = tables.headings(("at", "verdict", "reason", "author"))
        tables.show(found, "unit_dispositions", columns, zone=now.plant.zone, rows=4)


def _deciding(now: Here, stage: str, unit: str) -> None:
    if not may(now.actor, "dispose"):
        say(f"You are {now.actor.role}: deciding needs an engineer.")
        return
    with st.popover("Decide", key="dispose"):
        verdict = st.selectbox("What is done with it", DISPOSITIONS, key="dispose_verdict")
        why = st.text_input("Reason", key="dispose_why")
        if st.button("Decide", key="dispose_go"):
            done = f"{unit}: {verdict}. It is on record."
            attempt(lambda: dispose(now.store, now.actor, stage, unit, verdict, why), done)
            st.rerun()
