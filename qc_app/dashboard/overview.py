"""Overview: whether anything is wrong now, and where."""

from __future__ import annotations

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, guarded, here, inks, say, top
from qc_app.views import STATES, OverviewView, age, figure, interval, overview, percent, state_word

MOST_CARDS = 6
EVERY_S = 15


@guarded
def page() -> None:
    """Show the overview."""
    now = here()
    top("Overview", now)
    if not now.plant.stages:
        say("This plant has no stage yet. Add one to the plant file and apply it: `qc apply plant.toml`.")
        return
    _live(now)


@st.fragment(run_every=EVERY_S)
@guarded
def _live(now: Here) -> None:
    view = overview(now.store, now.plant)
    st.html(markup.facts(_facts(view)))
    _attention(view)
    _all(view, now)


def _facts(view: OverviewView) -> list[markup.Fact]:
    counts = view.counts
    alarmed = "act" if view.alarms_high else "watch" if view.alarms_open else ""
    night = view.night
    ended = f" · {age(night.ended, view.at)} ago" if night.ended else ""
    return [
        *(
            markup.Fact(state_word(state), str(counts[state]), state=state if counts[state] else "")
            for state in ("act", "watch", "unknown", "ok")
        ),
        markup.Fact("Alarms open", str(view.alarms_open), note=f"{view.alarms_high} high", state=alarmed),
        markup.Fact("Labels owed", str(view.labels_owed)),
        markup.Fact(
            "Last night", str(night.day or "–"), note=night.sentence + ended, state="watch" if night.failed else ""
        ),
    ]


def _attention(view: OverviewView) -> None:
    wrong = view.rows.filter(pl.col("state").is_in(["act", "watch"]))
    if not wrong.height:
        known = view.counts["ok"]
        if known:
            st.html(markup.note(f"Nothing asks for you: {known} of {view.rows.height} are normal."))
        return
    more = f"{wrong.height - MOST_CARDS} more in the table below" if wrong.height > MOST_CARDS else ""
    st.html(markup.heading("Needs attention", more))
    for n, row in enumerate(wrong.head(MOST_CARDS).iter_rows(named=True)):
        name, told = st.columns([2, 9], vertical_alignment="center", gap="small")
        with name:
            st.page_link(
                st.session_state["pages"]["stage"],
                label=f"{markup.plain(row['stage'], 40)} · {markup.plain(row['characteristic'], 40)}",
                icon="",
                query_params={"stage": row["stage"], "what": row["characteristic"]},
            )
        with told.container(key=f"attention_{n}"):
            st.html(_card(row, view))


def _card(row: dict[str, object], view: OverviewView) -> str:
    spark = markup.spark(row["spark"], row["lower"], row["upper"], inks())  # type: ignore[arg-type]
    parts = [
        f"out of specification {percent(row['share_out'])}",  # type: ignore[arg-type]
        f"Cpk {figure(row['cpk'])} ({interval(row['cpk_lower'], row['cpk_upper'])})",  # type: ignore[arg-type]
        f"{row['alarms']} open alarms",
        f"last unit {age(row['last_unit_at'], view.at)} ago",  # type: ignore[arg-type]
    ]
    picture = markup.image(spark, "newest predictions in their specification")
    state = str(row["state"])
    return markup.line(state, state_word(state), str(row["sentence"]), picture, " · ".join(parts))


def _all(view: OverviewView, now: Here) -> None:
    st.html(markup.heading("All stages", "choose a row to open it"))
    chosen = _filtered(view.rows)
    drawn = _drawn(chosen, view)
    rows = tables.show(
        drawn,
        "overview_table",
        _columns(),
        zone=now.plant.zone,
        rows=16,
        select="one",
        marked="state",
        empty="No stage matches these filters. Clear one of them.",
    )
    if rows:
        picked = chosen.row(rows[0], named=True)
        where = {"stage": picked["stage"], "what": picked["characteristic"]}
        st.switch_page(st.session_state["pages"]["stage"], query_params=where)


def _filtered(rows: pl.DataFrame) -> pl.DataFrame:
    text, line, family, state = st.columns([3, 2, 2, 4])
    words = text.text_input("Find", key="overview_find", placeholder="stage or characteristic")
    at = line.selectbox("Line", ["all", *rows["line"].unique().sort()], key="overview_line")
    kin = family.selectbox("Family", ["all", *rows["family"].unique().sort()], key="overview_family")
    states = state.pills(
        "State", list(STATES), key="overview_state", selection_mode="multi", format_func=lambda s: STATES[s][2]
    )
    kept = rows if at == "all" else rows.filter(pl.col("line") == at)
    kept = kept if kin == "all" else kept.filter(pl.col("family") == kin)
    kept = kept.filter(pl.col("state").is_in(states)) if states else kept
    found = pl.concat_str("stage", "characteristic", separator=" ").str.to_lowercase()
    return kept.filter(found.str.contains(words.lower(), literal=True)) if words else kept


def _drawn(rows: pl.DataFrame, view: OverviewView) -> pl.DataFrame:
    palette = inks()
    sparks = [markup.spark(s, lo, up, palette) for s, lo, up in rows.select("spark", "lower", "upper").iter_rows()]
    return rows.with_columns(
        pl.Series("trend", sparks, pl.String),
        pl.col("state").replace_strict({s: state_word(s) for s in STATES}).alias("state"),
        (100 * pl.col("share_out")).alias("out_pct"),
        pl.Series(
            "cpk_range", [interval(a, b) for a, b in rows.select("cpk_lower", "cpk_upper").iter_rows()], pl.String
        ),
        pl.Series("data_age", [age(t, view.at) for t in rows["last_unit_at"]], pl.String),
        pl.Series("model_age", [age(t, view.at) for t in rows["model_at"]], pl.String),
    )


def _columns() -> dict[str, object]:
    return {
        "state": st.column_config.TextColumn("State", width=96),
        "stage": st.column_config.TextColumn("Stage"),
        "characteristic": "Characteristic",
        "trend": st.column_config.ImageColumn("Trend in spec.", width=150),
        "out_pct": tables.number("Out of spec.", 1, "%"),
        "cpk": tables.number("Cpk", 2),
        "cpk_range": st.column_config.TextColumn("95 % of Cpk", alignment="right"),
        "alarms": "Alarms",
        "drift": "Drift",
        "data_age": st.column_config.TextColumn("Data age", alignment="right"),
        "labels": "Labels",
        "labels_owed": "Owed",
        "tier": "Answered by",
        "model_age": st.column_config.TextColumn("Model age", alignment="right"),
        "line": "Line",
        "family": "Family",
    }
