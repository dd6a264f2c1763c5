"""Facts about what should be measured: the queue of a stage, and how far its error would fall with more labels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qc_app.records.worked import Numbers


@dataclass(frozen=True, slots=True)
class Queued:
    """A unit that was proposed for measurement, from `chosen` until `withdrawn`.

    Parameters
    ----------
    stage, characteristic, unit_id : str
    t_event : datetime
        When the unit was made.
    chosen : datetime
        When it came into the queue.
    place : int
        In the queue, from 1.
    by_lot : bool
        Drawn at random: its label is a fair sample of the stage's units. The others were chosen for what they teach.
    share : float
        Share of what is not known of the stage that its label was expected to take away; NaN where drawn.
    why : str
    due : datetime
        Until when a label is expected.
    withdrawn : datetime or None
        When it left the queue: measured, overdue, or another unit teaches more by now.
    """

    stage: str
    characteristic: str
    unit_id: str
    t_event: datetime
    chosen: datetime
    place: int
    by_lot: bool
    share: float
    why: str
    due: datetime
    withdrawn: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class LabelPlan:
    """What more labels would bring to one stage x characteristic; `values` as `jobs.outlook` writes them."""

    stage: str
    characteristic: str
    at: datetime
    sentence: str
    values: Numbers
