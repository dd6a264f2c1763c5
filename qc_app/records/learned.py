"""Facts about models: versions, which of them answers, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from qc_app.records.worked import Numbers

ModelStatus = Literal["challenger", "champion", "previous", "retired", "rejected", "quarantined"]
#: ``awaiting``: would be promoted, and waits for a second person.
Verdict = Literal["promoted", "kept", "undecided", "awaiting", "skipped", "failed", "rolled_back"]


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
