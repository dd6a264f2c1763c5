"""Details of the drift page: both distributions of what was tested, and how far each grade or recipe moved."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.charts import distributions_chart
from qc_app.dashboard.pictures import show
from qc_app.dashboard.session import inks
from qc_app.language import bound, tr
from qc_app.views import DriftView, subject_word


def pictures(view: DriftView) -> None:
    """Show before and now of the verdicts with the largest effect."""
    if not view.drawn:
        return
    st.html(markup.heading(tr("Before and now"), tr("shares of units; the largest effect first")))
    marks = [("faint", "■", tr("before")), ("ink", "—", tr("now")), ("soft", "┆", tr("medians"))]
    st.html(markup.legend_of(marks))
    with st.grid(3, min_column_width=320, gap="small"):
        for n, one in enumerate(view.drawn):
            with st.container(key=f"drift_picture_{n}", gap=None):
                sign = "▲ " if one.report.matters else ""
                before, now = one.counts
                counts = tr("{before} units before, {now} now", before=before, now=now)
                st.html(markup.heading(f"{sign}{subject_word(one.report.subject)}", counts))
                chart = distributions_chart(one.bins, one.medians, one.unit, inks())
                show(chart, f"drift_chart_{n}")


def contexts(view: DriftView) -> None:
    """Show how far the first verdict with contexts moved in each of them."""
    found = [one for one in view.drawn if one.contexts.height]
    if not found:
        return
    by = view.stage.context or tr("grade or recipe")
    note = tr("by {context}; medians, shift in standard deviations", context=by)
    st.html(markup.heading(tr("At equal context"), note))
    names = [one.report.subject for one in found]
    chosen = st.segmented_control(
        tr("Parameter"),
        names,
        default=names[0],
        key="drift_context",
        required=True,
        format_func=bound(subject_word),
    )
    one = found[names.index(chosen)]
    before, now = (f"{word} ({one.unit})" if one.unit else word for word in (tr("Before"), tr("Now")))
    columns = {
        "context": tr("Context"),
        "n": tr("Units now"),
        "before": before,
        "now": now,
        "shift": tables.number(tr("Shift, sd"), 2),
    }
    tables.show(one.contexts, "drift_contexts", columns, rows=6)
