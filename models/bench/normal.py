"""False alarms as promised: no label, some units to learn normality from, other normal units to judge on."""

from __future__ import annotations

import numpy as np

from models.base import BoolArray
from models.bench.drawing import Rows, Skipped, apart, halves
from models.bench.packs import Pack, PackStage
from models.bench.protocols import Exam, generator, task_of

#: Numbers of unlabelled units from which a method learns what is normal.
UNITS = (50, 200, 500)
#: Promised false alarm rates.
PROMISED = (0.01, 0.05)
QUERY_CAP = 1000
QUERY_LEAST = 30


def normal_exam(pack: Pack, stage: str, characteristic: str, *, ordered: bool, units: int, seed: int) -> Exam | Skipped:
    """Draw `units` normal units without labels to learn from, and other normal units to judge on.

    Normal is every unit not known to be nonconforming. Known nonconforming units join the query, where their
    ranking is judged; they never count as false alarms. The units grow with `units` within a seed.

    Parameters
    ----------
    pack : Pack
    stage, characteristic : str
    ordered : bool
        Units come from the first half of the stage and are judged on the second; else both from anywhere.
    units : int
        Unlabelled units.
    seed : int

    Returns
    -------
    Exam or Skipped
        `y` is 1 for a nonconforming unit, 0 for a normal one; replicates stay on one side.
    """
    part = pack.stage(stage)
    bad = _nonconforming(part, pack, characteristic)
    divided = _divided(part, np.flatnonzero(~bad), ordered)
    if divided is None:
        return Skipped("no order in time, or all units at one moment")
    pool, later = divided
    rng = generator(seed, pack.name, stage, "normal", "time" if ordered else "random")
    known = np.sort(rng.permutation(pool)[:units])
    query = apart(part, known, np.setdiff1d(later, known))
    query = rng.permutation(query)[:QUERY_CAP]
    if len(known) < units or len(query) < QUERY_LEAST:
        return Skipped(f"{len(pool)} normal units do not serve {units} to learn from and {QUERY_LEAST} to judge on")
    judged = np.sort(np.concatenate([query, _defects(part, bad, known, later, ordered=ordered)]))
    task = task_of(pack, part, characteristic, np.zeros(0, dtype=np.intp), known)
    t = None if part.t is None else part.t[judged]
    return Exam(task, part.x[judged], t, bad[judged].astype(np.float64), 1.0, judged, np.zeros(0, dtype=np.intp))


def _nonconforming(part: PackStage, pack: Pack, characteristic: str) -> BoolArray:
    if pack.characteristics[characteristic] == "continuous":
        return np.zeros(len(part.x), dtype=bool)
    found: BoolArray = part.y[characteristic] == 1
    return found


def _divided(part: PackStage, normal: Rows, ordered: bool) -> tuple[Rows, Rows] | None:
    return halves(part, normal) if ordered else (normal, normal)


def _defects(part: PackStage, bad: BoolArray, known: Rows, later: Rows, *, ordered: bool) -> Rows:
    """Nonconforming units to be ranked: with an order only those of the second half; never a replicate of `known`."""
    rows = np.flatnonzero(bad)
    if ordered and part.t is not None:
        rows = rows[part.t[rows] >= part.t[later].min()]
    return apart(part, known, rows)
