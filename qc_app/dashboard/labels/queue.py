"""What to measure next: the list with its reasons, a sheet to print, and what more labels would bring."""

from __future__ import annotations

import polars as pl
import streamlit as st

from qc_app.dashboard import charts, markup, pictures, tables
from qc_app.dashboard.session import Here, inks, say
from qc_app.language import bound, tr
from qc_app.views import LabelsView, as_recorded, interval, local, recorded

_RANDOM = "◆ "


def queue_here(view: LabelsView, now: Here, stage: str) -> None:
    """Show the queue as the night wrote it, and offer it as a sheet to print."""
    st.html(
        markup.heading(
            tr("Measure next"), tr("where one result teaches most; ◆ drawn at random, to judge models fairly")
        )
    )
    n, unit = view.places, view.characteristic.unit
    (reason,) = as_recorded(view.queue, "reason")
    told = view.queue.with_columns(
        pl.Series(
            "interval", [interval(a, b, n) for a, b in view.queue.select("lower", "upper").iter_rows()], pl.String
        ),
        pl.when(pl.col("by_lot")).then(pl.lit(_RANDOM + tr("drawn at random"))).otherwise(reason).alias("why"),
    )
    columns = {
        "place": st.column_config.NumberColumn(tr("No"), format="%d", width=44),
        "unit_id": tr("Unit"),
        "mean": tables.number(tr("Predicted"), n, unit),
        "interval": st.column_config.TextColumn(tr("Interval"), alignment="right"),
        "teaches": tables.number(
            tr("Teaches"), 1, "%", tr("Share of what is not known of the stage that its result takes away")
        ),
        "why": st.column_config.TextColumn(tr("Why"), width="large"),
        "due": tr("Due until"),
        "t_event": tr("Made"),
    }
    empty = tr("Nothing to measure yet: the night writes this list once units wait for a result.")
    tables.show(told, "labels_queue", columns, zone=now.plant.zone, rows=10, empty=empty)
    if told.height:
        st.download_button(
            tr("Sheet to print"),
            bound(lambda: _sheet(view, now, stage)),
            f"measure-{stage}.html",
            "text/html",
            key="labels_sheet",
            type="tertiary",
        )


def outlook_here(view: LabelsView) -> None:
    """Show how the error would fall with more labels, or why that cannot be said."""
    if not view.outlook:
        return
    st.html(markup.heading(tr("More labels"), tr("typical error of a prediction; band: where it lies with 90 %")))
    say(recorded(view.outlook))
    if view.curve.height > 1:
        pictures.show(charts.learning_curve(view.curve, view.characteristic.unit, inks()), "labels_curve")


def _sheet(view: LabelsView, now: Here, stage: str) -> bytes:
    what, zone = view.characteristic, now.plant.zone
    rows = [
        (str(place), unit, local(made, zone), local(due, zone), f"{_RANDOM if lot else ''}{recorded(why)}")
        for place, unit, made, due, lot, why in view.queue.select(
            "place", "unit_id", "t_event", "due", "by_lot", "reason"
        ).iter_rows()
    ]
    asked = tr("measure {what}", what=f"{what.name} ({what.unit})" if what.unit else what.name)
    title = f"{now.plant.name} · {stage} · {asked}"
    below = tr("◆ drawn at random: please measure these too, models are judged by them.")
    below = f"{below} {recorded(view.outlook)}".rstrip()
    headings = (tr("No"), tr("Unit"), tr("Made"), tr("Due until"), tr("Why"), tr("Result"))
    return markup.sheet(title, headings, [(*row, "") for row in rows], below).encode()
