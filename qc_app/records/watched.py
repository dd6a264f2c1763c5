"""Facts about how a stage stands: drift, newest numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from qc_app.records.worked import Numbers

DriftOf = Literal["inputs", "relation", "output"]


@dataclass(frozen=True, slots=True)
class DriftReport:
    """One drift verdict with its test, statistic, threshold and sentence.

    `picture` keeps what a person looks at: both distributions in at most twenty bins (``edges``, ``before``, ``now`` as
    shares, ``unit``) and ``contexts``, each with its medians and shift; empty where there is nothing to draw.
    """

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
    picture: Numbers = field(default_factory=dict)
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest numbers of one stage x characteristic, so that an overview reads one small table."""

    stage: str
    characteristic: str
    at: datetime
    values: Numbers
