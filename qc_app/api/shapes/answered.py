"""What the interface answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class ModelName(BaseModel):
    """Which version answered, and how old it is; `created` is null for a baseline, which is always of now."""

    id: str
    created: datetime | None
    age_s: float | None


class Predicted(BaseModel):
    """What is said of one characteristic of one unit; all numbers are null where nobody can answer (tier ``none``)."""

    characteristic: str
    unit: str
    mean: float | None
    lower: float | None
    upper: float | None
    level: float | None = Field(description="Probability content of the interval.")
    anomaly: float | None = Field(description="0..1; the share of normal units above 1 - a is a.")
    in_domain: bool | None = Field(description="False: unlike what the model was shown to work on.")
    tier: Literal["champion", "previous", "baseline", "none"]
    model: ModelName


class Scored(BaseModel):
    """The answer for one unit."""

    unit_id: str
    t_event: datetime
    predictions: list[Predicted]
    remarks: list[str] = Field(description="Values that were not believed, and why.")


class BatchOut(BaseModel):
    """Answers in the order of the question."""

    stage: str
    units: list[Scored]


class LabelsOut(BaseModel):
    """What became of the results; remarks are what a person should look at."""

    received: int
    new: int
    revisions: int
    duplicates: int
    remarks: list[str]


class EventOut(BaseModel):
    """The mark as it is kept."""

    stage: str
    at: datetime
    kind: str
    text: str
    author: str


class Said(BaseModel):
    """A sentence about what was done."""

    sentence: str


class ParameterOut(BaseModel):
    """A parameter; beyond `low` and `high` is no value."""

    name: str
    unit: str
    low: float | None
    high: float | None
    required: bool = Field(description="False: of a stage further up, may be left out.")
    settable: bool = Field(description="Whether somebody at this stage can set it.")


class CharacteristicOut(BaseModel):
    """A quality characteristic with its specification."""

    name: str
    unit: str
    kind: Literal["continuous", "binary"]
    lower: float | None
    target: float | None
    upper: float | None


class StageOut(BaseModel):
    """A stage in a list; `state` is the worst of its characteristics, as on the overview."""

    id: str
    line: str
    family: str
    state: str
    characteristics: list[str]


class StagesOut(BaseModel):
    """A page of stages."""

    stages: list[StageOut]
    next: str


class StageDetail(BaseModel):
    """A stage with what its models read and what it measures."""

    id: str
    line: str
    family: str
    upstream: list[str]
    parameters: list[ParameterOut]
    characteristics: list[CharacteristicOut]
    latest: dict[str, dict[str, Any]] = Field(description="The newest numbers, by characteristic.")


class PredictionOut(BaseModel):
    """A stored prediction."""

    unit_id: str
    t_event: datetime
    characteristic: str
    mean: float | None
    lower: float | None
    upper: float | None
    level: float | None
    anomaly: float | None
    in_domain: bool | None
    tier: str
    model_id: str
    t_predicted: datetime


class PredictionsOut(BaseModel):
    """A page of predictions, the newest units first."""

    predictions: list[PredictionOut]
    next: str


class AlarmOut(BaseModel):
    """An alarm as it stands."""

    id: int
    kind: str
    stage: str
    subject: str
    priority: str
    state: str
    raised: datetime
    last_seen: datetime
    count: int
    sentence: str
    response: str
    steps: list[str]
    acknowledged: datetime | None
    acknowledged_by: str
    note: str
    shelved_until: datetime | None
    incident: int | None
    open: bool


class AlarmsOut(BaseModel):
    """A page of alarms, the most urgent first."""

    alarms: list[AlarmOut]
    next: str


class ModelOut(BaseModel):
    """A version: a prior (stage and characteristic empty) or a stage's model."""

    id: str
    stage: str
    characteristic: str
    learner: str
    status: str
    created: datetime
    cutoff: datetime
    parent: str
    n_labels: int
    sentence: str
    numbers: dict[str, Any]


class ModelsOut(BaseModel):
    """A page of versions, the newest first."""

    models: list[ModelOut]
    next: str


class RunOut(BaseModel):
    """One step of one job."""

    id: int
    job: str
    stage: str
    plant_day: str
    status: str
    started: datetime
    ended: datetime | None
    sentence: str


class RunsOut(BaseModel):
    """A page of runs, the newest first."""

    runs: list[RunOut]
    next: str


class DriftOut(BaseModel):
    """A verdict on drift; the newest night's."""

    stage: str
    characteristic: str
    plant_day: str
    drift_of: str
    subject: str
    test: str
    statistic: float | None
    threshold: float | None
    effect: float | None
    drifted: bool
    matters: bool
    sentence: str


class DriftsOut(BaseModel):
    """The newest verdicts of a stage, the largest effect first."""

    drift: list[DriftOut]


class HealthOut(BaseModel):
    """Whether the plant is looked after, in numbers and a few words."""

    ready: bool
    reasons: list[str] = Field(description="Codes such as disk_full, no_home, unreachable; empty: ready.")
    last_value_at: datetime | None
    last_value_age_s: float | None
    night: str
    night_ended: datetime | None
    alarms_open: int
    alarms_high: int


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"]


class Ready(BaseModel):
    """Whether the store can be written and how old the newest good value is."""

    ready: bool
    reasons: list[str]
    last_value_age_s: float | None


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:qc:problem:not-found"])
    title: str = Field(examples=["There is no such thing"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no stage 'rolin-1' - did you mean 'rolling-1'?"])
    instance: str = Field(default="", examples=["urn:qc:request:5b0c7a4e1f2d4c6e8a9b0c1d2e3f4a5b"])
