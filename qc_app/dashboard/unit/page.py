"""Unit: why this unit is what the model says it is."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import request_explanation
from qc_app.dashboard import markup
from qc_app.dashboard.session import (
    Here,
    attempt,
    guarded,
    here,
    outcome,
    pick_characteristic,
    pick_stage,
    pick_unit,
    say,
    top,
)
from qc_app.dashboard.unit.causes import up_the_line
from qc_app.dashboard.unit.details import contributions, moved, precedents, sisters
from qc_app.dashboard.unit.disposition import disposition
from qc_app.dashboard.unit.family import family
from qc_app.views import SHORT, UnitView, age, figure, local, specification, state_word, unit_choices, unit_view

EVERY_S = 3
_WAITS = {"open": "The scheduler is asked to explain this unit; it appears here by itself.",
          "taken": "The scheduler explains this unit now; it appears here by itself."}  # fmt: skip


@guarded
def page() -> None:
    """Show one unit."""
    now = here()
    top("Unit", now)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage = pick_stage(now)
        what = pick_characteristic(now, stage)
        unit = pick_unit(unit_choices(now.store, now.plant, stage, what))
    if not unit:
        say(f"No unit of {stage} is predicted yet. Look at the Data page whether it arrives; a night makes the model.")
        return
    _live(now, stage, what, unit)
    disposition(now, stage, unit)
    family(now, stage, unit)


@st.fragment(run_every=EVERY_S)
@guarded
def _live(now: Here, stage: str, what: str, unit: str) -> None:
    outcome()
    view = unit_view(now.store, now.plant, stage, what, unit)
    st.html(_verdict(view))
    st.html(markup.facts(_facts(view, now)))
    _asking(view, now)
    if view.explanation is None:
        up_the_line(view, now)
        return
    left, right = st.columns([7, 5], gap="medium")
    with left:
        contributions(view)
        moved(view)
    with right:
        precedents(view, now.plant.zone)
        sisters(view)
    up_the_line(view, now)


def _verdict(view: UnitView) -> str:
    if not view.sentences:
        told = "" if view.prediction else " The lake holds no prediction of such a unit: check the id."
        return markup.line(view.state, state_word(view.state), f"{view.told}. Not explained yet.{told}")
    (_, first), *more = view.sentences
    lines = [markup.line(view.state, state_word(view.state), f"{view.told}. {first}")]
    return "".join([*lines, *(markup.line("", word, sentence) for word, sentence in more)])


def _facts(view: UnitView, now: Here) -> list[markup.Fact]:
    p, what, scale = view.prediction, view.characteristic, view.scale
    domain = {True: "inside", False: "outside", None: "–"}[p.get("in_domain")]
    level = f"{scale.between(p['lower'], p['upper'])} with {100 * p['level']:.0f} %" if p else ""
    bad = "act" if view.state == "act" else ""
    strange = "watch" if (p.get("anomaly") or 0.0) > 0.99 else ""
    return [
        markup.Fact("Predicted", scale.value(p.get("mean")), note=level, state=bad),
        markup.Fact(
            "Measured", scale.measured(view.measured), note="" if view.measured is not None else "not measured yet"
        ),
        markup.Fact("Specification", specification(what, scale.places), what.unit),
        markup.Fact("Domain", domain, note="where the model was shown to work"),
        markup.Fact("Anomaly", _rarity(p.get("anomaly")), note="of normal units are less abnormal", state=strange),
        markup.Fact("Answered by", str(p.get("tier", "none")), note=_model(view, now)),
        markup.Fact(
            "Made", local(p.get("t_event"), now.plant.zone)[:16], note=local(p.get("t_event"), now.plant.zone)[17:]
        ),
    ]


def _rarity(anomaly: float | None) -> str:
    return "–" if anomaly is None else f"{figure(100 * anomaly, 1)} %"


def _model(view: UnitView, now: Here) -> str:
    model = view.model
    if model is None:
        return str(view.prediction.get("model_id", ""))[:SHORT]
    return f"{model.id[:SHORT]}, {age(model.cutoff, now.store.clock.now())} old, {model.n_labels} labels"


def _asking(view: UnitView, now: Here) -> None:
    """Offer to ask for the explanation, say that it is on its way, or that it is of another model."""
    asked, found = view.request, view.explanation
    if asked is not None and asked.state in _WAITS:
        say(_WAITS[asked.state], "info")
        return
    if asked is not None and asked.state == "failed" and (found is None or found.at < asked.at):
        say(asked.sentence, "act")
    stale = found is not None and view.prediction.get("model_id") not in {None, found.model_id}
    if stale and found is not None:
        say(
            f"Explained by model {found.model_id[:SHORT]}; the prediction is of another. Ask again for the newest.",
            "watch",
        )
    if found is None or stale:
        label = "Explain again" if stale else "Explain this unit"
        if st.button(label, key="unit_explain", help="The scheduler does it, in seconds"):
            attempt(lambda: _ask(view, now), "Asked: it appears here by itself.")
            st.rerun()


def _ask(view: UnitView, now: Here) -> object:
    return request_explanation(now.store, now.actor, view.stage.id, view.characteristic.name, view.unit_id)
