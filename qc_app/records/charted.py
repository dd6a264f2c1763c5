"""Facts about control charts: limits of every version, exclusions with their cause, studies of the gauge."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from qc_app.records.worked import Numbers

GaugeKind = Literal["crossed", "type 1", "bias", "linearity", "attribute"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Frozen control limits of a chart, in force from `since` on.

    `frozen` is when that was decided; `first` and `last` are the units they were estimated from, `excluded` how many
    of those were left out with a cause, `subgroup` how units were taken together. `basis` is what the chart stands on
    besides: means and covariance of several variables, the means of parts, the forecast.
    """

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
    estimator: str = ""
    subgroup: str = ""
    first: datetime | None = None
    last: datetime | None = None
    excluded: int = 0
    frozen: datetime | None = None
    basis: Numbers = field(default_factory=dict)
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A unit left out of control limits for a cause; `ended` when it was taken in again, by whom and why."""

    stage: str
    characteristic: str
    unit_id: str
    cause: str
    author: str
    at: datetime
    ended: datetime | None = None
    ended_by: str = ""
    ended_reason: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class GaugeStudy:
    """A study of the gauge of one characteristic.

    `gauge_sd` is NaN where the kind tells none; `numbers` are the results, `sheet` the readings they stand on.
    """

    stage: str
    characteristic: str
    kind: GaugeKind
    at: datetime
    due: datetime | None
    author: str
    gauge_sd: float
    verdict: str
    sentence: str
    numbers: Numbers
    sheet: Numbers
    id: int | None = None
