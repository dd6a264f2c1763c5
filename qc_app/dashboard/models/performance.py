"""Models page, its middle: realised beside estimated error over time, and every score with its band."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, pictures, tables
from qc_app.dashboard.charts import performance_chart
from qc_app.dashboard.session import Here, inks, say
from qc_app.language import later, tr
from qc_app.views import PerformanceView, figure, interval, percent

_MARKS = [
    ("ink", "●", later("realised, band by lot")),
    ("model", "○", later("estimated before labels came, in its band")),
    ("faint", "┄", later("by the stage's mean")),
]

_TOLD = {"score": pl.String, "value": pl.String, "band": pl.String}


def performance(view: PerformanceView, now: Here) -> None:
    """Show how good the predictions are, and how good they are thought to be where no label came yet."""
    st.html(markup.heading(tr("How good it is"), tr("realised: what was said before the label was known")))
    say(view.sentence[:1].upper() + view.sentence[1:], "watch" if view.estimate.get("refusal") else "")
    left, right = st.columns(2, gap="medium")
    with left:
        if view.series.height:
            unit = view.characteristic.unit
            pictures.show(performance_chart(view.series, unit, inks(), now.plant.zone), "perf_chart")
            st.html(markup.legend_of([(ink, mark, tr(word)) for ink, mark, word in _MARKS]))
        else:
            say(tr("The chart begins with the first night after units were predicted."))
    with right:
        _scores(view)


def _scores(view: PerformanceView) -> None:
    known = view.scores.drop_nulls("value")
    words = pl.DataFrame([_words(row) for row in known.iter_rows(named=True)], schema=_TOLD, orient="row")
    columns = {"score": tr("Score"), "value": tr("Value"), "band": tr("90 % band")}
    empty = tr("No label came yet of a unit that had been predicted.")
    tables.show(words, "perf_scores", columns, rows=9, empty=empty)


def promised() -> str:
    """Return how many of the results an interval has to hold, in words."""
    return tr("promised {share}", share=percent(0.9))


def _words(row: dict[str, Any]) -> tuple[str, str, str]:
    value, lower, upper = row["value"], row["lower"], row["upper"]
    if row["share"]:
        return row["score"], percent(value), f"{percent(lower)} – {percent(upper)}" if lower is not None else "–"
    places = max(2, 1 - math.floor(math.log10(abs(value)))) if value else 2
    return row["score"], figure(value, places), interval(lower, upper, places)
