"""Facts about how a stage stands: drift, newest numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from qc_app.records.worked import Numbers

DriftOf = Literal["inputs", "relation", "output"]


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
class Latest:
    """The newest numbers of one stage x characteristic, so that an overview reads one small table."""

    stage: str
    characteristic: str
    at: datetime
    values: Numbers
