"""Labels: what should be measured next, and entering what was."""

from __future__ import annotations

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.labels.entry import enter_here
from qc_app.dashboard.labels.queue import outlook_here, queue_here
from qc_app.dashboard.session import Here, guarded, here, pick_characteristic, pick_stage, top
from qc_app.views import LabelsView, figure, label_history, labels_view, specification


@guarded
def page() -> None:
    """Show the queue, the entry form and the known results."""
    now = here()
    top("Labels", now)
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
    return [
        markup.Fact("Results known", f"{view.known:,}"),
        markup.Fact("Results owed", str(view.owed), note="units that inspection still has to report"),
        markup.Fact(
            "Specification", limits, what.unit, f"target {figure(what.target, view.places)}" if what.target else ""
        ),
        markup.Fact(
            "A label may come", f"{view.window_days} d", note="after its unit; a later one is kept and not learned from"
        ),
    ]


def _results(view: LabelsView, now: Here, stage: str) -> None:
    st.html(markup.heading("Known results", "choose one to see its history; enter the unit again to correct it"))
    columns = {
        "unit_id": "Unit",
        "value": tables.number("Value", view.places, view.characteristic.unit),
        "note": "Note",
        "t_measured": "Measured",
        "t_known": "Known since",
        "asked": "Asked for",
        "source": "Source",
        "author": "By",
    }
    told = view.results.with_columns(
        pl.when("out")
        .then(pl.lit("■ out of specification"))
        .when("late")
        .then(pl.lit("▲ too late: not learned from"))
        .otherwise(pl.lit(""))
        .alias("note"),
        pl.col("picked").replace({"chosen": "by the queue", "drawn": "◆ at random"}).alias("asked"),
    )
    empty = "No result is known yet. Enter the first above: from about three on the stage gets its own model."
    rows = tables.show(
        told, "labels_results", columns, zone=now.plant.zone, rows=10, select="one", marked="note", empty=empty
    )
    if rows:
        unit = view.results["unit_id"][rows[0]]
        st.html(markup.heading(f"History of {unit}", "nothing is overwritten"))
        history = label_history(now.store, stage, view.characteristic.name, unit)
        tables.show(history, "labels_history", {**columns, "note": "Note"}, zone=now.plant.zone, rows=6)
