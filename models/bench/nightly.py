"""The nightly protocol: labels of old, units without labels up to last night."""

from __future__ import annotations

import numpy as np

from models.bench.drawing import Skipped
from models.bench.packs import Pack
from models.bench.protocols import Exam, exam, exam_of, task_of

#: Stretches of the second half of a stage; before each the method is adapted again.
NIGHTS = 8


def nightly_exams(
    pack: Pack, stage: str, characteristic: str, *, k: int, seed: int, nights: int = NIGHTS
) -> tuple[Exam, ...] | Skipped:
    """Judge the exam of the time protocol as a plant would: adapted each night to the units that have passed.

    Labels are those of the first half and stay so; the second half is judged stretch by stretch, and the units before
    a stretch, of which nobody knows whether they conform, are there without labels. Units of one moment are judged
    together.

    Parameters
    ----------
    pack : Pack
    stage, characteristic : str
        A defect of a stage with an order in time.
    k : int
        Labelled nonconforming units.
    seed : int
    nights : int

    Returns
    -------
    tuple of Exam, or Skipped
        In the order of time, to be judged together.
    """
    if pack.characteristics[characteristic] != "binary":
        return Skipped("nights are walked through for defects; measured values have the rolling protocol")
    whole = exam(pack, stage, characteristic, protocol="time", k=k, seed=seed)
    if isinstance(whole, Skipped) or whole.t is None:
        return whole if isinstance(whole, Skipped) else Skipped("no order in time")
    part, moments = pack.stage(stage), np.unique(whole.t)
    found = []
    for night in np.array_split(moments, min(nights, len(moments))):
        query = whole.rows[(whole.t >= night[0]) & (whole.t <= night[-1])]
        passed = np.flatnonzero(part.t < night[0])
        task = task_of(pack, part, characteristic, whole.support_rows, np.setdiff1d(passed, whole.support_rows))
        found.append(exam_of(task, part, (whole.support_rows, query)))
    return tuple(found)
