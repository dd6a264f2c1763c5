"""The one bridge: rows of the store become tasks, predictions become rows."""

from qc_app.framing.charted import (
    DEFAULT_CHART,
    Series,
    chart_of,
    hours,
    limits_begin_anew,
    recorded,
    series,
    series_columns,
    subgroup_words,
)
from qc_app.framing.contexts import contexts_of
from qc_app.framing.frozen import freeze, freeze_all, thaw, thaw_all
from qc_app.framing.joining import to_units
from qc_app.framing.limits import in_force, limits_of, matched, stretches
from qc_app.framing.punctual import too_late
from qc_app.framing.rows import unfold
from qc_app.framing.tasks import SUPPORT_CAP, UNLABELLED_CAP, family_name, inputs, lots, task, unlabelled
from qc_app.framing.told import told
from qc_app.framing.unknown import outside

__all__ = [
    "DEFAULT_CHART",
    "SUPPORT_CAP",
    "UNLABELLED_CAP",
    "Series",
    "chart_of",
    "contexts_of",
    "family_name",
    "freeze",
    "freeze_all",
    "hours",
    "in_force",
    "inputs",
    "limits_begin_anew",
    "limits_of",
    "lots",
    "matched",
    "outside",
    "recorded",
    "series",
    "series_columns",
    "stretches",
    "subgroup_words",
    "task",
    "thaw",
    "thaw_all",
    "to_units",
    "told",
    "too_late",
    "unfold",
    "unlabelled",
]
