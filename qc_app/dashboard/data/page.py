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
from qc_app.language import bound, count, ntr, tr
from qc_app.views import (
    Source,
    age,
    as_recorded,
    books_table,
    chosen_sources,
    gaps_sentence,
    gaps_table,
    quarantine_table,
    sources_table,
    state_word,
)
from qc_app.views.data.words import carried, causes, delivered, reasons, stretches

A_PAGE = 40
_ALL = "all"


@guarded
def page() -> None:
    """Show sources, quarantine, gaps and events."""
    now = here()
    top(tr("Data"), now)
    lines = sorted({s.line for s in now.plant.stages})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        line = st.selectbox(
            tr("Line"),
            [_ALL, *lines],
            key="data_line",
            width=260,
            format_func=bound(lambda v: tr("all") if v == _ALL else v),
        )
        if st.button(tr("Read sources now"), key="data_ingest"):
            words = tr("Asked: the scheduler reads all sources next.")
            attempt(lambda: request_run(now.store, now.actor, "ingest"), words)
            st.rerun()
    everything = chosen_sources(now.plant, "" if line == _ALL else line)
    if not everything:
        words = tr(
            "No source feeds this. Add a stage on the Onboard page, or {table} in the plant file: "
            "`qc apply plant.toml`.",
            table="[sources.<name>]",
        )
        say(words)
        return
    pages = math.ceil(len(everything) / A_PAGE)
    n = int(st.pagination(pages, key="data_page")) if pages > 1 else 1
    sources = everything[(n - 1) * A_PAGE : n * A_PAGE]
    _sources(sources, now)
    live_part(sources, now)
    schema(everything, now)
    _quarantine(everything, now)
    _gaps(everything, now)
    events_part(sorted({s.stage for s in everything}), now)


def _sources(sources: Sequence[Source], now: Here) -> None:
    table = sources_table(now.store, now.plant, sources)
    at = now.store.clock.now()
    late = table.filter(pl.col("state").is_in(["act", "watch"])).height
    fates = tables.headings(("received", "new", "revisions", "duplicates", "quarantined", "dropped"))
    of_all = tr("of {n} sources", n=table.height)
    held = {"quarantined": ntr("{n} held now", "{n} held now", int(table["held"].sum()))}
    facts = [
        markup.Fact(tr("Ask for a look"), count(late), note=of_all, state="watch" if late else ""),
        *(
            markup.Fact(heading, count(int(table[fate].sum())), note=held.get(fate, ""))
            for fate, heading in fates.items()
        ),
        _books(table),
    ]
    st.html(markup.facts(facts))
    note = tr("the troubled first; every received record is in one of the five columns")
    st.html(markup.heading(tr("Sources"), note))
    told = table.with_columns(
        pl.Series("state", [state_word(s) for s in table["state"]], pl.String),
        pl.Series("silent", [age(t, at) for t in table["last_commit"]], pl.String),
        carried(),
    )
    columns = tables.headings(("state", "source", "silent", "sentence", "received", "new", "revisions", "duplicates"))
    columns |= tables.headings(("quarantined", "dropped", "held", "stage", "carries", "complete_to", "kind"))
    columns |= {"silent": tr("Newest, ago"), "sentence": tr("Verdict")}
    tables.show(told, "data_sources", columns, zone=now.plant.zone, rows=10, marked="state")
    with st.expander(tr("Books by hour of arrival, last two days"), key="data_books_open"):
        columns = tables.headings(("hour", "source", "received", "new", "revisions", "duplicates"))
        columns |= tables.headings(("quarantined", "dropped"))
        hours = books_table(now.store, sources)
        tables.show(hours, "data_books", columns, zone=now.plant.zone, rows=8, empty=tr("Nothing came in two days."))


def _books(table: pl.DataFrame) -> markup.Fact:
    """Say whether every received record is accounted for."""
    note = tr("received = sum of the five")
    if table["balanced"].all():
        return markup.Fact(tr("Books"), tr("✓ balance"), note=note)
    return markup.Fact(tr("Books"), tr("■ do not balance"), note=note, state="act")


def _quarantine(sources: Sequence[Source], now: Here) -> None:
    held = quarantine_table(now.store, sources, now.plant.zone)
    note = tr("kept raw until someone decides; choose rows, then replay or dismiss")
    st.html(markup.heading(tr("Quarantine"), note))
    columns = tables.headings(("source", "origin", "offset", "reason", "message", "raw", "last_seen", "count"))
    empty = tr("Nothing is held: everything that arrived could be read.")
    told = held.with_columns(reasons(), *delivered(held, "message"))
    rows = tables.show(told, "data_quarantine", columns, zone=now.plant.zone, rows=8, select="many", empty=empty)
    if not rows:
        return
    ids = [int(i) for i in held["id"].gather(rows)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        why = st.text_input(tr("Reason"), key="quarantine_why", placeholder=tr("for the audit trail"), width=360)
        if st.button(tr("Replay {n}", n=len(ids)), key="quarantine_replay"):
            words = ntr("Asked to read {n} piece again.", "Asked to read {n} pieces again.", len(ids))
            attempt(lambda: replay_quarantine(now.store, now.actor, ids, why), words)
            st.rerun()
        if st.button(tr("Dismiss {n}", n=len(ids)), key="quarantine_dismiss"):
            words = tr("{n} dismissed by {who}.", n=len(ids), who=now.actor.name)
            attempt(lambda: dismiss_quarantine(now.store, now.actor, ids, why), words)
            st.rerun()


def _gaps(sources: Sequence[Source], now: Here) -> None:
    st.html(markup.heading(tr("Gaps"), tr("stretches in which nothing can be shown to be missing or not")))
    gaps = gaps_table(now.store, sources)
    if gaps.height:
        say(gaps_sentence(gaps))
    columns = tables.headings(("state", "source", "start", "end", "hours", "missed", "cause", "text"))
    columns |= tables.headings(("filled", "author", "closed"))
    told = gaps.with_columns(stretches(), causes(), *as_recorded(gaps, "text"), *delivered(gaps, "filled"))
    tables.show(told, "data_gaps", columns, zone=now.plant.zone, rows=6, empty=tr("No gap is known."))
