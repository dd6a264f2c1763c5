"""Causes on the Unit page: what further up the line may be behind this unit, or behind all bad ones."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import request_causes
from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, attempt, say
from qc_app.language import bound, later, tr
from qc_app.views import CAUTION, CausesView, UnitView, causes_view, local

_THIS, _ALL = later("this unit"), later("all bad units of the stage")


def up_the_line(view: UnitView, now: Here) -> None:
    """Show what was found up the line, and offer to look; nothing for a stage that has none before it."""
    if not view.stage.upstream:
        return
    st.html(
        markup.heading(
            tr("Causes up the line"), tr("stages, parameters and stretches of time, ranked by what they add")
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        about = st.selectbox(tr("About"), (_THIS, _ALL), key="causes_about", width=260, format_func=bound(tr))
        unit = view.unit_id if about == _THIS else ""
        if st.button(tr("Look up the line"), key="causes_go", help=tr("The scheduler does it, in seconds to a minute")):
            attempt(lambda: _ask(view, now, unit), tr("Asked: it appears here by itself."))
            st.rerun()
    found = causes_view(now.store, now.plant, view.stage.id, view.characteristic.name, unit)
    if found is None:
        say(tr("Nobody has looked yet."))
        return
    _shown(found, now)


def _ask(view: UnitView, now: Here, unit: str) -> object:
    return request_causes(now.store, now.actor, view.stage.id, view.characteristic.name, unit)


def _shown(found: CausesView, now: Here) -> None:
    looked = tr("Looked at {at}.", at=local(found.at, now.plant.zone))
    say(f"{found.sentence} {looked}")
    left, right = st.columns([4, 8], gap="medium")
    with left:
        tables.show(found.stages, "causes_stages", {"stage": "Stage", "adds": "Adds"}, rows=4)
    with right:
        columns = {
            "stage": tr("Stage"),
            "parameter": tr("Parameter"),
            "adds": tr("Adds"),
            "bad": tr("Here"),
            "usual": tr("Usually"),
        }
        tables.show(found.parameters, "causes_parameters", columns | {"with": tr("Moves with")}, rows=8)
    columns = {
        "stage": tr("Stage"),
        "from": tr("From"),
        "to": tr("To"),
        "units": tr("Units"),
        "worse_by": tr("Worse by"),
        "chance": tr("Chance"),
    }
    empty = tr("No stretch of time stands out.")
    tables.show(found.stretches, "causes_stretches", columns, zone=now.plant.zone, rows=4, empty=empty)
    say(tr(CAUTION))
