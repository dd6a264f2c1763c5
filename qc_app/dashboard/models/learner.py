"""Models page, its lower half: whether the learner itself is still good."""

from __future__ import annotations

import streamlit as st

from qc_app.actions import may, request_run
from qc_app.dashboard import charts, markup, pictures, tables
from qc_app.dashboard.models.performance import promised
from qc_app.dashboard.session import Here, attempt, inks, say
from qc_app.language import later, ntr, tr
from qc_app.views import LearnerView, as_recorded, figure, learner_view, percent
from qc_app.views.models.words import verdicts

_FEW = 5
_HELP = later("Tries other settings on stages held out, for minutes; adopted only if the gate says so")


def learner(now: Here) -> None:
    """Show the learner's standing with its chart, whom it believes, and what was changed and why."""
    view = learner_view(now.store, now.plant)
    st.html(markup.heading(tr("Is the learner itself still good?"), tr("adapting, on labels that came after")))
    say(view.sentence[:1].upper() + view.sentence[1:], "watch" if view.state == "watch" else "")
    st.html(markup.facts(_facts(view)))
    left, right = st.columns([7, 5], gap="medium")
    with left:
        if view.points.height:
            pictures.show(charts.gain_chart(view.points, inks(), now.plant.zone), "learner_chart")
        else:
            say(tr("The chart begins with the first eight labels that can be compared with what was said before."))
    with right:
        _shares(view)
        if may(now.actor, "request_run") and st.button(tr("Search better settings"), key="retune", help=tr(_HELP)):
            words = tr("Asked for a search: see its progress above, its verdict below.")
            attempt(lambda: request_run(now.store, now.actor, "retune"), words)
            st.rerun()
    _tables(view, now)


def _facts(view: LearnerView) -> list[markup.Fact]:
    night = view.nights.row(0, named=True) if view.nights.height else {}
    labels = int(night.get("labels") or 0)
    of = ntr("last night, {n} label, in spreads", "last night, {n} labels, in spreads", labels)
    return [
        markup.Fact(tr("Error, adapted"), figure(night.get("adapted"), 2), note=of),
        markup.Fact(
            tr("Unadapted"), figure(night.get("unadapted"), 2), note=tr("the prior without the stage's labels")
        ),
        markup.Fact(tr("By the mean"), figure(night.get("baseline"), 2), note=tr("of the labels known before")),
        markup.Fact(tr("Inside its interval"), percent(night.get("coverage")), note=promised()),
        markup.Fact(tr("Adapting took"), figure(night.get("adapt_s"), 1), "s", tr("all stages, last night")),
        markup.Fact(tr("Memory"), figure(night.get("memory_mb"), 0), "MB", tr("most that the process held")),
    ]


def _shares(view: LearnerView) -> None:
    st.html(markup.heading(tr("Whom it believes"), view.recipe or tr("no prior yet")))
    if not view.shares:
        say(tr("The prior in force combines no learners, or has no evidence yet."))
        return
    few = list(view.shares.items())[:_FEW]
    words = ", ".join(f"{name} {percent(share)}" for name, share in few)
    rest = len(view.shares) - _FEW
    say(tr("{listed}, {n} more", listed=words, n=rest) if rest > 0 else words)


def _tables(view: LearnerView, now: Here) -> None:
    changes, nights = st.tabs([tr("What was changed, and why"), tr("Night by night")], key="learner_tabs")
    with changes:
        columns = tables.headings(("at", "verdict", "sentence", "rule", "challenger"))
        empty = tr("Nothing was changed yet: the first training needs labels.")
        told = view.priors.with_columns(verdicts(), *as_recorded(view.priors, "sentence", "rule"))
        tables.show(told, "learner_priors", columns, zone=now.plant.zone, rows=6, empty=empty)
    with nights:
        columns = {
            "plant_day": tr("Plant day"),
            "labels": tr("Labels"),
            "adapted": tables.number(tr("Adapted"), 2),
            "unadapted": tables.number(tr("Unadapted"), 2),
            "baseline": tables.number(tr("By the mean"), 2),
            "coverage": tables.number(tr("Coverage"), 2),
            "adapt_s": tables.number(tr("Adapting, s"), 1),
            "train_s": tables.number(tr("Training, s"), 1),
            "memory_mb": tables.number(tr("Memory, MB"), 0),
        }
        tables.show(view.nights, "learner_nights", columns, zone=now.plant.zone, rows=6, empty=tr("No night yet."))
