"""The overview's table of all stages: filters, columns, sparklines."""

from __future__ import annotations

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qc_app.dashboard import markup, tables
from qc_app.dashboard.overview.address import bring, keep
from qc_app.dashboard.session import inks
from qc_app.language import bound, tr
from qc_app.views import STATES, OverviewView, age, drifts, interval, state_word, tiers

_ALL = "all"


def filtered(rows: pl.DataFrame) -> pl.DataFrame:
    """Show the filters; return the rows that pass them."""
    bring({"line": rows["line"].unique(), "family": rows["family"].unique(), "state": STATES})
    text, line, family, state = st.columns([3, 2, 2, 4])
    words = text.text_input(tr("Find"), key="overview_find", placeholder=tr("stage or characteristic"))
    at = _one(line, tr("Line"), rows["line"], "overview_line")
    kin = _one(family, tr("Family"), rows["family"], "overview_family")
    states = state.pills(
        tr("State"),
        list(STATES),
        key="overview_state",
        selection_mode="multi",
        format_func=bound(lambda s: tr(STATES[s][2])),
    )
    keep()
    kept = rows if at == _ALL else rows.filter(pl.col("line") == at)
    kept = kept if kin == _ALL else kept.filter(pl.col("family") == kin)
    kept = kept.filter(pl.col("state").is_in(states)) if states else kept
    found = pl.concat_str("stage", "characteristic", separator=" ").str.to_lowercase()
    return kept.filter(found.str.contains(words.lower(), literal=True)) if words else kept


def _one(place: DeltaGenerator, label: str, values: pl.Series, key: str) -> str:
    options = [_ALL, *values.unique().sort()]
    return str(place.selectbox(label, options, key=key, format_func=bound(lambda v: tr("all") if v == _ALL else v)))


def drawn(rows: pl.DataFrame, view: OverviewView) -> pl.DataFrame:
    """Return the rows as they are shown: words, sparklines, ages."""
    palette = inks()
    seen = rows.select("spark", "lower", "upper", "results").iter_rows()
    sparks = [markup.spark(course, low, up, palette, results=met) for course, low, up, met in seen]
    return rows.with_columns(
        pl.Series("trend", sparks, pl.String),
        pl.col("state").replace_strict({s: state_word(s) for s in STATES}).alias("state"),
        (100 * pl.col("share_out")).alias("out_pct"),
        pl.Series(
            "index_range", [interval(a, b) for a, b in rows.select("index_lower", "index_upper").iter_rows()], pl.String
        ),
        pl.Series("data_age", [age(t, view.at) for t in rows["last_unit_at"]], pl.String),
        drifts(),
        tiers(),
        pl.Series("model_age", [age(t, view.at) for t in rows["model_at"]], pl.String),
    )


def columns() -> dict[str, object]:
    """Return the columns in their order."""
    return {
        "state": st.column_config.TextColumn(tr("State"), width=96),
        "stage": st.column_config.TextColumn(tr("Stage")),
        "characteristic": tr("Characteristic"),
        "trend": st.column_config.ImageColumn(tr("Trend in spec."), width=150),
        "out_pct": tables.number(tr("Out of spec."), 1, "%"),
        "index": tr("Index"),
        "index_value": tables.number(tr("Capability"), 2),
        "index_range": st.column_config.TextColumn(tr("90 % interval"), alignment="right"),
        "alarms": tr("Alarms"),
        "drift": tr("Drift"),
        "data_age": st.column_config.TextColumn(tr("Data age"), alignment="right"),
        "labels": tr("Labels"),
        "labels_owed": tr("Owed"),
        "tier": tr("Answered by"),
        "model_age": st.column_config.TextColumn(tr("Model age"), alignment="right"),
        "line": tr("Line"),
        "family": tr("Family"),
    }
