"""Details of a unit: contributions, moves, precedents, sisters."""

from __future__ import annotations

import streamlit as st

from qc_app.dashboard import charts, markup, pictures, tables
from qc_app.dashboard.session import inks, say
from qc_app.views import CAVEAT, UnitView, percent

_FEW_SISTERS = 6


def contributions(view: UnitView) -> None:
    """Show what each parameter adds to the prediction."""
    if view.explanation is None:
        return
    content, scale = view.explanation.content, view.scale
    how = "all orders counted" if content["exact"] else f"sampled, standard error at most {_error(view)}"
    st.html(markup.heading("What makes the difference", f"from {scale.value(content['base'])} of usual units; {how}"))
    if not view.parts.height:
        say("No parameter is used: the level of the stage answers.")
        return
    title = f"adds to the prediction ({scale.unit})" if scale.unit else "adds to the prediction"
    pictures.show(charts.parts_chart(view.parts, title, inks()), "unit_parts")
    if view.parts["unusual"].any():
        st.html(markup.legend_of([("watch", "▲ ■", "the parameter itself is unusual"), ("faint", "■", "usual")]))


def _error(view: UnitView) -> str:
    worst = max(p["error"] for p in view.explanation.content["parts"]) if view.explanation else 0.0
    return view.scale.change(worst).removeprefix("+")


def moved(view: UnitView) -> None:
    """Show what the model would say with one parameter elsewhere."""
    st.html(
        markup.heading("If one parameter were elsewhere", "at the lower and the upper quartile of the stage's units")
    )
    scale = view.scale
    columns = {
        "parameter": "Parameter",
        "now": "This unit",
        "to": "Set to",
        "mean": tables.number("Predicted", scale.decimals, scale.unit),
        "interval": "Interval",
        "change": tables.number("Change", scale.fine),
    }
    tables.show(
        view.moves, "unit_moves", columns, rows=8, empty="The model looks at no parameter here: nothing moves it."
    )
    if view.moves.height:
        say(CAVEAT)


def precedents(view: UnitView, zone: str) -> None:
    """Show the nearest measured units and what became of them."""
    if view.explanation is None:
        return
    weighted = view.explanation.content["weighted"]
    st.html(
        markup.heading("Nearest measured units", "in what moves the prediction" if weighted else "in all parameters")
    )
    scale = view.scale
    columns = {
        "unit_id": "Unit",
        "measured": "Measured",
        "note": "Note",
        "distance": tables.number("Distance", scale.fine, scale.unit if weighted else "sd"),
        "t_event": "Time",
    }
    empty = "No unit of this stage is measured yet."
    tables.show(view.near, "unit_near", columns, zone=zone, rows=5, marked="note", empty=empty)


def sisters(view: UnitView) -> None:
    """Show which sister stages the model believes."""
    if view.explanation is None:
        return
    found = view.explanation.content["sisters"]
    st.html(markup.heading("Sister stages believed", "share of the model that was learned there"))
    if not found:
        say("None: own data only.")
        return
    lines = [markup.line("", percent(share), str(stage)) for stage, share in found[:_FEW_SISTERS]]
    st.html("".join(lines))
    if len(found) > _FEW_SISTERS:
        say(f"and {len(found) - _FEW_SISTERS} more")
