"""What is shown: read-only queries of the store, thinned and worded for a screen."""

from data_connectors.schema import Source
from qc_app.access import ROLES
from qc_app.records import Alarm
from qc_app.store import plant_in_force as plant_now
from qc_app.views.administration.audit import AuditSieve, AuditVerdict, audit_table, audit_verdict
from qc_app.views.administration.definition import (
    changes_between,
    others_since,
    plant_version,
    plant_versions,
    stage_sheet,
)
from qc_app.views.administration.door import enter
from qc_app.views.administration.health import Health, address_of, health, settings_table
from qc_app.views.administration.people import accounts_table
from qc_app.views.alarms.page import (
    RINGS,
    AlarmsView,
    IncidentView,
    Sieve,
    alarm_story,
    alarms_view,
    concerning,
    hidden_because,
)
from qc_app.views.alarms.report import AlarmReport, alarm_report
from qc_app.views.data.books import books_table
from qc_app.views.data.gaps import gaps_sentence, gaps_table
from qc_app.views.data.live import live_sources, live_table
from qc_app.views.data.marks import span_of_event
from qc_app.views.data.page import chosen_sources, events_table, quarantine_table, sources_table
from qc_app.views.data.schemas import columns_table, proposals_table
from qc_app.views.drift.page import DriftView, drift_view
from qc_app.views.drift.words import drift_words, fault_word, subject_word
from qc_app.views.export import XLSX, csv_bytes, xlsx_bytes
from qc_app.views.figures import STATES, declared, figure, interval, percent, specification, state_word
from qc_app.views.handover.page import Handover, handover, worked_shifts
from qc_app.views.headings import headings
from qc_app.views.labels import LabelsView, label_history, labels_view
from qc_app.views.lines import by_line
from qc_app.views.models.learner import LearnerView, learner_view
from qc_app.views.models.night import NightAccount, night_account
from qc_app.views.models.page import SHORT, ModelsView, models_view, night_runs, open_requests
from qc_app.views.models.performance import PerformanceView, performance_view
from qc_app.views.moments import WINDOWS, age, ago, local, localised, moment, reaching, span, window_word
from qc_app.views.overview import NO_DATA, OverviewView, overview, stage_states
from qc_app.views.recorded import as_recorded, recorded
from qc_app.views.recorded.likeness import likeness
from qc_app.views.scheduling import overdue_night, silence
from qc_app.views.spc.capability import SixPack, six_pack
from qc_app.views.spc.chart import RULE_WORDS, SpcChart, rules_of, spc_chart
from qc_app.views.spc.gauge import GaugeView, gauge_view
from qc_app.views.spc.limits import exclusions_table, limits_history
from qc_app.views.stage import StageView, by_effect, parameters, stage_view
from qc_app.views.unit.causes import CausesView, causes_view
from qc_app.views.unit.dispositions import dispositions_table
from qc_app.views.unit.family import Family, family_view, touched_table
from qc_app.views.unit.page import UnitView, unit_choices, unit_of, unit_view, worded
from qc_app.views.unit.stretch import CAUTION, stretch_words
from qc_app.views.unit.words import CAVEAT
from qc_app.views.vocabulary import (
    alarm_about,
    alarm_event,
    alarm_kind,
    alarm_kinds,
    alarm_state,
    alarm_states,
    disposition_word,
    dispositions,
    drift_word,
    drifts,
    priorities,
    priority_word,
    role_word,
    tier_word,
    tiers,
    worded_accounts,
)
from qc_app.views.wall import Screen, Tile, WallView, pace, wall_view, whose_turn

__all__ = [
    "CAUTION",
    "CAVEAT",
    "NO_DATA",
    "RINGS",
    "ROLES",
    "RULE_WORDS",
    "SHORT",
    "STATES",
    "WINDOWS",
    "XLSX",
    "Alarm",
    "AlarmReport",
    "AlarmsView",
    "AuditSieve",
    "AuditVerdict",
    "CausesView",
    "DriftView",
    "Family",
    "GaugeView",
    "Handover",
    "Health",
    "IncidentView",
    "LabelsView",
    "LearnerView",
    "ModelsView",
    "NightAccount",
    "OverviewView",
    "PerformanceView",
    "Screen",
    "Sieve",
    "SixPack",
    "Source",
    "SpcChart",
    "StageView",
    "Tile",
    "UnitView",
    "WallView",
    "accounts_table",
    "address_of",
    "age",
    "ago",
    "alarm_about",
    "alarm_event",
    "alarm_kind",
    "alarm_kinds",
    "alarm_report",
    "alarm_state",
    "alarm_states",
    "alarm_story",
    "alarms_view",
    "as_recorded",
    "audit_table",
    "audit_verdict",
    "books_table",
    "by_effect",
    "by_line",
    "causes_view",
    "changes_between",
    "chosen_sources",
    "columns_table",
    "concerning",
    "csv_bytes",
    "declared",
    "disposition_word",
    "dispositions",
    "dispositions_table",
    "drift_view",
    "drift_word",
    "drift_words",
    "drifts",
    "enter",
    "events_table",
    "exclusions_table",
    "family_view",
    "fault_word",
    "figure",
    "gaps_sentence",
    "gaps_table",
    "gauge_view",
    "handover",
    "headings",
    "health",
    "hidden_because",
    "interval",
    "label_history",
    "labels_view",
    "learner_view",
    "likeness",
    "limits_history",
    "live_sources",
    "live_table",
    "local",
    "localised",
    "models_view",
    "moment",
    "night_account",
    "night_runs",
    "open_requests",
    "others_since",
    "overdue_night",
    "overview",
    "pace",
    "parameters",
    "percent",
    "performance_view",
    "plant_now",
    "plant_version",
    "plant_versions",
    "priorities",
    "priority_word",
    "proposals_table",
    "quarantine_table",
    "reaching",
    "recorded",
    "role_word",
    "rules_of",
    "settings_table",
    "silence",
    "six_pack",
    "sources_table",
    "span",
    "span_of_event",
    "spc_chart",
    "specification",
    "stage_sheet",
    "stage_states",
    "stage_view",
    "state_word",
    "stretch_words",
    "subject_word",
    "tier_word",
    "tiers",
    "touched_table",
    "unit_choices",
    "unit_of",
    "unit_view",
    "wall_view",
    "whose_turn",
    "window_word",
    "worded",
    "worded_accounts",
    "worked_shifts",
    "xlsx_bytes",
]
