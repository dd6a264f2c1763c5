"""Capability six-pack: what the process can do."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard import markup, pictures, tables
from qc_app.dashboard.session import Here, guarded, inks, pick_one, say
from qc_app.dashboard.spc import picture
from qc_app.language import later, tr
from qc_app.views.spc import StudyView, study_view

METHODS = {
    "normal": later("Normal distribution"),
    "auto": later("Chosen by the data"),
    "fitted": later("Best fit"),
    "percentiles": later("Percentiles"),
    "box-cox": later("Box-Cox"),
}


@guarded
def section(now: Here, stage: str, what: str) -> None:
    """Show the capability study of results; a defect has none but its share."""
    of = now.plant.stage(stage).characteristic(what)
    if of.kind == "continuous":
        st.html(markup.heading(tr("Capability"), tr("with intervals; believed only where the chart is stable")))
        _capability(now, stage, what)


@guarded
def _capability(now: Here, stage: str, what: str) -> None:
    method = pick_one("method", tr("Distribution"), tuple(METHODS), words={m: tr(word) for m, word in METHODS.items()})
    view = study_view(now.store, now.plant, stage, what, method)
    say(_sentences(view.sentence[:1].upper() + view.sentence[1:], view.ppm), "" if view.stable else "watch")
    if view.warnings:
        say(_sentences(*(w[0].upper() + w[1:] for w in view.warnings)))
    left, middle, right = st.columns([4, 4, 3], gap="medium")
    with left:
        _histogram(view)
    with middle:
        _plot(view)
    with right:
        _indices(view)


def _sentences(*told: str) -> str:
    return " ".join(tr("{told}.", told=one) for one in told)


def _title(view: StudyView) -> str:
    of = view.characteristic
    return f"{of.name} ({of.unit})" if of.unit else of.name


def _histogram(view: StudyView) -> None:
    of = view.characteristic
    if view.bars.height:
        drawn = picture.histogram(view, (of.lower, of.target, of.upper), _title(view), inks())
        pictures.show(drawn, "spc_histogram")
        st.html(markup.legend_of([("ink", "—", tr("spread overall")), ("ink", "··", tr("spread within"))]))


def _plot(view: StudyView) -> None:
    if view.plot.height:
        pictures.show(picture.probability(view, _title(view), inks()), "spc_probability")
        st.html(markup.legend_of([("ink", "●", tr("results")), ("faint", "▮", tr("band of the distribution"))]))


def _indices(view: StudyView) -> None:
    columns = {
        "index": tr("Index"),
        "value": tables.number(tr("Value"), 2),
        "lower": tables.number(tr("from"), 2),
        "upper": tables.number(tr("to"), 2),
    }
    tables.show(view.indices, "spc_indices", columns, rows=7, empty=tr("All values are equal: there is no index."))
