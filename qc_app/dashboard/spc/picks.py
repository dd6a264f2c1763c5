"""What is chosen on the SPC page: subject, chart, rules, points; all of it in the address."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from qc_app.dashboard.session import Here, pick_one, say
from qc_app.language import tr
from qc_app.views.spc import SUBJECTS, Offer, offer, rule_choices, spc_words, subjects

POINTS = {"50": 50, "100": 100, "300": 300, "all": None}
SETS = {
    "default": ("nelson1", "nelson2"),
    **{
        title.lower().replace(" ", "-"): tuple(rule.name for rule in rule_choices() if rule.of == title)
        for title in dict.fromkeys(rule.of for rule in rule_choices())
    },
}
_TITLES = {"western-electric": "Western Electric", "aiag": "AIAG"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Subject, chart and number of points, and what was on offer."""

    subject: str
    chart: str
    most: int | None
    offered: Offer


def chart(now: Here, stage: str, what: str) -> Chosen:
    """Let the person choose subject, chart and points; the adviser's chart is the default."""
    subject = pick_one(
        "of",
        tr("Of"),
        subjects(now.plant, stage, what),
        words={name: spc_words(word) for name, word in SUBJECTS.items()},
    )
    offered = offer(now.store, now.plant, stage, what, subject)
    words = {name: f"✓ {title}" if name == offered.proposed else title for name, title in offered.charts.items()}
    name = pick_one("chart", tr("Chart"), tuple(offered.charts), default=offered.proposed, words=words)
    points = pick_one("points", tr("Points"), tuple(POINTS), default="300", words={"all": tr("all")})
    return Chosen(subject, name, POINTS[points], offered)


def proposal(chosen: Chosen) -> None:
    """Say what the adviser proposes and why."""
    words = tr("✓ Proposed: {reason}.", reason=chosen.offered.reason)
    if chosen.chart == chosen.offered.proposed:
        say(words)
    else:
        say(f"{words} {tr('You chose another chart.')}", "info")
    if chosen.offered.others:
        with st.popover(tr("Charts for other data"), key="spc_others"):
            st.markdown("\n".join(f"* {words}" for words in chosen.offered.others))


def rules(chosen: Chosen) -> tuple[str, ...]:
    """Let the person choose a set of run rules and switch each of its rules."""
    if chosen.chart not in chosen.offered.with_rules:
        return SETS["default"]
    titles = {name: _TITLES.get(name, name.capitalize()) for name in SETS} | {"default": tr("Usual two")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        book = pick_one("rules", tr("Run rules of"), tuple(SETS), words=titles)
        texts = {rule.name: rule.text for rule in rule_choices()}
        kept = st.pills(
            tr("Switched on"),
            SETS[book],
            selection_mode="multi",
            default=SETS[book],
            format_func=lambda name: texts[name],
            key=f"spc_rules_{book}",
        )
    if kept:
        return tuple(kept)
    say(tr("All rules are switched off: only points beyond 3 sigma signal."), "watch")
    return ("nelson1",)
