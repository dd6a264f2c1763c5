"""Stage: what one stage is doing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from qc_app.dashboard import charts, markup, pictures, tables
from qc_app.dashboard.session import Here, guarded, here, inks, pick_characteristic, pick_stage, pick_window, say, top
from qc_app.dashboard.stage.details import capability, changes, courses
from qc_app.language import known, later, ntr, tr
from qc_app.views import (
    Alarm,
    StageView,
    age,
    dispositions,
    figure,
    interval,
    local,
    moment,
    percent,
    reaching,
    recorded,
    specification,
    stage_view,
    state_word,
    tier_word,
    tiers,
)

EVERY_S = 20
GONE = later("The cause is gone; not yet acknowledged.")
_ALARM = {"high": ("act", "■"), "medium": ("watch", "▲"), "low": ("", "●")}


@guarded
def page() -> None:
    """Show one stage."""
    now = here()
    top(tr("Stage"), now)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage = pick_stage(now)
        what = pick_characteristic(now, stage)
        window = pick_window()
    _live(now, stage, what, window)


@st.fragment(run_every=EVERY_S)
@guarded
def _live(now: Here, stage: str, what: str, window: str) -> None:
    view = stage_view(now.store, now.plant, stage, what, window)
    _verdict(view, now)
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
        say(tr("No unit of {stage} was ever read. Look at the Data page whether its source delivers.", stage=name))
        return
    if view.predicted_last is None:
        words = tr(
            "Units of {stage} are read, the newest made {made}, {age} ago; none is predicted yet: "
            "enter results on Labels.",
            stage=name,
            made=local(view.read_last, zone),
            age=age(view.read_last, at),
        )
        say(words)
        return
    words = tr(
        "No unit of {stage} in this window: the newest was made {made}, {age} ago. "
        "Look at the Data page if that is too long.",
        stage=name,
        made=local(view.predicted_last, zone),
        age=age(view.predicted_last, at),
    )
    say(words)
    if st.button(tr("Show the newest units"), key="stage_newest"):
        st.query_params["window"] = reaching(view.predicted_last, at)
        st.rerun()


def _verdict(view: StageView, now: Here) -> None:
    state = str(view.values.get("state", "unknown"))
    sentence = str(view.values.get("state_sentence") or "")
    told = recorded(sentence) or tr("Nothing is known of this characteristic yet.")
    lines = [markup.line(state, state_word(state), told)]
    at = now.store.clock.now()
    lines += [_alarm(a, at, same=a.sentence == sentence) for a in view.alarms[:3]]
    st.html("".join(lines))
    if view.alarms:
        label = ntr(
            "{n} open alarm of this stage: answer it", "{n} open alarms of this stage: answer them", len(view.alarms)
        )
        where = {"stage": view.stage.id}
        st.page_link(st.session_state["pages"]["alarms"], label=label, icon="", query_params=where)


def _alarm(alarm: Alarm, at: datetime, *, same: bool) -> str:
    """Return an alarm with its age and its plan; one that says the `same` as the state needs no second sentence."""
    state, symbol = _ALARM[alarm.priority]
    since = tr("for {age}", age=age(alarm.raised, at))
    plan = "; ".join(map(known, alarm.response.split("; ")))
    parts = (since, tr("to do: {step}", step=plan) if plan else "", tr(GONE) if alarm.state == "returned" else "")
    below = " · ".join(part for part in parts if part)
    if same:
        return markup.line("", "", below)
    return markup.line(state, f"{symbol} {tr('Alarm')}", recorded(alarm.sentence), below=below)


def _facts(view: StageView, now: Here) -> list[markup.Fact]:
    v, what, at = view.values, view.characteristic, now.store.clock.now()
    newest = view.units.row(0, named=True) if view.units.height else {}
    drawn = f"{interval(newest.get('lower'), newest.get('upper'), view.places)}"
    limits = specification(what, view.places)
    level = figure(v.get("baseline_error"), view.places)
    baseline = tr("baseline {value}", value=level) if v.get("baseline_error") else tr("no baseline yet")
    target = tr("target {value}", value=figure(what.target, view.places)) if what.target else ""
    return [
        markup.Fact(tr("Newest prediction"), figure(newest.get("mean"), view.places), what.unit, drawn, _out(newest)),
        markup.Fact(tr("Specification"), limits, what.unit, target),
        markup.Fact(tr("Out of specification"), percent(v.get("share_out")), note=tr("predicted, newest units")),
        markup.Fact(str(v.get("index") or tr("Capability")), figure(v.get("index_value")), note=_stability(v)),
        markup.Fact(tr("Error of the model"), figure(v.get("error"), view.places), what.unit, baseline),
        markup.Fact(tr("Answered by"), tier_word(str(v.get("tier", "none"))), note=_model(v, now)),
        markup.Fact(tr("Last unit"), age(moment(v.get("last_unit_at")), at), note=_in_all(int(v.get("units", 0)))),
    ]


def _in_all(units: int) -> str:
    return ntr("{n} unit in all", "{n} units in all", units)


def _out(newest: Mapping[str, Any]) -> str:
    return "act" if newest.get("out") else ""


def _stability(v: Mapping[str, Any]) -> str:
    stable = {True: tr("stable"), False: tr("not stable: Ppk tells of the past"), None: tr("stability unknown")}[
        v.get("stable")
    ]
    return (
        f"{interval(v.get('index_lower'), v.get('index_upper'))} · {stable}"
        if v.get("index_value") is not None
        else tr("not known yet")
    )


def _model(v: Mapping[str, Any], now: Here) -> str:
    made = moment(v.get("model_at"))
    many = ntr("{n} label", "{n} labels", int(v.get("n_labels", 0)))
    return f"{tr('{age} old', age=age(made, now.store.clock.now()))} · {many}" if made else many


def _units(view: StageView, now: Here) -> None:
    st.html(
        markup.heading(
            tr("Latest units"), f"{view.characteristic.unit} · {tr('choose a row to see why')}".removeprefix(" · ")
        )
    )
    n = view.places
    columns = {
        "unit_id": tr("Unit"),
        "t_event": tr("Time"),
        "mean": tables.number(tr("Predicted"), n),
        "lower": tables.number(tr("from"), n),
        "upper": tables.number(tr("to"), n),
        "measured": tables.number(tr("Measured"), n),
        "note": tr("Note"),
        "anomaly": tables.number(tr("Anomaly"), 2),
        "tier": tr("Answered by"),
        "disposition": tr("Disposition"),
    }
    note = (
        pl.when(pl.col("out"))
        .then(pl.lit(f"■ {tr('out of specification')}"))
        .when(~pl.col("in_domain").fill_null(value=True))
        .then(pl.lit(tr("outside the domain")))
        .otherwise(pl.lit(""))
    )
    told = view.units.with_columns(note.alias("note"), tiers(), dispositions("disposition"))
    empty = tr("No unit is predicted in this window yet.")
    picked = tables.show(
        told,
        "stage_units",
        columns,
        zone=now.plant.zone,
        rows=9,
        select="one",
        opens="unit_id",
        marked="note",
        spare=("note", "disposition"),
        empty=empty,
    )
    if picked:
        where = {"stage": view.stage.id, "what": view.characteristic.name, "unit": told["unit_id"][picked[0]]}
        st.switch_page(st.session_state["pages"]["unit"], query_params=where)
