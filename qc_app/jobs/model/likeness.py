"""Which stages a stage is most like, and why: kept with its model, shown beside it."""

from __future__ import annotations

from typing import Any

from models.base import Task
from qc_app.jobs.night import Night

COUNT = 3


def likeness(night: Night, prior_id: str, task: Task) -> list[dict[str, Any]]:
    """Return the nearest stages among those that the prior remembers.

    Parameters
    ----------
    night : Night
    prior_id : str
    task : Task

    Returns
    -------
    list of dict
        ``stage, characteristic, distance, reason``, nearest first; empty for a prior without a memory.
    """
    atlas = night.answers.atlas(prior_id)
    found = [] if atlas is None else atlas.nearest(task, COUNT)
    return [
        {"stage": n.stage, "characteristic": n.characteristic, "distance": round(n.distance, 3), "reason": n.reason}
        for n in found
    ]
