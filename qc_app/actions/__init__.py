"""What people do: every change goes through here, with rights checked and the audit trail written."""

from qc_app.access import Actor, local_actor, may
from qc_app.actions.access.language import choose_language
from qc_app.actions.access.people import (
    add_display,
    add_user,
    disable_user,
    enable_user,
    remove_user,
    reset_user,
    see_administration,
    set_role,
    sign_out_user,
)
from qc_app.actions.access.tokens import SCOPES, create_token, digest_of, parts_of, revoke_token
from qc_app.actions.alarms import (
    acknowledge_alarm,
    close_incident,
    remove_alarm,
    restore_alarm,
    shelve_alarm,
    tick_alarm_step,
    unshelve_alarm,
)
from qc_app.actions.audit import export_audit
from qc_app.actions.backup import back_up, restore_backup
from qc_app.actions.certificates import accept_certificate, reject_certificate
from qc_app.actions.data import dismiss_quarantine
from qc_app.actions.dispositions import dispose
from qc_app.actions.events import add_event, event_kinds, import_events
from qc_app.actions.genealogy import import_links
from qc_app.actions.importing import Rehearsal, import_files, proposed, rehearse
from qc_app.actions.labels.entry import Checked, check_labels, enter_labels
from qc_app.actions.labels.text import Entry, decode, entry_of, read_entries
from qc_app.actions.models import approve_challenger, promote, reject_challenger, retrain, roll_back
from qc_app.actions.notify import resend_letters, try_route
from qc_app.actions.onboard.file import ENDINGS, MAX_MB
from qc_app.actions.onboard.stage import keep_upload, onboard_sheet, onboard_stage
from qc_app.actions.onboard.trying import stopped, try_source
from qc_app.actions.plant import apply_plant, roll_back_plant
from qc_app.actions.requests import backfill, replay_quarantine, request_causes, request_explanation, request_run
from qc_app.actions.schema import answer_schema
from qc_app.actions.spc.gauge import record_gauge_study
from qc_app.actions.spc.gauge_sheet import Sheet, Studied, judge_sheet, read_sheet
from qc_app.actions.spc.limits import (
    Basis,
    Trial,
    exclude_point,
    freeze_limits,
    include_point,
    roll_back_limits,
    trial_limits,
    trial_words,
)
from qc_app.actions.writeback import start_writeback, stop_writeback
from qc_app.records import DISPOSITIONS

__all__ = [
    "DISPOSITIONS",
    "ENDINGS",
    "MAX_MB",
    "SCOPES",
    "Actor",
    "Basis",
    "Checked",
    "Entry",
    "Rehearsal",
    "Sheet",
    "Studied",
    "Trial",
    "accept_certificate",
    "acknowledge_alarm",
    "add_display",
    "add_event",
    "add_user",
    "answer_schema",
    "apply_plant",
    "approve_challenger",
    "back_up",
    "backfill",
    "check_labels",
    "choose_language",
    "close_incident",
    "create_token",
    "decode",
    "digest_of",
    "disable_user",
    "dismiss_quarantine",
    "dispose",
    "enable_user",
    "enter_labels",
    "entry_of",
    "event_kinds",
    "exclude_point",
    "export_audit",
    "freeze_limits",
    "import_events",
    "import_files",
    "import_links",
    "include_point",
    "judge_sheet",
    "keep_upload",
    "local_actor",
    "may",
    "onboard_sheet",
    "onboard_stage",
    "parts_of",
    "promote",
    "proposed",
    "read_entries",
    "read_sheet",
    "record_gauge_study",
    "rehearse",
    "reject_certificate",
    "reject_challenger",
    "remove_alarm",
    "remove_user",
    "replay_quarantine",
    "request_causes",
    "request_explanation",
    "request_run",
    "resend_letters",
    "reset_user",
    "restore_alarm",
    "restore_backup",
    "retrain",
    "revoke_token",
    "roll_back",
    "roll_back_limits",
    "roll_back_plant",
    "see_administration",
    "set_role",
    "shelve_alarm",
    "sign_out_user",
    "start_writeback",
    "stop_writeback",
    "stopped",
    "tick_alarm_step",
    "trial_limits",
    "trial_words",
    "try_route",
    "try_source",
    "unshelve_alarm",
]
