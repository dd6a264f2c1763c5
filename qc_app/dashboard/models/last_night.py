"""What ran last night, against what should have: a part of the page models."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, say
from qc_app.language import later, tr
from qc_app.views import local, night_account

_STATE = {"failed": "watch", "missing": "act"}
_WORD = {
    "failed": later("■ failed"),
    "missing": later("▲ not done"),
    "running": later("running"),
    "done": later("✓ done"),
    "quiet": later("nothing new"),
}


def last_night(now: Here) -> None:
    """Show the newest night: the line, then a row a stage with its cause in words."""
    found = night_account(now.store, now.plant, datetime.now(UTC))
    zone = now.plant.zone
    following = local(found.next_due, zone)
    note = tr("next {moment}", moment=following)
    if found.due:
        due, by = local(found.due, zone), local(found.report_by, zone)
        note = tr("due {due}, must have reported by {by}; next {moment}", due=due, by=by, moment=following)
    st.html(markup.heading(tr("Last night"), note))
    say(found.sentence, _STATE.get(found.status, "watch" if found.troubled else ""))
    words = {code: tr(word) for code, word in _WORD.items()}
    told = found.rows.with_columns(
        pl.col("state").replace_strict(words, default="?"), pl.col("stage").replace({"plant": tr("plant")})
    )
    columns = tables.headings(("state", "stage", "line", "done", "expected", "failed", "seconds", "cause"))
    columns |= {"done": tr("Steps done")}
    tables.show(told, "models_night", columns, zone=zone, rows=8, marked="state", empty=tr("No night was due yet."))
