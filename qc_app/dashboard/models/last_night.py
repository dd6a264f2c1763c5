"""What ran last night, against what should have: a part of the page models."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, say
from qc_app.views import local, night_account

_STATE = {"failed": "watch", "missing": "act"}
_WORD = {"failed": "■ failed", "missing": "▲ not done", "running": "running", "done": "✓ done", "quiet": "nothing new"}


def last_night(now: Here) -> None:
    """Show the newest night: the line, then a row a stage with its cause in words."""
    found = night_account(now.store, now.plant, datetime.now(UTC))
    zone = now.plant.zone
    due = f"due {local(found.due, zone)}, must have reported by {local(found.report_by, zone)}; " if found.due else ""
    st.html(markup.heading("Last night", f"{due}next {local(found.next_due, zone)}"))
    say(found.sentence, _STATE.get(found.status, "watch" if found.troubled else ""))
    told = found.rows.with_columns(pl.col("state").replace_strict(_WORD, default="?"))
    columns = tables.headings(("state", "stage", "line", "done", "expected", "failed", "seconds", "cause"))
    columns |= {"done": "Steps done", "failed": "Failed"}
    tables.show(told, "models_night", columns, zone=zone, rows=8, marked="state", empty="No night was due yet.")
