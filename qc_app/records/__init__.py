"""One frozen class a fact: each is a row of one journal table. Beside them, the columns of a prediction."""

from qc_app.alarming.kinds import Priority
from qc_app.alarming.states import AlarmState
from qc_app.records.admitted import ApiToken, Reply
from qc_app.records.alarmed import Alarm, AlarmMove, Incident, Letter, LetterState
from qc_app.records.charted import Exclusion, GaugeKind, GaugeStudy, Limits
from qc_app.records.delivered import Closed, Counts, Event, Gap, Hour, Label, Quarantined, Receipt
from qc_app.records.disposed import DISPOSITIONS, Disposition, DispositionVerdict
from qc_app.records.explained import Explanation, Why
from qc_app.records.learned import Decision, ModelStatus, ModelVersion, Pointers, Verdict
from qc_app.records.peopled import Account, AccountKind, AccountState, Consent, Session
from qc_app.records.planned import LabelPlan, Queued
from qc_app.records.predicted import PREDICTION_COLUMNS, Tier
from qc_app.records.schemed import ColumnState, Proposal, ProposalKind, ProposalState, SourceColumn
from qc_app.records.watched import DriftOf, DriftReport, Latest
from qc_app.records.worked import Audit, Lease, Numbers, PlantVersion, Request, RequestState, Run, RunStatus

__all__ = [
    "DISPOSITIONS",
    "PREDICTION_COLUMNS",
    "Account",
    "AccountKind",
    "AccountState",
    "Alarm",
    "AlarmMove",
    "AlarmState",
    "ApiToken",
    "Audit",
    "Closed",
    "ColumnState",
    "Consent",
    "Counts",
    "Decision",
    "Disposition",
    "DispositionVerdict",
    "DriftOf",
    "DriftReport",
    "Event",
    "Exclusion",
    "Explanation",
    "Gap",
    "GaugeKind",
    "GaugeStudy",
    "Hour",
    "Incident",
    "Label",
    "LabelPlan",
    "Latest",
    "Lease",
    "Letter",
    "LetterState",
    "Limits",
    "ModelStatus",
    "ModelVersion",
    "Numbers",
    "PlantVersion",
    "Pointers",
    "Priority",
    "Proposal",
    "ProposalKind",
    "ProposalState",
    "Quarantined",
    "Queued",
    "Receipt",
    "Reply",
    "Request",
    "RequestState",
    "Run",
    "RunStatus",
    "Session",
    "SourceColumn",
    "Tier",
    "Verdict",
    "Why",
]
