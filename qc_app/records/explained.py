"""What is kept of why a model said what it said of one unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from qc_app.records.worked import Numbers

Why = Literal["out of specification", "strange", "outside the domain", "latest", "asked"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One unit and characteristic explained; `content` as `qc_app.framing.told` writes it."""

    stage: str
    characteristic: str
    unit_id: str
    model_id: str
    t_event: datetime
    at: datetime
    why: Why
    content: Numbers
