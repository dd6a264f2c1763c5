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
from qc_app.language import later, ntr, per_cent, tr
from qc_app.views import (
    SHORT,
    UnitView,
    age,
    local,
    percent,
    recorded,
    specification,
    state_word,
    tier_word,
    unit_choices,
    unit_view,
)

EVERY_S = 3
_WAITS = {"open": later("The scheduler is asked to explain this unit; it appears here by itself."),
          "taken": later("The scheduler explains this unit now; it appears here by itself.")}  # fmt: skip


@guarded
def page() -> None:
    """Show one unit."""
    now = here()
    top(tr("Unit"), now)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage = pick_stage(now)
        what = pick_characteristic(now, stage)
        unit = pick_unit(unit_choices(now.store, now.plant, stage, what))
    if not unit:
        words = tr(
            "No unit of {stage} is predicted yet. Look at the Data page whether it arrives; a night makes the model.",
            stage=stage,
        )
        say(words)
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
    proved = markup.line("", tr("Measured"), view.proved) if view.proved else ""
    if not view.sentences:
        told = [tr("{state}. Not explained yet.", state=view.told)]
        told += [] if view.prediction else [tr("The lake holds no prediction of such a unit: check the id.")]
        return markup.line(view.state, state_word(view.state), " ".join(told)) + proved
    (_, first), *more = view.sentences
    lines = [markup.line(view.state, state_word(view.state), tr("{state}. {said}", state=view.told, said=first))]
    return "".join([*lines, proved, *(markup.line("", word, sentence) for word, sentence in more)])


def _facts(view: UnitView, now: Here) -> list[markup.Fact]:
    p, what, scale = view.prediction, view.characteristic, view.scale
    domain = {True: tr("inside"), False: tr("outside"), None: "–"}[p.get("in_domain")]
    level = (
        tr("{range} with {level}", range=scale.between(p["lower"], p["upper"]), level=percent(p["level"])) if p else ""
    )
    bad = "act" if view.state == "act" else ""
    strange = "watch" if (p.get("anomaly") or 0.0) > 0.99 else ""
    day, _, clock = local(p.get("t_event"), now.plant.zone).partition(" ") if p else ("–", "", "")
    return [
        markup.Fact(tr("Predicted"), scale.value(p.get("mean")), note=level, state=bad),
        markup.Fact(
            tr("Measured"),
            scale.measured(view.measured),
            note="" if view.measured is not None else tr("not measured yet"),
        ),
        markup.Fact(tr("Specification"), specification(what, scale.places), what.unit),
        markup.Fact(tr("Domain"), domain, note=tr("where the model was shown to work")),
        markup.Fact(
            tr("Anomaly"), _rarity(p.get("anomaly")), note=tr("of normal units are less abnormal"), state=strange
        ),
        markup.Fact(tr("Answered by"), tier_word(str(p.get("tier", "none"))), note=_model(view, now)),
        markup.Fact(tr("Made"), day, note=clock),
    ]


def _rarity(anomaly: float | None) -> str:
    return "–" if anomaly is None else per_cent(anomaly, 1)


def _model(view: UnitView, now: Here) -> str:
    model = view.model
    if model is None:
        return str(view.prediction.get("model_id", ""))[:SHORT]
    old = tr("{age} old", age=age(model.cutoff, now.store.clock.now()))
    return ", ".join((model.id[:SHORT], old, ntr("{n} label", "{n} labels", model.n_labels)))


def _asking(view: UnitView, now: Here) -> None:
    """Offer to ask for the explanation, say that it is on its way, or that it is of another model."""
    asked, found = view.request, view.explanation
    if asked is not None and asked.state in _WAITS:
        say(tr(_WAITS[asked.state]), "info")
        return
    if asked is not None and asked.state == "failed" and (found is None or found.at < asked.at):
        say(recorded(asked.sentence), "act")
    stale = found is not None and view.prediction.get("model_id") not in {None, found.model_id}
    if stale and found is not None:
        say(
            tr(
                "Explained by model {model}; the prediction is of another. Ask again for the newest.",
                model=found.model_id[:SHORT],
            ),
            "watch",
        )
    if found is None or stale:
        label = tr("Explain again") if stale else tr("Explain this unit")
        if st.button(label, key="unit_explain", help=tr("The scheduler does it, in seconds")):
            attempt(lambda: _ask(view, now), tr("Asked: it appears here by itself."))
            st.rerun()


def _ask(view: UnitView, now: Here) -> object:
    return request_explanation(now.store, now.actor, view.stage.id, view.characteristic.name, view.unit_id)
