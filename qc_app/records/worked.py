"""Facts about work: what ran, who asked for it, who may, what changed and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

RunStatus = Literal["running", "done", "failed", "skipped"]
RequestState = Literal["open", "taken", "done", "failed"]
Numbers = Mapping[str, Any]


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
class Lease:
    """The leader's lease; `token` rises with every change of leader and fences off the old one."""

    holder: str
    token: int
    until: datetime


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
class Audit:
    """One link of the audit chain: who did what, when, why, from where; digests of what was before and after."""

    at: datetime
    author: str
    role: str
    action: str
    subject: str
    reason: str
    detail: Numbers
    previous: str
    digest: str
    place: str = ""
    before: str = ""
    after: str = ""
    id: int | None = None
