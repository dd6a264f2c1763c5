"""A stage on its way into the plant: what was guessed and chosen so far, and what it would become."""

from qc_app.views.onboard.draft import MEASURED, QUALITY, SET, UNUSED, Chosen, Draft, proposed, stage_of
from qc_app.views.onboard.guess import guessed, layout_of, raw_sample
from qc_app.views.onboard.outcome import Foreseen, Trial, foreseen, progress_of, tried
from qc_app.views.onboard.plan import Plan, plan_of, sheet_plan
from qc_app.views.onboard.sisters import Sister, as_sister, sisters

__all__ = [
    "MEASURED",
    "QUALITY",
    "SET",
    "UNUSED",
    "Chosen",
    "Draft",
    "Foreseen",
    "Plan",
    "Sister",
    "Trial",
    "as_sister",
    "foreseen",
    "guessed",
    "layout_of",
    "plan_of",
    "progress_of",
    "proposed",
    "raw_sample",
    "sheet_plan",
    "sisters",
    "stage_of",
    "tried",
]
