"""One frozen class a fact: each is a row of one journal table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

RunStatus = Literal["running", "done", "failed", "skipped"]
Verdict = Literal["promoted", "kept", "undecided", "skipped", "failed", "rolled_back"]
AlarmState = Literal["unacknowledged", "acknowledged", "returned", "shelved", "cleared"]
Priority = Literal["low", "medium", "high"]
ModelStatus = Literal["challenger", "champion", "previous", "retired", "rejected", "quarantined"]
RequestState = Literal["open", "taken", "done", "failed"]
DriftOf = Literal["inputs", "relation", "output"]
Tier = Literal["champion", "previous", "baseline", "none"]
Numbers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Label:
    """An inspection result: measured at one moment, known to us at another."""

    stage: str
    characteristic: str
    unit_id: str
    value: float
    t_measured: datetime
    t_known: datetime
    source: str
    author: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records a source delivered: ``received`` is the sum of the other four."""

    received: int = 0
    new: int = 0
    revisions: int = 0
    duplicates: int = 0
    quarantined: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.received + other.received,
            self.new + other.new,
            self.revisions + other.revisions,
            self.duplicates + other.duplicates,
            self.quarantined + other.quarantined,
        )

    @property
    def balanced(self) -> bool:
        """Whether every received record is accounted for (promise S4)."""
        return self.received == self.new + self.revisions + self.duplicates + self.quarantined


@dataclass(frozen=True, slots=True)
class Receipt:
    """The counts of one commit of one source."""

    source: str
    stage: str
    at: datetime
    counts: Counts
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One step of one job for one stage: what ran, how it ended, in words."""

    job: str
    stage: str
    plant_day: date
    status: RunStatus
    started: datetime
    ended: datetime | None = None
    sentence: str = ""
    numbers: Numbers = field(default_factory=dict)
    id: int | None = None


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A version in the registry: a prior (stage and characteristic empty) or a stage's adapted model."""

    id: str
    stage: str
    characteristic: str
    learner: str
    created: datetime
    parent: str
    cutoff: datetime
    lake_version: int
    n_labels: int
    seed: int
    status: ModelStatus
    numbers: Numbers = field(default_factory=dict)
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Pointers:
    """Which version answers, which did before, which wants to."""

    champion: str | None = None
    previous: str | None = None
    challenger: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict of the night or of a person, with everything needed to reproduce it."""

    stage: str
    characteristic: str
    plant_day: date
    at: datetime
    verdict: Verdict
    rule: str
    sentence: str
    champion: str | None = None
    challenger: str | None = None
    rows: int = 0
    seed: int = 0
    numbers: Numbers = field(default_factory=dict)
    author: str = "night"
    id: int | None = None


@dataclass(frozen=True, slots=True)
class DriftReport:
    """One drift verdict with its test, statistic, threshold and sentence."""

    stage: str
    characteristic: str
    plant_day: date
    at: datetime
    drift_of: DriftOf
    subject: str
    test: str
    statistic: float
    threshold: float
    p_value: float
    n: int
    effect: float
    drifted: bool
    matters: bool
    sentence: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """A signal of an abnormal state that needs a response (ISA-18.2)."""

    kind: str
    stage: str
    subject: str
    priority: Priority
    state: AlarmState
    raised: datetime
    last_seen: datetime
    sentence: str
    response: str = ""
    count: int = 1
    cleared: datetime | None = None
    acknowledged: datetime | None = None
    acknowledged_by: str = ""
    note: str = ""
    shelved_until: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which continuity of a source cannot be shown."""

    source: str
    stage: str
    start: datetime
    end: datetime
    cause: str
    noticed: datetime
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A mark on the time axis: tool change, grade change, maintenance, model change."""

    stage: str
    at: datetime
    kind: str
    text: str
    author: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A piece of a delivery that could not be stored, kept raw with its reason."""

    source: str
    stage: str
    origin: str
    offset: int
    raw: str
    reason: str
    message: str
    first_seen: datetime
    last_seen: datetime
    count: int = 1
    state: Literal["held", "replayed", "dismissed"] = "held"
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Frozen control limits of a chart, in force from `since` on."""

    stage: str
    characteristic: str
    chart: str
    version: int
    since: datetime
    lower: float
    center: float
    upper: float
    sigma: float
    n: int
    author: str
    reason: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Something a person asked for; the scheduler does it."""

    action: str
    stage: str
    arguments: Numbers
    author: str
    at: datetime
    state: RequestState = "open"
    taken: datetime | None = None
    ended: datetime | None = None
    sentence: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """One link of the audit chain: who did what, when, why."""

    at: datetime
    author: str
    role: str
    action: str
    subject: str
    reason: str
    detail: Numbers
    previous: str
    digest: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class PlantVersion:
    """A definition of the plant as it was in force from `at` on."""

    at: datetime
    author: str
    reason: str
    definition: str
    digest: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The leader's lease; `token` rises with every change of leader and fences off the old one."""

    holder: str
    token: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest numbers of one stage x characteristic, so that an overview reads one small table."""

    stage: str
    characteristic: str
    at: datetime
    values: Numbers
