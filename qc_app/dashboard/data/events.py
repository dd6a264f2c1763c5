"""Events on the Data page: what is noted, what its time touched, and a note by hand."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import add_event, event_kinds
from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, attempt, say
from qc_app.language import bound, tr
from qc_app.views import events_table, span_of_event, touched_table
from qc_app.views.data.words import event_word, events


def events_part(stages: list[str], now: Here) -> None:
    """Show the events of some stages."""
    note = tr("marks on the time axes, last 90 days; choose one to see the units it touched")
    st.html(markup.heading(tr("Events"), note))
    columns = tables.headings(("at", "stage", "kind", "text", "author"))
    empty = tr("No event is noted. Note tool changes and maintenance: they explain what the charts show.")
    found = events_table(now.store, set(stages))
    told = found.with_columns(events(found))
    chosen = tables.show(
        told,
        "data_events",
        columns,
        zone=now.plant.zone,
        rows=6,
        select="one",
        empty=empty,
    )
    with st.popover(tr("Note an event"), key="event_open"):
        stage = st.selectbox(tr("Stage"), stages, key="event_stage")
        kind = st.selectbox(tr("Kind"), event_kinds(now.plant), key="event_kind", format_func=bound(event_word))
        text = st.text_input(tr("What happened"), key="event_text", max_chars=300)
        if st.button(tr("Note it"), key="event_go"):
            attempt(lambda: add_event(now.store, now.actor, stage, kind, text), tr("Noted."))
            st.rerun()
    if chosen:
        event = found.row(chosen[0], named=True)
        _touched(str(event["stage"]), int(event["id"]), str(event["text"]), now)


def _touched(stage: str, event: int, text: str, now: Here) -> None:
    """Show the units made until the next event of the kind, and all that was made of them."""
    note = tr("{stage}: {text}; until the next event of its kind, down the line", stage=stage, text=text)
    st.html(markup.heading(tr("Units it touched"), note))
    since, until = span_of_event(now.store, stage, event)
    if now.store.lake.span(stage) is None:
        say(tr("The stage has no unit yet."))
        return
    found = touched_table(now.store, now.plant, stage, since=since, until=until)
    columns = tables.headings(("stage", "unit_id", "t_event", "quality", "via"))
    columns |= {"unit_id": tr("Unit"), "t_event": tr("Made"), "via": tr("Made of")}
    tables.show(found, "data_touched", columns, zone=now.plant.zone, rows=8, marked="quality")
