"""Whether there are too many alarms: rates against what people can answer, and which alarms are the problem."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, say
from qc_app.views import AlarmReport, alarm_report, local, percent, span

_DAYS = [1, 7, 30]
_SHOWN_FLOODS = 3


def report_here(now: Here) -> None:
    """Show the report of a window that the person chooses."""
    days = st.segmented_control("Days", _DAYS, key="alarm_days", default=7, required=True)
    found = alarm_report(now.store, timedelta(days=int(days or 7)))
    st.html(markup.facts(_facts(found)))
    say(found.rates.verdict[0].upper() + found.rates.verdict[1:] + ".", "watch" if found.rates.floods else "")
    for flood in found.rates.floods[-_SHOWN_FLOODS:]:
        zone = now.plant.zone
        say(f"Flood of {flood.count} alarms from {local(flood.start, zone)} to {local(flood.end, zone)}.", "watch")
    rows = pl.DataFrame(
        [(kind.replace("_", " "), stage or "plant", *rest) for kind, stage, *rest in found.rows],
        schema={"kind": pl.String, "stage": pl.String, "subject": pl.String, "rang": pl.Int64, "remark": pl.String},
        orient="row",
    )
    empty = "No alarm rang in this time."
    columns = tables.headings(("rang", "kind", "stage", "subject", "remark"))
    tables.show(rows, "alarms_report", columns, zone=now.plant.zone, rows=10, empty=empty)


def _facts(found: AlarmReport) -> list[markup.Fact]:
    r = found.rates
    answer = span(r.answer_s) if r.answer_s is not None else "–"
    return [
        markup.Fact("Rang", str(r.rung), note="alarms that asked for a person"),
        markup.Fact("In 10 minutes", f"{r.per_slot:.2g}", note="about 1 is acceptable"),
        markup.Fact(
            "Most in 10 minutes", str(r.peak), note="more than 10 is a flood", state="watch" if r.floods else ""
        ),
        markup.Fact("Time in floods", percent(r.in_flood), note="less than 1 % is asked for"),
        markup.Fact("High", percent(r.priorities["high"]), note="about 5 % is usual"),
        markup.Fact("Acknowledged after", answer, note="median"),
        markup.Fact("Nuisance", str(len(r.nuisance)), note=f"{len(r.chattering)} chatter, {len(r.stale)} stale"),
    ]
