"""What a plant is: stages, sources, limits, schedule, calendar. The definition as TOML, both ways, exact."""

from qc_app.plant.alarms import AlarmRule, Route, rule_in_force
from qc_app.plant.calendar import (
    Calendar,
    Shift,
    Span,
    day_span,
    holiday_spans,
    local_moment,
    shift_at,
    shifts_of,
    wait_over,
)
from qc_app.plant.difference import difference, shortened
from qc_app.plant.digits import decimals, exactly, limits, reading
from qc_app.plant.marks import KNOWN_KINDS, Mark, require_kind
from qc_app.plant.nearest import nearest
from qc_app.plant.parse import parse
from qc_app.plant.render import digest, render, render_parts
from qc_app.plant.sheet import read_sheet
from qc_app.plant.sheet_out import write_sheet
from qc_app.plant.soundness import remarks, require_sound
from qc_app.plant.stamp import stamped, version_in
from qc_app.plant.types import Gate, Plant
from qc_app.plant.upstream import Taken, ancestors, as_read, everything, taken

__all__ = [
    "KNOWN_KINDS",
    "AlarmRule",
    "Calendar",
    "Gate",
    "Mark",
    "Plant",
    "Route",
    "Shift",
    "Span",
    "Taken",
    "ancestors",
    "as_read",
    "day_span",
    "decimals",
    "difference",
    "digest",
    "everything",
    "exactly",
    "holiday_spans",
    "limits",
    "local_moment",
    "nearest",
    "parse",
    "read_sheet",
    "reading",
    "remarks",
    "render",
    "render_parts",
    "require_kind",
    "require_sound",
    "rule_in_force",
    "shift_at",
    "shifts_of",
    "shortened",
    "stamped",
    "taken",
    "version_in",
    "wait_over",
    "write_sheet",
]
