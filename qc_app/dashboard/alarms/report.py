"""Whether there are too many alarms: rates against what people can answer, and which alarms are the problem."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.session import Here, say
from qc_app.language import count, figures_of, tr
from qc_app.views import AlarmReport, alarm_kind, alarm_report, local, percent, span

_DAYS = [1, 7, 30]
_SHOWN_FLOODS = 3


def report_here(now: Here) -> None:
    """Show the report of a window that the person chooses."""
    days = st.segmented_control(tr("Days"), _DAYS, key="alarm_days", default=7, required=True)
    found = alarm_report(now.store, timedelta(days=int(days or 7)))
    st.html(markup.facts(_facts(found)))
    say(found.rates.verdict[0].upper() + found.rates.verdict[1:] + ".", "watch" if found.rates.floods else "")
    for flood in found.rates.floods[-_SHOWN_FLOODS:]:
        zone = now.plant.zone
        words = tr(
            "Flood of {n} alarms from {start} to {end}.",
            n=flood.count,
            start=local(flood.start, zone),
            end=local(flood.end, zone),
        )
        say(words, "watch")
    rows = pl.DataFrame(
        [(alarm_kind(kind), stage or tr("plant"), *rest) for kind, stage, *rest in found.rows],
        schema={"kind": pl.String, "stage": pl.String, "subject": pl.String, "rang": pl.Int64, "remark": pl.String},
        orient="row",
    )
    empty = tr("No alarm rang in this time.")
    columns = tables.headings(("rang", "kind", "stage", "subject", "remark"))
    tables.show(rows, "alarms_report", columns, zone=now.plant.zone, rows=10, empty=empty)


def _facts(found: AlarmReport) -> list[markup.Fact]:
    r = found.rates
    answer = span(r.answer_s) if r.answer_s is not None else "–"
    return [
        markup.Fact(tr("Rang"), count(r.rung), note=tr("alarms that asked for a person")),
        markup.Fact(tr("In 10 minutes"), figures_of(f"{r.per_slot:.2g}"), note=tr("about 1 is acceptable")),
        markup.Fact(
            tr("Most in 10 minutes"),
            count(r.peak),
            note=tr("more than 10 is a flood"),
            state="watch" if r.floods else "",
        ),
        markup.Fact(tr("Time in floods"), percent(r.in_flood), note=tr("less than 1 % is asked for")),
        markup.Fact(tr("High"), percent(r.priorities["high"]), note=tr("about 5 % is usual")),
        markup.Fact(tr("Acknowledged after"), answer, note=tr("median")),
        markup.Fact(
            tr("Nuisance"),
            count(len(r.nuisance)),
            note=tr("{chatter} chatter, {stale} stale", chatter=len(r.chattering), stale=len(r.stale)),
        ),
    ]
