"""What a prediction is likely to cost, learned once a night from the labels of all stages."""

from __future__ import annotations

import numpy as np

from models import performance
from models.errors import StateError
from qc_app.jobs.night import Night
from qc_app.jobs.step import Result

JOB = "losses"
FROM = "perform"
MOST_STAGES = 200
COLUMNS = 5
"""Half width, anomaly, inside, far, loss; rows of an earlier version are left out until the next scoring."""


def losses(night: Night) -> Result:
    """Learn the loss model of the plant: continuous characteristics and defects apart.

    Parameters
    ----------
    night : Night

    Returns
    -------
    Result
        ``numbers["continuous"]`` and ``numbers["binary"]``: states of the models, null where labels are too few.
    """
    found = {kind: performance.learn(_taught(night, kind)) for kind in ("continuous", "binary")}
    told = [f"{kind}: {model.sentence}" for kind, model in found.items() if model is not None]
    states = {kind: None if model is None else model.state() for kind, model in found.items()}
    return Result("; ".join(told) or "too few labels of any stage to learn what predictions cost", states)


def known_losses(night: Night, kind: str = "continuous") -> performance.LossModel | None:
    """Return the newest loss model of an earlier night, or None.

    Parameters
    ----------
    night : Night
    kind : {"continuous", "binary"}
    """
    done = [run for run in night.store.journal.runs.list(job=JOB, stage="", last=10) if run.status == "done"]
    state = done[-1].numbers.get(kind) if done else None
    try:
        return None if state is None else performance.LossModel.from_state(state)
    except StateError:
        return None  # written by another version: tonight learns it anew


def _taught(night: Night, kind: str) -> list[performance.Taught]:
    """Return what the newest scoring of each stage kept, of the two hundred stages with most of it."""
    found = []
    for stage in night.plant.stages:
        done = [run for run in night.store.journal.runs.list(job=FROM, stage=stage.id, last=3) if run.status == "done"]
        for what in stage.characteristics:
            rows = done[-1].numbers["what"].get(what.name, {}).get("taught", []) if done else []
            if rows and len(rows[0]) == COLUMNS and what.kind == kind:
                found.append(_one(f"{stage.id} {what.name}", np.array(rows, dtype=np.float64), kind))
    return sorted(found, key=lambda one: -len(one.losses))[:MOST_STAGES]


def _one(name: str, rows: np.ndarray, kind: str) -> performance.Taught:
    half, anomaly, inside, far, loss = rows.T
    lower, upper = (half, half) if kind == "binary" else (far - half, far + half)
    said = performance.Said(lower, upper, anomaly, inside > 0, 1.0, kind == "binary")
    return performance.Taught(name, said, loss)
