"""Data: whether the plant is talking to us."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl
import streamlit as st

from qc_app.actions import dismiss_quarantine, replay_quarantine, request_run
from qc_app.dashboard import markup, tables
from qc_app.dashboard.data.events import events_part
from qc_app.dashboard.data.live import live_part
from qc_app.dashboard.data.schema import schema
from qc_app.dashboard.session import Here, attempt, guarded, here, say, top
from qc_app.views import (
    Source,
    age,
    books_table,
    chosen_sources,
    gaps_table,
    quarantine_table,
    sources_table,
    state_word,
)

A_PAGE = 40


@guarded
def page() -> None:
    """Show sources, quarantine, gaps and events."""
    now = here()
    top("Data", now)
    lines = sorted({s.line for s in now.plant.stages})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        line = st.selectbox("Line", ["all", *lines], key="data_line", width=260)
        if st.button("Read sources now", key="data_ingest"):
            attempt(lambda: request_run(now.store, now.actor, "ingest"), "Asked: the scheduler reads all sources next.")
            st.rerun()
    everything = chosen_sources(now.plant, "" if line == "all" else line)
    if not everything:
        say("No source feeds this. Add [sources.<name>] to the plant file and apply it: `qc apply plant.toml`.")
        return
    pages = math.ceil(len(everything) / A_PAGE)
    n = int(st.pagination(pages, key="data_page")) if pages > 1 else 1
    sources = everything[(n - 1) * A_PAGE : n * A_PAGE]
    _sources(sources, now)
    live_part(sources, now)
    schema(everything, now)
    _quarantine(everything, now)
    left, right = st.columns(2, gap="medium")
    with left:
        _gaps(everything, now)
    with right:
        events_part(sorted({s.stage for s in everything}), now)


def _sources(sources: Sequence[Source], now: Here) -> None:
    table = sources_table(now.store, now.plant, sources)
    at = now.store.clock.now()
    late = table.filter(pl.col("state").is_in(["act", "watch"])).height
    total = {c: int(table[c].sum()) for c in ("received", "new", "revisions", "duplicates", "quarantined", "dropped")}
    facts = [
        markup.Fact("Ask for a look", str(late), note=f"of {table.height} sources", state="watch" if late else ""),
        *(markup.Fact(c.capitalize(), f"{n:,}") for c, n in total.items()),
        markup.Fact("Held now", str(table["held"].sum()), note="in quarantine"),
        _books(table),
    ]
    st.html(markup.facts(facts))
    st.html(markup.heading("Sources", "the troubled first; every received record is in one of the five columns"))
    told = table.with_columns(
        pl.Series("state", [state_word(s) for s in table["state"]], pl.String),
        pl.Series("silent", [age(t, at) for t in table["last_commit"]], pl.String),
    )
    columns = tables.headings(("state", "source", "stage", "carries", "silent", "received", "new", "revisions"))
    columns |= tables.headings(("duplicates", "quarantined", "dropped", "held", "sentence", "complete_to", "kind"))
    columns |= {"silent": "Newest, ago", "held": "Held", "sentence": "Verdict"}
    tables.show(told, "data_sources", columns, zone=now.plant.zone, rows=10, marked="state")
    with st.expander("Books by hour of arrival, last two days", key="data_books_open"):
        columns = tables.headings(("hour", "source", "received", "new", "revisions", "duplicates"))
        columns |= tables.headings(("quarantined", "dropped"))
        hours = books_table(now.store, sources)
        tables.show(hours, "data_books", columns, zone=now.plant.zone, rows=8, empty="Nothing came in two days.")


def _books(table: pl.DataFrame) -> markup.Fact:
    """Say whether every received record is accounted for."""
    note = "received = sum of the five"
    if table["balanced"].all():
        return markup.Fact("Books", "✓ balance", note=note)
    return markup.Fact("Books", "■ do not balance", note=note, state="act")


def _quarantine(sources: Sequence[Source], now: Here) -> None:
    held = quarantine_table(now.store, sources, now.plant.zone)
    st.html(markup.heading("Quarantine", "kept raw until someone decides; choose rows, then replay or dismiss"))
    columns = tables.headings(("source", "origin", "offset", "reason", "message", "raw", "last_seen", "count"))
    empty = "Nothing is held: everything that arrived could be read."
    rows = tables.show(held, "data_quarantine", columns, zone=now.plant.zone, rows=8, select="many", empty=empty)
    if not rows:
        return
    ids = [int(i) for i in held["id"].gather(rows)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        why = st.text_input("Reason", key="quarantine_why", placeholder="for the audit trail", width=360)
        if st.button(f"Replay {len(ids)}", key="quarantine_replay"):
            attempt(
                lambda: replay_quarantine(now.store, now.actor, ids, why), f"Asked to read {len(ids)} pieces again."
            )
            st.rerun()
        if st.button(f"Dismiss {len(ids)}", key="quarantine_dismiss"):
            attempt(lambda: dismiss_quarantine(now.store, now.actor, ids, why))
            st.rerun()


def _gaps(sources: Sequence[Source], now: Here) -> None:
    st.html(markup.heading("Gaps", "stretches in which nothing can be shown to be missing or not"))
    gaps = gaps_table(now.store, sources)
    columns = tables.headings(("source", "start", "end", "hours", "cause", "text"))
    tables.show(gaps, "data_gaps", columns, zone=now.plant.zone, rows=6, empty="No gap is known.")
