"""Facts about what is done with a unit that is not as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

DispositionVerdict = Literal["hold", "use as is", "rework", "regrade", "scrap"]
DISPOSITIONS: tuple[DispositionVerdict, ...] = get_args(DispositionVerdict)


@dataclass(frozen=True, slots=True)
class Disposition:
    """What a person decided to do with a unit (ISO 9001, 8.7); the newest of a unit is in force, all are kept."""

    stage: str
    unit_id: str
    at: datetime
    verdict: DispositionVerdict
    reason: str
    author: str
    id: int | None = None
