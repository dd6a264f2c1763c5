"""Drift: what changed at a stage, in sentences ordered by effect, with both distributions."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.drift.details import contexts, pictures
from qc_app.dashboard.session import Here, guarded, here, pick_characteristic, pick_stage, say, top
from qc_app.language import dated, later, tr
from qc_app.views import DriftView, age, drift_view, drift_words, fault_word, local, state_word

_KIND = {"inputs": later("Inputs"), "relation": later("Relation"), "output": later("Quality")}
EVERY_S = 60


@guarded
def page() -> None:
    """Show what changed at one stage."""
    now = here()
    top(tr("Drift"), now)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage = pick_stage(now)
        what = pick_characteristic(now, stage)
        if st.button(tr("Open the stage"), key="drift_stage", type="tertiary"):
            place = {"stage": stage, "what": what}
            st.switch_page(st.session_state["pages"]["stage"], query_params=place)
    _live(now, stage, what)


@st.fragment(run_every=EVERY_S)
@guarded
def _live(now: Here, stage: str, what: str) -> None:
    view = drift_view(now.store, now.plant, stage, what)
    st.html(markup.line(view.state, state_word(view.state), view.sentence, below=_when(view, now)))
    if not view.reports and not view.faults:
        say(
            tr(
                "Drift is judged every night once the stage has a model, 30 units before and 20 now. Enter labels, "
                "or ask for a night on the Models page."
            )
        )
    _faults(view)
    _moved(view)
    pictures(view)
    contexts(view)
    _rest(view)
    _nights(view)


def _when(view: DriftView, now: Here) -> str:
    if view.at is None:
        return ""
    tested = tr(
        "tested {age} ago, night of {day}, {moment}; the newest {now} units against the {before} before them",
        age=age(view.at, now.store.clock.now()),
        day=dated(view.day) if view.day else "–",
        moment=local(view.at, now.plant.zone),
        now=200,
        before=2_000,
    )
    first = tr("told since the night of {day}", day=dated(view.since)) if view.since else ""
    return " · ".join(part for part in (first, tested) if part)


def _faults(view: DriftView) -> None:
    """Name failed sensors: they say nothing of the process, and get no verdict on drift."""
    if not view.faults:
        return
    st.html(markup.heading(tr("Failed sensors"), tr("not drift: check the sensor or its mapping first")))
    lines = [
        markup.line("watch", f"▲ {fault_word(str(f['kind']))}", drift_words(str(f["sentence"]))) for f in view.faults
    ]
    st.html("".join(lines))


def _moved(view: DriftView) -> None:
    moved = [r for r in view.reports if r.drifted]
    if not moved:
        return
    st.html(markup.heading(tr("What moved"), tr("what matters to the prediction first, then by effect")))
    lines = [
        markup.line(
            "watch" if r.matters else "",
            f"{'▲' if r.matters else '·'} {tr(_KIND[r.drift_of])}",
            drift_words(r.sentence),
        )
        for r in moved
    ]
    st.html("".join(lines))


def _rest(view: DriftView) -> None:
    quiet = [r for r in view.reports if not r.drifted]
    if not quiet:
        return
    with st.expander(tr("What did not move ({n})", n=len(quiet)), key="drift_quiet"):
        st.html("".join(markup.line("", f"· {tr(_KIND[r.drift_of])}", drift_words(r.sentence)) for r in quiet))


def _nights(view: DriftView) -> None:
    st.html(markup.heading(tr("Night by night")))
    columns = {
        "plant_day": tr("Plant day"),
        "matters": tr("Matter"),
        "moved": tr("Moved"),
        "tests": tr("Tests"),
        "sentence": st.column_config.TextColumn(tr("Largest"), width="large"),
    }
    tables.show(view.nights, "drift_nights", columns, rows=7, empty=tr("No night has tested this stage yet."))
