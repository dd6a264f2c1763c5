"""Facts about the columns of sources: what each is like, and what somebody has to decide about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

#: ``declared``: of the plant definition; ``inactive``: came later, kept, read by no model; ``left_out``: there from the
#: first delivery on and not declared, or declined: not kept.
ColumnState = Literal["declared", "inactive", "left_out"]
ProposalKind = Literal["new_column", "renamed", "unit_changed", "type_changed"]
ProposalState = Literal["open", "accepted", "declined", "settled"]


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of a source as it came so far.

    Parameters
    ----------
    stage, source, name : str
        `name` is the source's own.
    state : str
    first_seen, last_seen : datetime
    missing_since : datetime or None
        When a delivery first lacked it; None while it is there.
    misses : int
        Deliveries in a row without it.
    n : int
        Values that its quartiles stand on; 0: no number came yet.
    low, middle, high : float
        Quartiles of the numbers as the source writes them; NaN where unknown.
    """

    stage: str
    source: str
    name: str
    state: ColumnState
    first_seen: datetime
    last_seen: datetime
    missing_since: datetime | None = None
    misses: int = 0
    n: int = 0
    low: float = float("nan")
    middle: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of a source's columns that waits for somebody's word.

    Parameters
    ----------
    stage, source : str
    kind : str
    column : str
        The source's column that is new or changed.
    name : str
        The parameter that it concerns; empty for a new one.
    sentence : str
        What was seen, and what accepting and declining do.
    detail : mapping
        ``unit`` where another unit is supposed.
    """

    stage: str
    source: str
    kind: ProposalKind
    column: str
    name: str
    sentence: str
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)
    state: ProposalState = "open"
    author: str = ""
    answered: datetime | None = None
    id: int | None = None
