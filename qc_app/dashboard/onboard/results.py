"""Step 3: what is measured, its specification, and the family of sister stages."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import streamlit as st

from qc_app.dashboard import markup, tables
from qc_app.dashboard.onboard.arriving import arriving_here
from qc_app.dashboard.onboard.state import draft, keep, seeded, trial_of
from qc_app.dashboard.session import Here, say
from qc_app.language import tr
from qc_app.views.onboard import Chosen, Draft, Sister, as_sister, sisters


def results_step(now: Here) -> None:
    """Ask for the specification of each result, and propose a family."""
    so_far = draft()
    measured = so_far.results()
    if not measured:
        say(
            tr(
                "No result was chosen at step 2: units will be stored and charted, but nothing will be predicted. If"
                " results are measured elsewhere, name them there."
            ),
            "watch",
        )
    for n, chosen in enumerate(measured):
        so_far = so_far.with_result(chosen, _specified(chosen, n))
    keep(so_far)
    if so_far.owed:
        arriving_here(now)
        so_far = draft()
    st.html(markup.heading(tr("Sister stages"), tr("what they learned helps the new one from the first label on")))
    found = sisters(now.store, now.plant, so_far, trial_of(now))
    _proposal(so_far, found, now)


def _specified(chosen: Chosen, n: int) -> Chosen:
    aside = tr("e.g. {example}", example=chosen.example) if chosen.example else tr("measured elsewhere, or later")
    st.html(markup.heading(chosen.column or chosen.name, aside))
    first, second, third, fourth, fifth = st.columns([2, 1, 1, 1, 1], gap="small", vertical_alignment="bottom")
    name = first.text_input(tr("Name"), key=seeded(f"onb_c_name_{n}", chosen.name), max_chars=200)
    unit = second.text_input(tr("Unit"), key=seeded(f"onb_c_unit_{n}", chosen.unit), max_chars=40)
    binary = st.toggle(
        tr("Only good (0) or bad (1)"), key=seeded(f"onb_c_binary_{n}", chosen.binary or chosen.texts),
        disabled=chosen.texts,
    )  # fmt: skip
    chosen = replace(chosen, binary=binary)
    bad = _bad(chosen, n) if chosen.in_words else ()
    lower = third.number_input(
        tr("Lower limit"), key=seeded(f"onb_c_lower_{n}", chosen.low), format="%g", disabled=binary
    )
    target = fourth.number_input(
        tr("Target"), key=seeded(f"onb_c_target_{n}", chosen.target), format="%g", disabled=binary
    )
    upper = fifth.number_input(
        tr("Upper limit"), key=seeded(f"onb_c_upper_{n}", chosen.high), format="%g", disabled=binary
    )
    return replace(chosen, name=name.strip(), unit=unit.strip(), low=lower, target=target, high=upper, bad=bad)


def _bad(chosen: Chosen, n: int) -> tuple[str, ...]:
    """Ask which of the texts of a result mean bad; all others mean good."""
    return tuple(
        st.multiselect(
            tr("Means bad"), list(chosen.kinds), key=seeded(f"onb_c_bad_{n}", list(chosen.bad)),
            placeholder=tr("Choose: all others mean good"),
        )
    )  # fmt: skip


def _proposal(so_far: Draft, found: list[Sister], now: Here) -> None:
    fit = [s for s in found if s.fits]
    if not found:
        say(tr("No stage of the plant has parameters like these: it begins a family of its own."))
        return
    columns = ["stage", "family", "reason"]
    frame = pl.DataFrame([(s.stage, s.family, s.reason) for s in found], schema=columns, orient="row")
    tables.show(frame, "onboard_sisters", tables.headings(columns), rows=5)
    if so_far.family:
        say(tr("It joins the family {family}.", family=so_far.family), "info")
        st.button(tr("A family of its own"), key="onb_own", on_click=_alone)
    elif fit:
        best = fit[0]
        say(
            tr(
                "Proposed: the family {family}, because of {stage}: {reason}.",
                family=best.family,
                stage=best.stage,
                reason=best.reason,
            ),
            "info",
        )
        st.button(tr("Join {family}: take over its names and units", family=markup.plain(best.family)), key="onb_join",
                  on_click=_join, args=(best.stage, now))  # fmt: skip
    else:
        say(tr("None of them has all its parameters here, so none can be a sister: it begins a family of its own."))


def _join(stage: str, now: Here) -> None:
    keep(as_sister(draft(), now.plant.stage(stage)))
    _forget()


def _alone() -> None:
    keep(replace(draft(), family=""))


def _forget() -> None:
    """Let the widgets take their values from the draft again."""
    for key in [k for k in st.session_state if str(k).startswith("onb_c_")]:
        del st.session_state[key]
