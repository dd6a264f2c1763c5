"""What people do: every change goes through here, with rights checked and the audit trail written."""

from qc_app.access import Actor, local_actor, may
from qc_app.actions.alarms import acknowledge_alarm, shelve_alarm
from qc_app.actions.data import dismiss_quarantine
from qc_app.actions.events import add_event, event_kinds, import_events
from qc_app.actions.genealogy import import_links
from qc_app.actions.label_text import Entry, decode, entry_of, read_entries
from qc_app.actions.labels import Checked, check_labels, enter_labels
from qc_app.actions.models import promote, retrain, roll_back
from qc_app.actions.plant import apply_plant
from qc_app.actions.requests import replay_quarantine, request_explanation, request_run

__all__ = [
    "Actor",
    "Checked",
    "Entry",
    "acknowledge_alarm",
    "add_event",
    "apply_plant",
    "check_labels",
    "decode",
    "dismiss_quarantine",
    "enter_labels",
    "entry_of",
    "event_kinds",
    "import_events",
    "import_links",
    "local_actor",
    "may",
    "promote",
    "read_entries",
    "replay_quarantine",
    "request_explanation",
    "request_run",
    "retrain",
    "roll_back",
    "shelve_alarm",
]
