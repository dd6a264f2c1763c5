"""What is asked of the interface: bodies, in which an unknown member is a mistake."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

MOST_UNITS = 2000
MOST_RESULTS = 1000
MOST_VALUES = 10_000


def _utc(moment: datetime) -> datetime:
    """Return an aware moment in UTC, within the years that the store keeps."""
    if moment.tzinfo is None:
        raise ValueError("give the time its offset, such as 2026-03-01T08:00:00Z")
    if not 1970 < moment.year < 2105:
        raise ValueError("give a time within 1971..2104")
    return moment.astimezone(UTC)


Moment = Annotated[
    datetime,
    AfterValidator(_utc),
    Field(description="With an offset; answers are in UTC.", examples=["2026-03-01T08:00:00Z"]),
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Unit = Annotated[str, StringConstraints(min_length=1, max_length=200), Field(examples=["C-2041"])]
Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Values = Annotated[
    dict[Name, Number | None],
    Field(
        max_length=MOST_VALUES,
        description="Every parameter of the stage, in the plant's units; null: not measured. Those of stages further"
        " up may be left out.",
        examples=[{"casting_speed": 1.2, "superheat": 27.5, "mould_level": None}],
    ),
]


class Strict(BaseModel):
    """A body in which an unknown member is a mistake."""

    model_config = ConfigDict(extra="forbid")


class UnitIn(Strict):
    """One unit to score."""

    unit_id: Unit = Field(default="", description="Only repeated in the answer.", min_length=0)
    t_event: Moment | None = Field(default=None, description="When it was made; default: now.")
    values: Values


class ScoreIn(UnitIn):
    """A unit of a stage to score."""

    stage: Name = Field(examples=["casting-1"])


class BatchIn(Strict):
    """Units of one stage to score."""

    stage: Name = Field(examples=["casting-1"])
    units: Annotated[list[UnitIn], Field(min_length=1, max_length=MOST_UNITS)]


class ResultIn(Strict):
    """One inspection result."""

    unit_id: Unit
    value: Number
    t_measured: Moment | None = None
    note: Annotated[str, StringConstraints(max_length=2000)] = ""


class LabelsIn(Strict):
    """Inspection results of one characteristic: all are kept, or none."""

    stage: Name = Field(examples=["casting-1"])
    characteristic: Name = Field(examples=["centre_segregation"])
    results: Annotated[list[ResultIn], Field(min_length=1, max_length=MOST_RESULTS)]
    reason: Annotated[str, StringConstraints(max_length=2000)] = ""


class EventIn(Strict):
    """A mark on a stage's time axis."""

    stage: Name = Field(examples=["casting-1"])
    kind: Name = Field(examples=["tool_change"])
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)] = Field(examples=["mould 7 in"])
    at: Moment | None = Field(default=None, description="Default: now.")
    reason: Annotated[str, StringConstraints(max_length=2000)] = ""


class NoteIn(Strict):
    """Why; it becomes the alarm's note and goes to the audit trail."""

    note: Annotated[str, StringConstraints(max_length=2000)] = ""
