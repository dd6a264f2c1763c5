"""Stage: what one stage is doing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from qc_app.dashboard import charts, markup, pictures, tables
from qc_app.dashboard.session import Here, guarded, here, inks, pick_characteristic, pick_stage, pick_window, say, top
from qc_app.dashboard.stage.details import capability, changes, courses
from qc_app.views import (
    StageView,
    age,
    figure,
    interval,
    local,
    moment,
    percent,
    reaching,
    specification,
    stage_view,
    state_word,
)

EVERY_S = 20
GONE = " The cause is gone; not yet acknowledged."
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
    if not view.empty:
        pictures.show(charts.units_chart(view, inks(), now.plant.zone), "stage_chart")
        st.html(markup.legend(view.level))
    else:
        _nothing(view, now)
    left, right = st.columns([7, 5], gap="medium")
    with left:
        _units(view, now)
    with right:
        capability(view)
        changes(view)
    courses(view, now, window)


def _nothing(view: StageView, now: Here) -> None:
    """Say that the window holds nothing, and offer the one that reaches the newest unit."""
    name, at, zone = view.stage.id, now.store.clock.now(), now.plant.zone
    if view.read_last is None:
        say(f"No unit of {name} was ever read. Look at the Data page whether its source delivers.")
        return
    if view.predicted_last is None:
        made = f"{local(view.read_last, zone)}, {age(view.read_last, at)} ago"
        say(f"Units of {name} are read, the newest made {made}; none is predicted yet: enter results on Labels.")
        return
    made = f"{local(view.predicted_last, zone)}, {age(view.predicted_last, at)} ago"
    say(f"No unit of {name} in this window: the newest was made {made}. Look at the Data page if that is too long.")
    if st.button("Show the newest units", key="stage_newest"):
        st.query_params["window"] = reaching(view.predicted_last, at)
        st.rerun()


def _verdict(view: StageView) -> None:
    state = str(view.values.get("state", "unknown"))
    sentence = view.values.get("state_sentence") or "Nothing is known of this characteristic yet."
    lines = [markup.line(state, state_word(state), str(sentence))]
    lines += [
        markup.line(*_ALARM[a.priority], a.sentence, below=a.response + GONE * (a.state == "returned"))
        for a in view.alarms[:3]
        if a.sentence != sentence
    ]
    st.html("".join(lines))


def _facts(view: StageView, now: Here) -> list[markup.Fact]:
    v, what, at = view.values, view.characteristic, now.store.clock.now()
    newest = view.units.row(0, named=True) if view.units.height else {}
    drawn = f"{interval(newest.get('lower'), newest.get('upper'), view.places)}"
    limits = specification(what, view.places)
    baseline = (
        f"baseline {figure(v.get('baseline_error'), view.places)}" if v.get("baseline_error") else "no baseline yet"
    )
    return [
        markup.Fact("Newest prediction", figure(newest.get("mean"), view.places), what.unit, drawn, _out(newest)),
        markup.Fact(
            "Specification", limits, what.unit, f"target {figure(what.target, view.places)}" if what.target else ""
        ),
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
    return (
        f"{interval(v.get('cpk_lower'), v.get('cpk_upper'))} · {stable}"
        if v.get("cpk") is not None
        else "not known yet"
    )


def _model(v: Mapping[str, Any], now: Here) -> str:
    made = moment(v.get("model_at"))
    since = f"{age(made, now.store.clock.now())} old · " if made else ""
    return f"{since}{v.get('n_labels', 0)} labels"


def _units(view: StageView, now: Here) -> None:
    st.html(markup.heading("Latest units", f"{view.characteristic.unit} · choose a row to see why".removeprefix(" · ")))
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
        "disposition": "Disposition",
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
    picked = tables.show(
        told, "stage_units", columns, zone=now.plant.zone, rows=9, select="one", marked="note", empty=empty
    )
    if picked:
        where = {"stage": view.stage.id, "what": view.characteristic.name, "unit": told["unit_id"][picked[0]]}
        st.switch_page(st.session_state["pages"]["unit"], query_params=where)
