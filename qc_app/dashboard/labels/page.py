"""Labels: what should be measured next, and entering what was."""

from __future__ import annotations

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.labels.entry import enter_here
from qc_app.dashboard.labels.queue import outlook_here, queue_here
from qc_app.dashboard.session import Here, guarded, here, pick_characteristic, pick_stage, top
from qc_app.language import count, tr
from qc_app.views import LabelsView, figure, label_history, labels_view, specification


@guarded
def page() -> None:
    """Show the queue, the entry form and the known results."""
    now = here()
    top(tr("Labels"), now)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage = pick_stage(now)
        what = pick_characteristic(now, stage)
    view = labels_view(now.store, now.plant, stage, what)
    st.html(markup.facts(_facts(view)))
    left, right = st.columns([7, 5], gap="medium")
    with left:
        queue_here(view, now, stage)
        outlook_here(view)
    with right:
        enter_here(view, now, stage)
    _results(view, now, stage)


def _facts(view: LabelsView) -> list[markup.Fact]:
    what = view.characteristic
    limits = specification(what, view.places)
    target = tr("target {value}", value=figure(what.target, view.places)) if what.target else ""
    window = tr("{n} d", n=view.window_days)
    return [
        markup.Fact(tr("Results known"), count(view.known)),
        markup.Fact(tr("Results owed"), count(view.owed), note=tr("units that inspection still has to report")),
        markup.Fact(tr("Specification"), limits, what.unit, target),
        markup.Fact(
            tr("A label may come"), window, note=tr("after its unit; a later one is kept and not learned from")
        ),
    ]


def _results(view: LabelsView, now: Here, stage: str) -> None:
    st.html(
        markup.heading(tr("Known results"), tr("choose one to see its history; enter the unit again to correct it"))
    )
    columns = {
        "unit_id": tr("Unit"),
        "value": tables.number(tr("Value"), view.places, view.characteristic.unit),
        "note": tr("Note"),
        "t_measured": tr("Measured at"),
        "t_known": tr("Known since"),
        "asked": tr("Asked for"),
        "source": tr("Source"),
        "author": tr("By"),
    }
    told = view.results.with_columns(
        pl.when("out")
        .then(pl.lit(f"■ {tr('out of specification')}"))
        .when("late")
        .then(pl.lit(f"▲ {tr('too late: not learned from')}"))
        .otherwise(pl.lit(""))
        .alias("note"),
        pl.col("picked").replace({"chosen": tr("by the queue"), "drawn": f"◆ {tr('at random')}"}).alias("asked"),
    )
    empty = tr("No result is known yet. Enter the first above: from about three on the stage gets its own model.")
    rows = tables.show(
        told,
        "labels_results",
        columns,
        zone=now.plant.zone,
        rows=10,
        select="one",
        opens="unit_id",
        marked="note",
        empty=empty,
    )
    if rows:
        unit = view.results["unit_id"][rows[0]]
        st.html(markup.heading(tr("History of {unit}", unit=unit), tr("nothing is overwritten")))
        history = label_history(now.store, stage, view.characteristic.name, unit)
        tables.show(history, "labels_history", {**columns, "note": tr("Note")}, zone=now.plant.zone, rows=6)
