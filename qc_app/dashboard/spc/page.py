"""SPC: what is charted, whether it is stable, and how far that may be believed."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard import markup, pictures, tables
from qc_app.dashboard.session import Here, guarded, here, inks, pick_characteristic, pick_stage, say, top
from qc_app.dashboard.spc import gauge, limits, picks, picture, study
from qc_app.language import count, figures_of, later, ntr, number, per_cent, tr
from qc_app.views import figure, local
from qc_app.views.spc import FROZEN, SpcPage, spc_column, spc_page

_METHODS = {0.0: later("Stable"), 1.0: later("One sigma off"), 2.0: later("Two sigma off")}


@guarded
def page() -> None:
    """Show a control chart of one characteristic, and what stands behind it."""
    now = here()
    top(tr("SPC"), now)
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
    for n, panel in enumerate(view.panels):
        title = picture.title_of(view, n)
        drawn = picture.panel(panel, title, inks(), predicted=view.subject == "predicted", main=n == 0)
        pictures.show(drawn, f"spc_panel_{n}")
    st.html(markup.legend_of(picture.legend(view)))
    for note, state in view.notes:
        say(note, state)
    left, right = st.columns([7, 5], gap="medium")
    with left:
        _signals(view, now)
    with right:
        _lengths(view)
        _parts(view)


def _verdict(view: SpcPage) -> None:
    n = len(view.signals)
    if view.newest:
        words = tr("One of the newest three points signals: {signal}.", signal=view.newest)
        st.html(markup.line("act", tr("■ Signal"), words))
    elif n:
        words = ntr(
            "The newest three points are quiet; {n} signal before them.",
            "The newest three points are quiet; {n} signals before them.",
            n,
        )
        st.html(markup.line("watch", tr("▲ Earlier"), words))
    else:
        st.html(markup.line("ok", tr("✓ Stable"), tr("No signal in {n} points.", n=view.n)))
    for sentence in view.changes[-3:]:
        say(sentence, "info")


def _facts(view: SpcPage, now: Here) -> list[markup.Fact]:
    unit = view.characteristic.unit if view.subject not in {"parameters", "characteristics"} else ""
    main = view.panels[0].points
    lower, upper = (main[side][-1] if main.height else None for side in ("lower", "upper"))
    in_force = view.in_force
    since = tr("not frozen")
    if in_force:
        moment = local(in_force.since, now.plant.zone)
        since = tr("version {version}, since {moment}", version=in_force.version, moment=moment)
    quiet, off = view.run_lengths.get(0.0), view.run_lengths.get(1.0)
    limits = tr("{lower} to {upper}", lower=figure(lower, view.places), upper=figure(upper, view.places))
    reached = tr("{n} points", n=number(off, 1)) if off else "–"
    still = tr("of points, while nothing changes")
    return [
        markup.Fact(tr("Points"), count(view.n), note=_stands_on(view)),
        markup.Fact(tr("Centre"), figure(view.center, view.places), unit, tr("of the newest limits")),
        markup.Fact(tr("Control limits"), limits, unit, since),
        markup.Fact(tr("Signals"), count(len(view.signals)), note=tr("of all rules and panels"), state=_state(view)),
        markup.Fact(tr("False alarms"), per_cent(1 / quiet, 2) if quiet else "–", note=still),
        markup.Fact(tr("One sigma off"), reached, note=tr("until the chart signals, on average")),
    ]


def _stands_on(view: SpcPage) -> str:
    return view.title if view.observed == view.n else tr("{chart}, of {n} results", chart=view.title, n=view.observed)


def _state(view: SpcPage) -> str:
    return "act" if view.newest else "watch" if len(view.signals) else ""


def _signals(view: SpcPage, now: Here) -> None:
    st.html(markup.heading(tr("Signals"), tr("the point that completes the pattern, the newest first")))
    columns = {
        "t": tr("Time"),
        "unit_id": tr("Unit"),
        "panel": tr("Panel"),
        "rule": tr("Rule"),
        "sentence": tr("In words"),
    }
    told = view.signals.with_columns(spc_column(view.signals, "rule"))
    empty = tr("No rule signals in what is shown.")
    tables.show(told, "spc_signals", columns, zone=now.plant.zone, rows=8, empty=empty)


def _lengths(view: SpcPage) -> None:
    st.html(markup.heading(tr("Average run length"), view.length_words))
    if not view.run_lengths:
        say(tr("Not known: the points do not vary, or there are too few."))
        return
    facts = [
        markup.Fact(tr(_METHODS[shift]), number(length, 1, grouped=True), tr("points"))
        for shift, length in view.run_lengths.items()
    ]
    st.html(markup.facts(facts))
    say(tr("Points until the chart signals, with the chosen rules, for independent values and limits that are right."))
    if view.false_a_week:
        say(_promised(view.weekly or 0.0, view.false_a_week))


def _promised(weekly: float, rate: float) -> str:
    return tr(
        "{n} points a week: these rules promise {rate} false signals a week while nothing changes, one in {days} days.",
        n=number(weekly, 0 if weekly >= 10 else 1, grouped=True),
        rate=figures_of(f"{rate:.2g}"),
        days=number(7 / rate, 0 if rate < 1 else 1, grouped=True),
    )


def _parts(view: SpcPage) -> None:
    if view.parts_of:
        st.html(markup.heading(tr("What adds to it"), view.parts_of))
        pictures.show(picture.contributions(view.parts, inks()), "spc_parts")
