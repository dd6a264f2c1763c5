"""Details of a unit: contributions, moves, precedents, sisters."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard import charts, markup, pictures, tables
from qc_app.dashboard.session import inks, say
from qc_app.language import tr
from qc_app.views import CAVEAT, UnitView, percent

_FEW_SISTERS = 6


def contributions(view: UnitView) -> None:
    """Show what each parameter adds to the prediction."""
    if view.explanation is None:
        return
    content, scale = view.explanation.content, view.scale
    how = (
        tr("all orders counted")
        if content["exact"]
        else tr("sampled, standard error at most {error}", error=_error(view))
    )
    st.html(
        markup.heading(
            tr("What makes the difference"),
            tr("from {base} of usual units; {how}", base=scale.value(content["base"]), how=how),
        )
    )
    if not view.parts.height:
        say(tr("No parameter is used: the level of the stage answers."))
        return
    title = charts.titled(tr("adds to the prediction"), scale.unit)
    pictures.show(charts.parts_chart(view.parts, title, inks()), "unit_parts")
    if view.parts["unusual"].any():
        st.html(
            markup.legend_of([("watch", "▲ ■", tr("the parameter itself is unusual")), ("faint", "■", tr("usual"))])
        )


def _error(view: UnitView) -> str:
    worst = max(p["error"] for p in view.explanation.content["parts"]) if view.explanation else 0.0
    return view.scale.change(worst).removeprefix("+")


def moved(view: UnitView) -> None:
    """Show what the model would say with one parameter elsewhere."""
    st.html(
        markup.heading(
            tr("If one parameter were elsewhere"), tr("at the lower and the upper quartile of the stage's units")
        )
    )
    scale = view.scale
    columns = {
        "parameter": tr("Parameter"),
        "now": tr("This unit"),
        "to": tr("Set to"),
        "mean": tables.number(tr("Predicted"), scale.decimals, scale.unit),
        "interval": tr("Interval"),
        "change": tables.number(tr("Change"), scale.fine),
    }
    tables.show(
        view.moves, "unit_moves", columns, rows=8, empty=tr("The model looks at no parameter here: nothing moves it.")
    )
    if view.moves.height:
        say(tr(CAVEAT))


def precedents(view: UnitView, zone: str) -> None:
    """Show the nearest measured units and what became of them."""
    if view.explanation is None:
        return
    weighted = view.explanation.content["weighted"]
    st.html(
        markup.heading(
            tr("Nearest measured units"), tr("in what moves the prediction") if weighted else tr("in all parameters")
        )
    )
    scale = view.scale
    columns = {
        "unit_id": tr("Unit"),
        "measured": tr("Measured"),
        "note": tr("Note"),
        "distance": tables.number(tr("Distance"), scale.fine, scale.unit if weighted else tr("sd")),
        "t_event": tr("Time"),
    }
    empty = tr("No unit of this stage is measured yet.")
    tables.show(view.near, "unit_near", columns, zone=zone, rows=5, marked="note", spare=("note",), empty=empty)


def sisters(view: UnitView) -> None:
    """Show which sister stages the model believes."""
    if view.explanation is None:
        return
    found = view.explanation.content["sisters"]
    st.html(markup.heading(tr("Sister stages believed"), tr("share of the model that was learned there")))
    if not found:
        say(tr("None: own data only."))
        return
    lines = [markup.line("", percent(share), str(stage)) for stage, share in found[:_FEW_SISTERS]]
    st.html("".join(lines))
    if len(found) > _FEW_SISTERS:
        say(tr("and {n} more", n=len(found) - _FEW_SISTERS))
