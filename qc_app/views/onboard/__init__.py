"""A stage on its way into the plant: what was guessed and chosen so far, and what it would become."""

from data_connectors.offered import Offered
from data_connectors.schema import Source
from qc_app.views.onboard.arriving import in_columns, may_hold, results_source, with_arriving
from qc_app.views.onboard.asked import MESSAGES, asked_source, folder_source, network_kinds, settings_asked
from qc_app.views.onboard.draft import (
    ARRIVAL,
    EACH,
    MEASURED,
    QUALITY,
    SET,
    UNUSED,
    Chosen,
    Draft,
    proposed,
    stage_of,
)
from qc_app.views.onboard.guess import described, guessed, layout_of, looked_at, named, sheets_in
from qc_app.views.onboard.outcome import Foreseen, Trial, foreseen, given_away, in_the_future, progress_of, tried
from qc_app.views.onboard.plan import Plan, plan_of, sheet_plan
from qc_app.views.onboard.reasons import guessed_because
from qc_app.views.onboard.sisters import Sister, as_sister, sisters

__all__ = [
    "ARRIVAL",
    "EACH",
    "MEASURED",
    "MESSAGES",
    "QUALITY",
    "SET",
    "UNUSED",
    "Chosen",
    "Draft",
    "Foreseen",
    "Offered",
    "Plan",
    "Sister",
    "Source",
    "Trial",
    "as_sister",
    "asked_source",
    "described",
    "folder_source",
    "foreseen",
    "given_away",
    "guessed",
    "guessed_because",
    "in_columns",
    "in_the_future",
    "layout_of",
    "looked_at",
    "may_hold",
    "named",
    "network_kinds",
    "plan_of",
    "progress_of",
    "proposed",
    "results_source",
    "settings_asked",
    "sheet_plan",
    "sheets_in",
    "sisters",
    "stage_of",
    "tried",
    "with_arriving",
]
