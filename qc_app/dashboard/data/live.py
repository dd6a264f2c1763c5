"""Live sources on the Data page: connections, counts, and the age of the newest value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here
from qc_app.language import tr
from qc_app.views import Source, age, live_table, state_word
from qc_app.views.data.words import links


def live_part(sources: Sequence[Source], now: Here) -> None:
    """Show how the live ones among `sources` stand; nothing where there are none."""
    wall = datetime.now(UTC)
    table = live_table(now.store, sources, wall)
    if table.is_empty():
        return
    st.html(
        markup.heading(tr("Live sources"), tr("what speaks by itself; kept on disk first, then read like the others"))
    )
    at = now.store.clock.now()
    told = table.with_columns(
        pl.Series("state", [state_word(s) for s in table["state"]], pl.String),
        pl.Series("for", [age(t, wall) for t in table["since"]], pl.String),
        pl.Series("newest", [age(t, at) for t in table["last_value"]], pl.String),
        links(),
    )
    columns = tables.headings(("state", "source", "link", "for", "newest", "kept", "refused", "dropped", "connects"))
    columns |= {"newest": tr("Newest value, ago"), "spool_mb": tr("Spool, MiB"), "words": tr("What it says")}
    columns |= tables.headings(("kind", "stage"))
    tables.show(told, "data_live", columns, zone=now.plant.zone, rows=6, marked="state")
