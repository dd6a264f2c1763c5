"""Drift: what changed at a stage, in sentences ordered by effect, with both distributions."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.drift.details import contexts, pictures
from qc_app.dashboard.session import Here, guarded, here, pick_characteristic, pick_stage, say, top
from qc_app.views import DriftView, age, drift_view, local, state_word

_KIND = {"inputs": "Inputs", "relation": "Relation", "output": "Quality"}
EVERY_S = 60


@guarded
def page() -> None:
    """Show what changed at one stage."""
    now = here()
    top("Drift", now)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage = pick_stage(now)
        what = pick_characteristic(now, stage)
        if st.button("Open the stage", key="drift_stage", type="tertiary"):
            place = {"stage": stage, "what": what}
            st.switch_page(st.session_state["pages"]["stage"], query_params=place)
    _live(now, stage, what)


@st.fragment(run_every=EVERY_S)
@guarded
def _live(now: Here, stage: str, what: str) -> None:
    view = drift_view(now.store, now.plant, stage, what)
    st.html(markup.line(view.state, state_word(view.state), view.sentence, below=_when(view, now)))
    if not view.reports and not view.faults:
        say("Drift is judged every night once the stage has a model, 30 units before and 20 now. Enter labels, "
            "or ask for a night on the Models page.")  # fmt: skip
    _faults(view)
    _moved(view)
    pictures(view)
    contexts(view)
    _rest(view)
    _nights(view)


def _when(view: DriftView, now: Here) -> str:
    if view.at is None:
        return ""
    tested = f"tested {age(view.at, now.store.clock.now())} ago, night of {view.day}, {local(view.at, now.plant.zone)}"
    return f"{tested}; the newest 200 units against the 1,000 before them"


def _faults(view: DriftView) -> None:
    """Name failed sensors: they say nothing of the process, and get no verdict on drift."""
    if not view.faults:
        return
    st.html(markup.heading("Failed sensors", "not drift: check the sensor or its mapping first"))
    lines = [markup.line("watch", f"▲ {str(f['kind']).capitalize()}", str(f["sentence"])) for f in view.faults]
    st.html("".join(lines))


def _moved(view: DriftView) -> None:
    moved = [r for r in view.reports if r.drifted]
    if not moved:
        return
    st.html(markup.heading("What moved", "what matters to the prediction first, then by effect"))
    lines = [
        markup.line("watch" if r.matters else "", ("▲ " if r.matters else "· ") + _KIND[r.drift_of], r.sentence)
        for r in moved
    ]
    st.html("".join(lines))


def _rest(view: DriftView) -> None:
    quiet = [r for r in view.reports if not r.drifted]
    if not quiet:
        return
    with st.expander(f"What did not move ({len(quiet)})", key="drift_quiet"):
        st.html("".join(markup.line("", f"· {_KIND[r.drift_of]}", r.sentence) for r in quiet))


def _nights(view: DriftView) -> None:
    st.html(markup.heading("Night by night"))
    columns = {"plant_day": "Plant day", "matters": "Matter", "moved": "Moved", "tests": "Tests",
               "sentence": st.column_config.TextColumn("Largest", width="large")}  # fmt: skip
    tables.show(view.nights, "drift_nights", columns, rows=7, empty="No night has tested this stage yet.")
