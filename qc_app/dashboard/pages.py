"""The pages, in the order of the navigation: address, what draws it, title."""

from __future__ import annotations

from qc_app.dashboard import (
    administration,
    alarms,
    data,
    drift,
    labels,
    models,
    onboard,
    overview,
    spc,
    stage,
    unit,
    wall,
)
from qc_app.language import later

PAGES = {
    "overview": (overview.page, later("Overview")),
    "stage": (stage.page, later("Stage")),
    "unit": (unit.page, later("Unit")),
    "alarms": (alarms.page, later("Alarms")),
    "labels": (labels.page, later("Labels")),
    "drift": (drift.page, later("Drift")),
    "models": (models.page, later("Models")),
    "spc": (spc.page, later("SPC")),
    "data": (data.page, later("Data")),
    "onboard": (onboard.page, later("Onboard")),
    "wall": (wall.page, later("Wall")),
    "administration": (administration.page, later("Administration")),
}
