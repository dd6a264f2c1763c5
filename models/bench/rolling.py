"""The rolling protocol: labels arrive late while production goes on, as a plant sees it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.bench.drawing import Skipped, apart
from models.bench.packs import Pack
from models.bench.protocols import Exam, exam_of, stage_sd, task_of

EVERY = 8
LATE = 16
UNITS = 480
#: New stages walked through for each pack, characteristic and seed: a walk is some fifty adaptations.
WALKED_STAGES = 3


def rolling_exams(
    pack: Pack, stage: str, characteristic: str, shots: Sequence[int], *, every: int = EVERY, late: int = LATE
) -> dict[int, tuple[Exam, ...]] | Skipped:
    """Walk through a stage: every n-th unit is measured, its label known `late` units later.

    At each new label the method is adapted to all labels known by then and predicts the units up to the next one,
    so a unit is always judged before its own label is known. The first 480 measured units are walked through.

    Parameters
    ----------
    pack : Pack
    stage, characteristic : str
        A continuous characteristic of a stage with an order in time.
    shots : sequence of int
        Numbers of labels; predictions count for the largest that is not above the labels known.
    every, late : int
        Units from label to label; units that pass before a label is known.

    Returns
    -------
    dict of int to tuple of Exam, or Skipped
        For each number of labels the exams to be judged together.
    """
    part = pack.stage(stage)
    y = part.y[characteristic]
    if part.t is None or pack.characteristics[characteristic] != "continuous" or not stage_sd(y) > 0:
        return Skipped("rolling labels need an order in time and a continuous characteristic that changes")
    units = np.flatnonzero(np.isfinite(y))[:UNITS]
    found: dict[int, list[Exam]] = {}
    for now in range(late, len(units), every):
        support = units[0 : now - late + 1 : every]
        query = apart(part, support, units[now : now + every])
        k = max((s for s in shots if s <= len(support)), default=None)
        if not k or not query.size:
            continue
        past = np.setdiff1d(np.arange(units[now]), support)
        task = task_of(pack, part, characteristic, support, past)
        found.setdefault(k, []).append(exam_of(task, part, (support, query)))
    return {k: tuple(exams) for k, exams in found.items()} or Skipped("too few units for the first labels to arrive")
