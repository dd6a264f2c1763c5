"""SPC: what is charted, whether it is stable, and how far that may be believed."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard import markup, pictures, tables
from qc_app.dashboard.session import Here, guarded, here, inks, pick_characteristic, pick_stage, say, top
from qc_app.dashboard.spc import gauge, limits, picks, picture, study
from qc_app.views import figure, local
from qc_app.views.spc import FROZEN, SpcPage, spc_page

_METHODS = {0.0: "stable", 1.0: "one sigma off", 2.0: "two sigma off"}


@guarded
def page() -> None:
    """Show a control chart of one characteristic, and what stands behind it."""
    now = here()
    top("SPC", now)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage = pick_stage(now)
        what = pick_characteristic(now, stage)
        chosen = picks.chart(now, stage, what)
    picks.proposal(chosen)
    rules = picks.rules(chosen)
    _chart(now, (stage, what), chosen, rules)
    if chosen.subject in FROZEN:
        limits.section(now, stage, what, chosen.chart, chosen.subject)
    if chosen.subject == "measured":
        study.section(now, stage, what)
        gauge.section(now, stage, what)


@guarded
def _chart(now: Here, place: tuple[str, str], chosen: picks.Chosen, rules: tuple[str, ...]) -> None:
    view = spc_page(
        now.store, now.plant, *place, subject=chosen.subject, chart=chosen.chart, rules=rules, most=chosen.most
    )
    _verdict(view)
    st.html(markup.facts(_facts(view, now)))
    for number, panel in enumerate(view.panels):
        title = picture.title_of(view, number)
        drawn = picture.panel(panel, title, inks(), predicted=view.subject == "predicted", main=number == 0)
        pictures.show(drawn, f"spc_panel_{number}")
    st.html(markup.legend_of(picture.legend(view)))
    for note in view.notes:
        say(note, "watch" if "provisional" in note or "not stable" in note else "")
    left, right = st.columns([7, 5], gap="medium")
    with left:
        _signals(view, now)
    with right:
        _lengths(view)
        _parts(view)


def _verdict(view: SpcPage) -> None:
    n = len(view.signals)
    if view.newest:
        st.html(markup.line("act", "■ Signal", f"One of the newest three points signals: {view.newest}."))
    elif n:
        words = f"The newest three points are quiet; {n} {'signal' if n == 1 else 'signals'} before them."
        st.html(markup.line("watch", "▲ Earlier", words))
    else:
        st.html(markup.line("ok", "✓ Stable", f"No signal in {view.n} points."))
    for sentence in view.changes[-3:]:
        say(sentence, "info")


def _facts(view: SpcPage, now: Here) -> list[markup.Fact]:
    unit = view.characteristic.unit if view.subject not in {"parameters", "characteristics"} else ""
    main = view.panels[0].points
    lower, upper = (main[side][-1] if main.height else None for side in ("lower", "upper"))
    in_force = view.in_force
    since = f"version {in_force.version}, since {local(in_force.since, now.plant.zone)}" if in_force else "not frozen"
    quiet, off = view.run_lengths.get(0.0), view.run_lengths.get(1.0)
    return [
        markup.Fact("Points", f"{view.n:,}", note=_stands_on(view)),
        markup.Fact("Centre", figure(view.center, view.places), unit, "of the newest limits"),
        markup.Fact("Control limits", f"{figure(lower, view.places)} to {figure(upper, view.places)}", unit, since),
        markup.Fact("Signals", f"{len(view.signals)}", note="of all rules and panels", state=_state(view)),
        markup.Fact("False alarms", f"{100 / quiet:.2f} %" if quiet else "–", note="of points, while nothing changes"),
        markup.Fact("One sigma off", f"{off:.1f} points" if off else "–", note="until the chart signals, on average"),
    ]


def _stands_on(view: SpcPage) -> str:
    return view.title if view.observed == view.n else f"{view.title}, of {view.observed:,} results"


def _state(view: SpcPage) -> str:
    return "act" if view.newest else "watch" if len(view.signals) else ""


def _signals(view: SpcPage, now: Here) -> None:
    st.html(markup.heading("Signals", "the point that completes the pattern, the newest first"))
    columns = {"t": "Time", "unit_id": "Unit", "panel": "Panel", "rule": "Rule", "sentence": "In words"}
    tables.show(
        view.signals, "spc_signals", columns, zone=now.plant.zone, rows=8, empty="No rule signals in what is shown."
    )


def _lengths(view: SpcPage) -> None:
    st.html(markup.heading("Average run length", view.length_words))
    if not view.run_lengths:
        say("Not known: the points do not vary, or there are too few.")
        return
    facts = [
        markup.Fact(_METHODS[shift].capitalize(), f"{length:,.1f}", "points")
        for shift, length in view.run_lengths.items()
    ]
    st.html(markup.facts(facts))
    say("Points until the chart signals, with the chosen rules, for independent values and limits that are right.")


def _parts(view: SpcPage) -> None:
    if view.parts_of:
        st.html(markup.heading("What adds to it", view.parts_of))
        pictures.show(picture.contributions(view.parts, inks()), "spc_parts")
