"""Details of the drift page: both distributions of what was tested, and how far each grade or recipe moved."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.drift_charts import distributions_chart
from qc_app.dashboard.pictures import show
from qc_app.dashboard.session import inks
from qc_app.views import DriftView


def pictures(view: DriftView) -> None:
    """Show before and now of the verdicts with the largest effect."""
    if not view.drawn:
        return
    st.html(markup.heading("Before and now", "shares of units; the largest effect first"))
    marks = [("faint", "■", "before"), ("ink", "—", "now"), ("soft", "┆", "medians")]
    st.html(markup.legend_of(marks))
    with st.grid(3, min_column_width=320, gap="small"):
        for n, one in enumerate(view.drawn):
            with st.container(key=f"drift_picture_{n}", gap=None):
                sign = "▲ " if one.report.matters else ""
                before, now = one.counts
                st.html(markup.heading(f"{sign}{one.report.subject}", f"{before:,} units before, {now:,} now"))
                chart = distributions_chart(one.bins, one.medians, one.unit, inks())
                show(chart, f"drift_chart_{n}")


def contexts(view: DriftView) -> None:
    """Show how far the first verdict with contexts moved in each of them."""
    found = [one for one in view.drawn if one.contexts.height]
    if not found:
        return
    by = view.stage.context or "grade or recipe"
    st.html(markup.heading("At equal context", f"by {by}; medians, shift in standard deviations"))
    names = [one.report.subject for one in found]
    chosen = st.segmented_control("Parameter", names, default=names[0], key="drift_context", required=True)
    one = found[names.index(chosen)]
    columns = {
        "context": "Context",
        "n": "Units now",
        "before": f"Before ({one.unit})" if one.unit else "Before",
        "now": f"Now ({one.unit})" if one.unit else "Now",
        "shift": tables.number("Shift, sd", 2),
    }
    tables.show(one.contexts, "drift_contexts", columns, rows=6)
