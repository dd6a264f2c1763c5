"""Facts about what sources deliver: results, books, what is held back, gaps and events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


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
    """What became of the records of a source: ``received`` is the sum of the others.

    ``dropped`` are records that the source itself counted and could not hand over; a gap says when and why.
    """

    received: int = 0
    new: int = 0
    revisions: int = 0
    duplicates: int = 0
    quarantined: int = 0
    dropped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.received + other.received,
            self.new + other.new,
            self.revisions + other.revisions,
            self.duplicates + other.duplicates,
            self.quarantined + other.quarantined,
            self.dropped + other.dropped,
        )

    def __sub__(self, other: Counts) -> Counts:
        return Counts(
            self.received - other.received,
            self.new - other.new,
            self.revisions - other.revisions,
            self.duplicates - other.duplicates,
            self.quarantined - other.quarantined,
            self.dropped - other.dropped,
        )

    @property
    def balanced(self) -> bool:
        """Whether every received record is accounted for (promise S4)."""
        kept = self.new + self.revisions + self.duplicates
        return self.received == kept + self.quarantined + self.dropped


@dataclass(frozen=True, slots=True)
class Receipt:
    """The counts of one commit of one source."""

    source: str
    stage: str
    at: datetime
    counts: Counts
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Hour:
    """The books of one source for one hour of arrival (UTC); `last` is the newest receipt that is in them."""

    stage: str
    source: str
    hour: datetime
    counts: Counts
    last: int


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
class Gap:
    """A stretch in which continuity of a source cannot be shown: what happened then is unknown."""

    source: str
    stage: str
    start: datetime
    end: datetime
    cause: str
    noticed: datetime
    text: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """A stretch of gaps that holds no more since `at`: the source was asked again and told it."""

    source: str
    stage: str
    start: datetime
    end: datetime
    at: datetime
    author: str
    text: str = ""
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
