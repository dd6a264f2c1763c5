"""The one bridge: rows of the store become tasks, predictions become rows."""

from qc_app.framing.frozen import freeze, freeze_all, thaw, thaw_all
from qc_app.framing.rows import unfold
from qc_app.framing.tasks import SUPPORT_CAP, UNLABELLED_CAP, family_name, inputs, lots, task, unlabelled
from qc_app.framing.told import told
from qc_app.framing.unknown import outside

__all__ = [
    "SUPPORT_CAP",
    "UNLABELLED_CAP",
    "family_name",
    "freeze",
    "freeze_all",
    "inputs",
    "lots",
    "outside",
    "task",
    "thaw",
    "thaw_all",
    "told",
    "unfold",
    "unlabelled",
]
