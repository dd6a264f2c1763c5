"""Overview: whether anything is wrong now, and where."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.overview.hand_over import hand_over
from qc_app.dashboard.overview.lines import lines
from qc_app.dashboard.overview.table import columns, drawn, filtered
from qc_app.dashboard.session import Here, guarded, here, inks, no_stage, say, top
from qc_app.language import count, dated, ntr, spoken, tr
from qc_app.views import (
    NightAccount,
    OverviewView,
    age,
    ago,
    figure,
    interval,
    night_account,
    overview,
    percent,
    state_word,
)

if TYPE_CHECKING:
    from qc_app.plant import Plant
    from qc_app.store import Store

MOST_CARDS = 6
EVERY_S = 15
NIGHT_S = 60  # a night of a large plant is tens of thousands of runs: not read at every beat


@guarded
def page() -> None:
    """Show the overview."""
    now = here()
    top(tr("Overview"), now)
    if not now.plant.stages:
        no_stage()
        return
    _live(now)
    hand_over(now)


@st.fragment(run_every=EVERY_S)
@guarded
def _live(now: Here) -> None:
    view = overview(now.store, now.plant)
    night = _night(now.store, now.plant, str(now.store.home), spoken())
    st.html(markup.facts(_facts(view, night)))
    _attention(view)
    lines(view)
    _all(view, now)


@st.cache_resource(ttl=NIGHT_S, show_spinner=False, max_entries=8)
def _night(_store: Store, _plant: Plant, home: str, code: str) -> NightAccount:  # noqa: ARG001 - what it goes by
    return night_account(_store, _plant, datetime.now(UTC))


def _facts(view: OverviewView, night: NightAccount) -> list[markup.Fact]:
    counts = view.counts
    alarmed = "act" if view.alarms_high else "watch" if view.alarms_open else ""
    ended = " · " + tr("{age} ago", age=age(night.ended, view.at)) if night.ended else ""
    return [
        *(
            markup.Fact(state_word(state), count(counts[state]), state=state if counts[state] else "")
            for state in ("act", "watch", "unknown", "ok")
        ),
        markup.Fact(tr("Alarms open"), count(view.alarms_open), note=tr("{n} high", n=view.alarms_high), state=alarmed),
        markup.Fact(tr("Labels owed"), count(view.labels_owed)),
        markup.Fact(
            tr("Last night"),
            dated(night.day) if night.day else "–",
            note=night.brief + ended,
            state="watch" if night.troubled else "",
        ),
    ]


def _attention(view: OverviewView) -> None:
    wrong = view.rows.filter(pl.col("state").is_in(["act", "watch"]))
    if not wrong.height:
        known = view.counts["ok"]
        if known:
            words = tr("Nothing asks for you: {known} of {all} are normal.", known=known, all=view.rows.height)
            st.html(markup.note(words))
        else:
            say(
                tr(
                    "Nothing is known yet. See on the Data page whether units arrive, and enter results on the Labels "
                    "page: the next night then makes the first models."
                )
            )
        return
    hidden = wrong.height - MOST_CARDS
    more = tr("{n} more in the table below", n=hidden) if hidden > 0 else ""
    st.html(markup.heading(tr("Needs attention"), more))
    for n, row in enumerate(wrong.head(MOST_CARDS).iter_rows(named=True)):
        name, told = st.columns([5, 20], vertical_alignment="top", gap="small")
        with name:
            st.page_link(
                st.session_state["pages"]["stage"],
                label=f"{markup.plain(row['stage'], 40)} · {markup.plain(row['characteristic'], 40)}",
                icon="",
                query_params={"stage": row["stage"], "what": row["characteristic"]},
            )
        with told.container(key=f"attention_{n}"):
            st.html(_card(row, view))


def _card(row: dict[str, Any], view: OverviewView) -> str:
    spark = markup.spark(row["spark"], row["lower"], row["upper"], inks(), results=row["results"])
    worth = interval(row["index_lower"], row["index_upper"])
    index, value = row["index"], row["index_value"]
    worth = tr("{index} {value} ({range})", index=index, value=figure(value), range=worth) if index else ""
    parts = [
        tr("to do: {step}", step=row["todo"]) if row["todo"] else "",
        tr("for {age}", age=age(row["since"], view.at)) if row["since"] else "",
        tr("out of specification {share}", share=percent(row["share_out"])),
        worth,
        ntr("{n} open alarm", "{n} open alarms", int(row["alarms"])),
        tr("last unit {ago}", ago=ago(row["last_unit_at"], view.at)) if row["last_unit_at"] else "",
    ]
    picture = markup.image(spark, tr("newest predictions (line) and results (dots) in their specification"))
    state = str(row["state"])
    return markup.line(
        state, state_word(state), str(row["sentence"]), picture, " · ".join(part for part in parts if part)
    )


def _all(view: OverviewView, now: Here) -> None:
    st.html(markup.heading(tr("All stages"), tr("choose a row to open it")))
    chosen = filtered(view.rows)
    rows = tables.show(
        drawn(chosen, view),
        "overview_table",
        columns(),
        zone=now.plant.zone,
        rows=16,
        select="one",
        opens="stage",
        marked="state",
        empty=tr("No stage matches these filters. Clear one of them."),
    )
    if rows:
        picked = chosen.row(rows[0], named=True)
        where = {"stage": picked["stage"], "what": picked["characteristic"]}
        st.switch_page(st.session_state["pages"]["stage"], query_params=where)
