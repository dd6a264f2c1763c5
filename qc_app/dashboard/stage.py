"""Stage: what one stage is doing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from qc_app.dashboard import charts, markup, tables
from qc_app.dashboard.session import Here, guarded, here, inks, pick_characteristic, pick_stage, pick_window, say, top
from qc_app.views import (
    StageView,
    age,
    by_effect,
    figure,
    interval,
    moment,
    parameters,
    percent,
    stage_view,
    state_word,
)

EVERY_S = 20
SHOWN = 8
_ALARM = {"high": ("act", "■ Alarm"), "medium": ("watch", "▲ Alarm"), "low": ("", "● Alarm")}


@guarded
def page() -> None:
    """Show one stage."""
    now = here()
    top("Stage", now)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage = pick_stage(now)
        what = pick_characteristic(now, stage)
        window = pick_window()
    _live(now, stage, what, window)


@st.fragment(run_every=EVERY_S)
@guarded
def _live(now: Here, stage: str, what: str, window: str) -> None:
    view = stage_view(now.store, now.plant, stage, what, window)
    _verdict(view)
    st.html(markup.facts(_facts(view, now)))
    if view.n_units or view.measured.height:
        st.altair_chart(charts.units_chart(view, inks(), now.plant.zone), theme=None, key="stage_chart")
        st.html(markup.legend(view.level))
    else:
        say(f"No unit of {stage} in this window. Choose a longer window, or look at the Data page whether it arrives.")
    left, right = st.columns([7, 5], gap="medium")
    with left:
        _units(view, now)
    with right:
        _capability(view)
        _drift(view)
    _parameters(view, now, window)


def _verdict(view: StageView) -> None:
    state = str(view.values.get("state", "unknown"))
    sentence = view.values.get("state_sentence") or "Nothing is known of this characteristic yet."
    lines = [markup.line(state, state_word(state), str(sentence))]
    lines += [
        markup.line(*_ALARM[a.priority], a.sentence, below=a.response)
        for a in view.alarms[:3]
        if a.sentence != sentence
    ]
    st.html("".join(lines))


def _facts(view: StageView, now: Here) -> list[markup.Fact]:
    v, what, at = view.values, view.characteristic, now.store.clock.now()
    newest = view.units.row(0, named=True) if view.units.height else {}
    drawn = f"{interval(newest.get('lower'), newest.get('upper'), view.places)}"
    limits = interval(what.lower, what.upper, view.places)
    baseline = (
        f"baseline {figure(v.get('baseline_error'), view.places)}" if v.get("baseline_error") else "no baseline yet"
    )
    return [
        markup.Fact("Newest prediction", figure(newest.get("mean"), view.places), what.unit, drawn, _out(newest)),
        markup.Fact("Specification", limits, what.unit, f"target {figure(what.target, view.places)}"),
        markup.Fact("Out of specification", percent(v.get("share_out")), note="predicted, newest units"),
        markup.Fact("Cpk", figure(v.get("cpk")), note=_stability(v)),
        markup.Fact("Error of the model", figure(v.get("error"), view.places), what.unit, baseline),
        markup.Fact("Answered by", str(v.get("tier", "none")), note=_model(v, now)),
        markup.Fact("Last unit", age(moment(v.get("last_unit_at")), at), note=f"{v.get('units', 0):,} units in all"),
    ]


def _out(newest: Mapping[str, Any]) -> str:
    return "act" if newest.get("out") else ""


def _stability(v: Mapping[str, Any]) -> str:
    stable = {True: "stable", False: "not stable: Cpk does not predict", None: "stability unknown"}[v.get("stable")]
    return f"{interval(v.get('cpk_lower'), v.get('cpk_upper'))} · {stable}"


def _model(v: Mapping[str, Any], now: Here) -> str:
    made = moment(v.get("model_at"))
    since = f"{age(made, now.store.clock.now())} old · " if made else ""
    return f"{since}{v.get('n_labels', 0)} labels"


def _units(view: StageView, now: Here) -> None:
    st.html(markup.heading("Latest units", view.characteristic.unit))
    n = view.places
    columns = {
        "unit_id": "Unit",
        "t_event": "Time",
        "mean": tables.number("Predicted", n),
        "lower": tables.number("from", n),
        "upper": tables.number("to", n),
        "measured": tables.number("Measured", n),
        "note": "Note",
        "anomaly": tables.number("Anomaly", 2),
        "tier": "Answered by",
    }
    note = (
        pl.when(pl.col("out"))
        .then(pl.lit("■ out of specification"))
        .when(~pl.col("in_domain").fill_null(value=True))
        .then(pl.lit("outside the domain"))
        .otherwise(pl.lit(""))
    )
    told = view.units.with_columns(note.alias("note"))
    empty = "No unit is predicted in this window yet."
    tables.show(told, "stage_units", columns, zone=now.plant.zone, rows=9, marked="note", empty=empty)


def _capability(view: StageView) -> None:
    v = view.values
    st.html(markup.heading("Capability", "never without its interval"))
    if v.get("cpk") is None:
        say("No capability yet: it needs two specification limits (or one) and measured results of a stable process.")
        return
    worth = f"Cpk {figure(v['cpk'])}, with 95 % confidence {interval(v.get('cpk_lower'), v.get('cpk_upper'))}."
    stable = v.get("stable")
    tail = " The chart signals: the process is not stable, so this says what was, not what will be."
    say(worth + (tail if stable is False else ""), "watch" if stable is False else "")


def _drift(view: StageView) -> None:
    st.html(markup.heading("What changed", "the largest effect first"))
    drifted = sorted((d for d in view.drift if d.drifted), key=lambda d: (not d.matters, -abs(d.effect)))
    for report in drifted[:5]:
        say(report.sentence, "watch" if report.matters else "")
    if not drifted:
        say(str(view.values.get("drift_sentence") or "No drift has been tested yet: the next night does it."))


def _parameters(view: StageView, now: Here, window: str) -> None:
    names = by_effect(view.stage, view.drift)
    if not names:
        return
    st.html(markup.heading("Parameters", f"{min(SHOWN, len(names))} of {len(names)}, those that changed most first"))
    key = "stage_parameters"
    with st.popover("Choose parameters", key=f"{key}_open"):
        chosen = st.multiselect("Shown", names, names[:SHOWN], key=f"{key}_{view.stage.id}", max_selections=24)
    courses = parameters(now.store, now.plant, view.stage.id, chosen, window)
    units = {p.name: p.unit for p in view.stage.parameters}
    with st.grid(4, min_column_width=260, gap="small"):
        for n, name in enumerate(chosen):
            with st.container(key=f"{key}_{n}", gap=None):
                st.html(markup.heading(name, units[name]))
                if name in courses and courses[name].height:
                    chart = charts.parameter_chart(courses[name], name, units[name], inks())
                    st.altair_chart(chart, theme=None, key=f"{key}_chart_{n}")
                else:
                    say("no value in this window")
