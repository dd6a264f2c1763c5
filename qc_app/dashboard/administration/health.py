"""Whether the program is well: store, disk, scheduler, sources; and which settings are in force."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here
from qc_app.language import tr
from qc_app.views import health, settings_table


def health_part(now: Here) -> None:
    """Show each part with its state in words; the settings on demand."""
    checks = health(now.store, now.plant)
    st.html(markup.facts(markup.Fact(c.part, c.figure, note=c.words, state=c.state) for c in checks))
    with st.expander(tr("Settings in force"), key="administration_settings"):
        shown = settings_table(now.store)
        tables.show(shown, "settings", tables.headings(("setting", "value", "given_by")), rows=shown.height)
