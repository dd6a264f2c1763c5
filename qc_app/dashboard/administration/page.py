"""Administration: who did what, who may come in, and is the program well."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import see_administration
from qc_app.dashboard.administration.health import health_part
from qc_app.dashboard.administration.people import people_part
from qc_app.dashboard.administration.trail import trail_part
from qc_app.dashboard.session import guarded, here, top
from qc_app.language import tr


@guarded
def page() -> None:
    """Show what is wrong with the program first, then accounts, the trail, and the settings in force."""
    now = here()
    top(tr("Administration"), now)
    see_administration(now.store, now.actor)
    health_part(now)
    people, trail = st.tabs([tr("Accounts"), tr("Audit trail")], key="administration_tabs")
    with people:
        people_part(now)
    with trail:
        trail_part(now)
