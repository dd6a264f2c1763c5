"""Which stages are learned from, which labels a new stage has, and what it is judged on.

Everything is drawn from the seed and the names alone, so a run can be repeated and spread over processes.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.base import Array, Kind, Task
from models.bench.drawing import Measured, Rows, Skipped, halves
from models.bench.packs import Pack, PackStage

Protocol = Literal["random", "time", "rolling", "nightly", "normal", "normal_time"]
PROTOCOLS: tuple[Protocol, ...] = ("random", "time", "rolling", "nightly", "normal", "normal_time")
#: Judged without a label, on normal units.
NORMAL: frozenset[Protocol] = frozenset({"normal", "normal_time"})

TRAINING_LABELS = 400
UNLABELLED_CAP = 2000
FOLDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """One new stage: what a method is given, and, apart from it, what it is judged on.

    Parameters
    ----------
    task : Task
        Support and unlabelled units; it carries neither query parameters nor query labels.
    x : ndarray, shape (q, d)
        Parameters of the units to predict.
    t : ndarray, shape (q,), optional
        Their event times in seconds.
    y : ndarray, shape (q,)
        What was measured on them: for the examiner only.
    sd : float
        Standard deviation of the characteristic over the whole stage, in its unit.
    rows, support_rows : ndarray of int
        Row numbers of query and support in the stage.
    """

    task: Task
    x: Array
    t: Array | None
    y: Array
    sd: float
    rows: Rows
    support_rows: Rows


def split_stages(pack: Pack, seed: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Divide the stages into those learned from and the third never seen in meta-training.

    Three seeds in a row take the three thirds of one shuffle, so that every stage is judged once in three seeds.
    Stages that share replicates (left and right part of one shot) stay on one side, unless all stages hang together.

    Parameters
    ----------
    pack : Pack
    seed : int
        0 or more.

    Returns
    -------
    learned, judged : tuple of str
        `learned` is empty for a pack of a single stage.
    """
    clusters = _clusters(pack)
    folds = min(FOLDS, len(clusters))
    order = generator(seed // FOLDS, pack.name, "stages").permutation(len(clusters))
    fold = np.array_split(order, folds)[seed % folds]
    judged = sorted(name for i in fold for name in clusters[i])
    return tuple(s.name for s in pack.stages if s.name not in judged), tuple(judged)


def fewer(names: Sequence[str], most: int | None, rng: np.random.Generator) -> tuple[str, ...]:
    """Keep `most` of the stages learned from, drawn at random in their order; all where `most` is None.

    Examples
    --------
    >>> len(fewer(["a", "b", "c"], 2, np.random.default_rng(0))), fewer(["a", "b"], None, np.random.default_rng(0))
    (2, ('a', 'b'))
    """
    kept = set(rng.permutation(len(names))[:most].tolist())
    return tuple(name for i, name in enumerate(names) if i in kept)


def training_tasks(
    pack: Pack, characteristic: str, names: Sequence[str], seed: int, cap: int = TRAINING_LABELS
) -> tuple[Task, ...]:
    """Return the stages `names` as tasks for meta-training: up to `cap` labels each, the rest unlabelled.

    Labels of a defect keep every nonconforming unit up to half of `cap`, as a plant's records do.

    Parameters
    ----------
    pack : Pack
    characteristic : str
    names : sequence of str
    seed : int
    cap : int
        Labels a stage.

    Returns
    -------
    tuple of Task
        Stages without a label are left out.
    """
    tasks = []
    for name in names:
        stage, rng = pack.stage(name), generator(seed, pack.name, name, "training")
        chosen = _training_labels(stage.y[characteristic], pack.characteristics[characteristic], cap, rng)
        if chosen.size:
            others = np.setdiff1d(np.arange(len(stage.x)), chosen)
            tasks.append(task_of(pack, stage, characteristic, chosen, others))
    return tuple(tasks)


def exam(pack: Pack, stage: str, characteristic: str, *, protocol: Protocol, k: int, seed: int) -> Exam | Skipped:
    """Draw the support and the query of one new stage.

    ``random``: labels anywhere, replicates on one side, unlabelled are all other units. ``time``: labels and
    unlabelled from the first half of the stage, judged on the second. Supports grow with `k` within a seed; where
    labels may be anywhere, the query of a continuous characteristic is the same at every `k`.

    Parameters
    ----------
    pack : Pack
    stage, characteristic : str
    protocol : {"random", "time"}
    k : int
        Labels; for a defect, labelled nonconforming units, each with three good ones (ten good at 0).
    seed : int

    Returns
    -------
    Exam or Skipped
        Skipped where the stage is too short, has no order, or its characteristic never changes.
    """
    part = pack.stage(stage)
    measured = Measured(part, part.y[characteristic], pack.characteristics[characteristic])
    if not stage_sd(measured.y) > 0:
        return Skipped("the characteristic never changes here")
    known = np.arange(len(part.x))
    if protocol == "time":
        divided = halves(part, measured.rows)
        if divided is None or part.t is None:
            return Skipped("no order in time, or all units at one moment")
        measured = Measured(part, measured.y, measured.kind, divided)
        known = np.flatnonzero(part.t <= part.t[divided[0]].max())
    drawn = measured.draw(k, generator(seed, pack.name, stage, protocol))
    if isinstance(drawn, Skipped):
        return drawn
    support = drawn[0]
    return exam_of(task_of(pack, part, characteristic, support, np.setdiff1d(known, support)), part, drawn)


def exam_of(task: Task, part: PackStage, drawn: tuple[Rows, Rows]) -> Exam:
    """Put the task and the query (second of `drawn`) side by side."""
    support, query = drawn
    y = part.y[task.characteristic]
    t = None if part.t is None else part.t[query]
    return Exam(task, part.x[query], t, y[query], stage_sd(y), query, support)


def stage_sd(y: Array) -> float:
    """Return the standard deviation of what was measured at a stage; 0 where that is rounding only."""
    values = y[np.isfinite(y)]
    sd = float(np.std(values)) if values.size else 0.0
    return sd if sd > 1e-12 * float(np.max(np.abs(values), initial=0.0)) else 0.0


def task_of(pack: Pack, stage: PackStage, characteristic: str, support: Rows, unlabelled: Rows) -> Task:
    """Make a task of rows of a stage; of too many unlabelled the newest, or without an order an even choice."""
    if len(unlabelled) > UNLABELLED_CAP:
        even = np.linspace(0, len(unlabelled) - 1, UNLABELLED_CAP).astype(np.intp)
        unlabelled = unlabelled[even] if stage.t is None else unlabelled[-UNLABELLED_CAP:]
    return Task(
        stage=stage.name,
        characteristic=characteristic,
        columns=pack.columns if stage.columns is None else stage.columns,
        support_x=stage.x[support],
        support_y=stage.y[characteristic][support],
        unlabelled_x=stage.x[unlabelled],
        support_t=None if stage.t is None else stage.t[support],
        unlabelled_t=None if stage.t is None else stage.t[unlabelled],
        kind=pack.characteristics[characteristic],
        groups=None if stage.groups is None else stage.groups[support],
    )


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return a random generator that depends on the seed and on names only."""
    return np.random.default_rng([seed, zlib.crc32("\x1f".join(names).encode())])


def _training_labels(y: Array, kind: Kind, cap: int, rng: np.random.Generator) -> Rows:
    shuffled = rng.permutation(np.flatnonzero(np.isfinite(y)))
    if kind == "continuous":
        return np.sort(shuffled[:cap])
    bad = shuffled[y[shuffled] == 1][: cap // 2]
    good = shuffled[y[shuffled] == 0][: cap - len(bad)]
    return np.sort(np.concatenate([bad, good]))


def _clusters(pack: Pack) -> list[list[str]]:
    """Stages joined by shared replicate ids; if that joins them all, the ids are settings, not units."""
    clusters: list[tuple[set[str], list[str]]] = []
    for stage in pack.stages:
        ids = set() if stage.groups is None else {str(g) for g in stage.groups}
        joined = [c for c in clusters if c[0] & ids]
        clusters = [c for c in clusters if not c[0] & ids]
        names = [name for c in joined for name in c[1]]
        clusters.append((ids.union(*(c[0] for c in joined)), [*names, stage.name]))
    if len(clusters) == 1:
        return [[stage.name] for stage in pack.stages]
    return [names for _, names in clusters]
