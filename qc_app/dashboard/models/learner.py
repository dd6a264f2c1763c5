"""Models page, its lower half: whether the learner itself is still good."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import may, request_run
from qc_app.dashboard import charts, markup, pictures, tables
from qc_app.dashboard.session import Here, attempt, inks, say
from qc_app.views import LearnerView, figure, learner_view, percent

_FEW = 5
_HELP = "Tries other settings on stages held out, for minutes; adopted only if the gate says so"


def learner(now: Here) -> None:
    """Show the learner's standing with its chart, whom it believes, and what was changed and why."""
    view = learner_view(now.store, now.plant)
    st.html(markup.heading("Is the learner itself still good?", "adapting, on labels that came after"))
    say(view.sentence[:1].upper() + view.sentence[1:], "watch" if view.state == "watch" else "")
    st.html(markup.facts(_facts(view)))
    left, right = st.columns([7, 5], gap="medium")
    with left:
        if view.points.height:
            pictures.show(charts.gain_chart(view.points, inks(), now.plant.zone), "learner_chart")
        else:
            say("The chart begins with the first eight labels that can be compared with what was said before.")
    with right:
        _shares(view)
        if may(now.actor, "request_run") and st.button("Search better settings", key="retune", help=_HELP):
            words = "Asked for a search: see its progress above, its verdict below."
            attempt(lambda: request_run(now.store, now.actor, "retune"), words)
            st.rerun()
    _tables(view, now)


def _facts(view: LearnerView) -> list[markup.Fact]:
    night = view.nights.row(0, named=True) if view.nights.height else {}
    labels = int(night.get("labels") or 0)
    return [
        markup.Fact("Error, adapted", figure(night.get("adapted"), 2), note=f"last night, {labels} labels, in spreads"),
        markup.Fact("Unadapted", figure(night.get("unadapted"), 2), note="the prior without the stage's labels"),
        markup.Fact("By the mean", figure(night.get("baseline"), 2), note="of the labels known before"),
        markup.Fact("Inside its interval", percent(night.get("coverage")), note="promised 90 %"),
        markup.Fact("Adapting took", figure(night.get("adapt_s"), 1), "s", "all stages, last night"),
        markup.Fact("Memory", figure(night.get("memory_mb"), 0), "MB", "most that the process held"),
    ]


def _shares(view: LearnerView) -> None:
    note = view.recipe or "no prior yet"
    st.html(markup.heading("Whom it believes", note))
    if not view.shares:
        say("The prior in force combines no learners, or has no evidence yet.")
        return
    few = list(view.shares.items())[:_FEW]
    words = ", ".join(f"{name} {percent(share)}" for name, share in few)
    say(words + (f", {len(view.shares) - _FEW} more" if len(view.shares) > _FEW else ""))


def _tables(view: LearnerView, now: Here) -> None:
    changes, nights = st.tabs(["What was changed, and why", "Night by night"], key="learner_tabs")
    with changes:
        columns = tables.headings(("at", "verdict", "sentence", "rule", "challenger"))
        empty = "Nothing was changed yet: the first training needs labels."
        tables.show(view.priors, "learner_priors", columns, zone=now.plant.zone, rows=6, empty=empty)
    with nights:
        columns = {
            "plant_day": "Plant day",
            "labels": "Labels",
            "adapted": tables.number("Adapted", 2),
            "unadapted": tables.number("Unadapted", 2),
            "baseline": tables.number("By the mean", 2),
            "coverage": tables.number("Coverage", 2),
            "adapt_s": tables.number("Adapting, s", 1),
            "train_s": tables.number("Training, s", 1),
            "memory_mb": tables.number("Memory, MB", 0),
        }
        tables.show(view.nights, "learner_nights", columns, zone=now.plant.zone, rows=6, empty="No night yet.")
