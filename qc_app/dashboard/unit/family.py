"""Family of a unit: what it was made of, and what was made of it."""

from __future__ import annotations

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here
from qc_app.language import tr
from qc_app.views import family_view

_ROWS = 6


def family(now: Here, stage: str, unit: str) -> None:
    """Show where the unit came from and what became of it; nothing where no stage is linked to another."""
    found = family_view(now.store, now.plant, stage, unit)
    if found.up.is_empty() and found.down.is_empty():
        return
    _shown(found.up, tr("Made of"), "unit_up", tr("No unit further up is known."), now)
    _shown(found.down, tr("What was made of it"), "unit_down", tr("Nothing is known to be made of it yet."), now)


def _shown(found: pl.DataFrame, title: str, key: str, empty: str, now: Here) -> None:
    st.html(markup.heading(title, tr("over all stages; the nearest first")))
    columns = tables.headings(("hops", "stage", "unit_id", "quality", "t_event", "known_by", "via"))
    columns |= {"hops": tr("Steps"), "unit_id": tr("Unit"), "t_event": tr("Made"), "via": tr("From")}
    tables.show(found, key, columns, zone=now.plant.zone, rows=_ROWS, marked="quality", empty=empty)
