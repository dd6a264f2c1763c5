"""Which stages are learned from, which labels a new stage has, and what it is judged on.

Everything is drawn from the seed and the names alone, so a run can be repeated and spread over processes.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.base import Array, Kind, Task
from models.bench.packs import Pack, PackStage

Protocol = Literal["random", "time", "rolling"]
Rows = NDArray[np.intp]

SHOTS = (5, 10, 20, 50)
DEFECT_SHOTS = (0, 1, 3, 5)
TRAINING_LABELS = 400
UNLABELLED_CAP = 2000
QUERY_CAP: dict[Kind, int] = {"continuous": 500, "binary": 2000}
QUERY_LEAST = 10
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
    rows : ndarray of int, shape (q,)
        Row numbers of the query in the stage; `support_rows` those of the support.
    """

    task: Task
    x: Array
    t: Array | None
    y: Array
    sd: float
    rows: Rows
    support_rows: Rows


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a stage cannot be judged at this number of labels."""

    reason: str


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
    order = _generator(seed // FOLDS, pack.name, "stages").permutation(len(clusters))
    fold = np.array_split(order, folds)[seed % folds]
    judged = sorted(name for i in fold for name in clusters[i])
    return tuple(s.name for s in pack.stages if s.name not in judged), tuple(judged)


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
        stage, rng = pack.stage(name), _generator(seed, pack.name, name, "training")
        y = stage.y[characteristic]
        labelled = np.flatnonzero(np.isfinite(y))
        chosen = _training_labels(y, labelled, pack.characteristics[characteristic], cap, rng)
        if chosen.size:
            tasks.append(_task(pack, stage, characteristic, chosen, _others(len(y), chosen)))
    return tuple(tasks)


def exam(pack: Pack, stage: str, characteristic: str, protocol: Protocol, k: int, seed: int) -> Exam | Skipped:
    """Draw the support and the query of one new stage.

    ``random``: labels anywhere, replicates on one side, unlabelled are all other units. ``time``: labels and
    unlabelled from the first half of the stage, judged on the second. Supports grow with `k` within a seed; the
    query of a continuous characteristic is the same at every `k`.

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
    kind = pack.characteristics[characteristic]
    y = part.y[characteristic]
    labelled = np.flatnonzero(np.isfinite(y))
    sd = float(np.std(y[labelled])) if labelled.size else 0.0
    if sd <= 1e-12 * float(np.max(np.abs(y[labelled]), initial=0.0)):
        return Skipped("the characteristic never changes here")
    rng = _generator(seed, pack.name, stage, protocol)
    halves = _halves(part, labelled) if protocol == "time" else None
    if protocol == "time" and halves is None:
        return Skipped("no order in time, or all units at one time")
    drawn = _draw(part, y, kind, labelled, halves, k, rng)
    if isinstance(drawn, Skipped):
        return drawn
    support, query = drawn
    known = _first_half(part, halves[0]) if halves else np.arange(len(y))
    task = _task(pack, part, characteristic, support, np.setdiff1d(known, support))
    t = None if part.t is None else part.t[query]
    return Exam(task, part.x[query], t, y[query], sd, query, support)


def _draw(
    part: PackStage,
    y: Array,
    kind: Kind,
    labelled: Rows,
    halves: tuple[Rows, Rows] | None,
    k: int,
    rng: np.random.Generator,
) -> tuple[Rows, Rows] | Skipped:
    if kind == "binary":
        return _draw_defects(part, y, labelled, halves, k, rng)
    if halves is None:
        query = _held_out(part, labelled, rng)
        pool = np.setdiff1d(labelled, query)
    else:
        pool, query = halves
    support = rng.permutation(pool)[:k]
    query = _capped(_apart(part, support, query), QUERY_CAP[kind], rng)
    if len(support) < k or len(query) < QUERY_LEAST:
        return Skipped(f"{len(labelled)} labelled units do not serve {k} labels and a query of {QUERY_LEAST}")
    return np.sort(support), query


def _draw_defects(
    part: PackStage, y: Array, labelled: Rows, halves: tuple[Rows, Rows] | None, k: int, rng: np.random.Generator
) -> tuple[Rows, Rows] | Skipped:
    pool, query = halves or (labelled, labelled)
    shuffled = rng.permutation(pool)
    bad, good = shuffled[y[shuffled] == 1], shuffled[y[shuffled] == 0]
    goods = 3 * k if k else 10
    support = np.concatenate([bad[:k], good[:goods]])
    query = _capped(_apart(part, support, np.setdiff1d(query, support)), QUERY_CAP["binary"], rng)
    left = int(np.sum(y[query] == 1))
    if len(support) < k + goods or left < 1 or len(query) - left < QUERY_LEAST:
        return Skipped(f"{len(bad)} nonconforming units do not serve {k} labelled ones and a query")
    return np.sort(support), query


def _held_out(part: PackStage, labelled: Rows, rng: np.random.Generator) -> Rows:
    """Whole replicate groups for the query: half of the stage, less where the largest support needs the rest."""
    wanted = max(min(len(labelled) // 2, len(labelled) - max(SHOTS)), QUERY_LEAST)
    if part.groups is None:
        return rng.permutation(labelled)[:wanted]
    ids = np.unique(np.array([str(g) for g in part.groups[labelled]]), return_inverse=True)[1]
    order = rng.permutation(int(ids.max()) + 1)
    reached = np.cumsum(np.bincount(ids)[order])
    held = order[: int(np.searchsorted(reached, wanted)) + 1]
    return labelled[np.isin(ids, held)]


def _apart(part: PackStage, support: Rows, query: Rows) -> Rows:
    """Leave out of the query what is a replicate of a labelled unit."""
    if part.groups is None:
        return query
    taken = {str(g) for g in part.groups[support]}
    return query[[str(g) not in taken for g in part.groups[query]]]


def _halves(part: PackStage, labelled: Rows) -> tuple[Rows, Rows] | None:
    """Labelled units before and from the middle time on; units of one moment stay together."""
    if part.t is None or not labelled.size:
        return None
    t = part.t[labelled]
    early = t < np.sort(t)[len(t) // 2]
    return (labelled[early], labelled[~early]) if early.any() else None


def _first_half(part: PackStage, early: Rows) -> Rows:
    if part.t is None:
        return early
    return np.flatnonzero(part.t <= part.t[early].max())


def _capped(rows: Rows, cap: int, rng: np.random.Generator) -> Rows:
    return np.sort(rng.permutation(rows)[:cap])


def _training_labels(y: Array, labelled: Rows, kind: Kind, cap: int, rng: np.random.Generator) -> Rows:
    shuffled = rng.permutation(labelled)
    if kind == "continuous":
        return np.sort(shuffled[:cap])
    bad = shuffled[y[shuffled] == 1][: cap // 2]
    good = shuffled[y[shuffled] == 0][: cap - len(bad)]
    return np.sort(np.concatenate([bad, good]))


def _others(n: int, chosen: Rows) -> Rows:
    return np.setdiff1d(np.arange(n), chosen)


def _task(pack: Pack, stage: PackStage, characteristic: str, support: Rows, unlabelled: Rows) -> Task:
    """Rows in order of time; of the unlabelled the newest, or without an order an even choice."""
    if len(unlabelled) > UNLABELLED_CAP:
        even = np.linspace(0, len(unlabelled) - 1, UNLABELLED_CAP).astype(np.intp)
        unlabelled = unlabelled[even] if stage.t is None else unlabelled[-UNLABELLED_CAP:]
    return Task(
        stage=stage.name,
        characteristic=characteristic,
        columns=pack.columns,
        support_x=stage.x[support],
        support_y=stage.y[characteristic][support],
        unlabelled_x=stage.x[unlabelled],
        support_t=None if stage.t is None else stage.t[support],
        unlabelled_t=None if stage.t is None else stage.t[unlabelled],
        kind=pack.characteristics[characteristic],
        groups=None if stage.groups is None else stage.groups[support],
    )


def _clusters(pack: Pack) -> list[list[str]]:
    """Stages joined by shared replicate ids; if that joins them all, the ids are settings, not units."""
    clusters: list[tuple[set[str], list[str]]] = []
    for stage in pack.stages:
        ids = set() if stage.groups is None else {str(g) for g in stage.groups}
        names = [stage.name]
        joined = [c for c in clusters if c[0] & ids]
        clusters = [c for c in clusters if not c[0] & ids]
        for other_ids, other_names in joined:
            ids, names = ids | other_ids, other_names + names
        clusters.append((ids, names))
    if len(clusters) == 1:
        return [[stage.name] for stage in pack.stages]
    return [names for _, names in clusters]


def _generator(seed: int, *names: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32("\x1f".join(names).encode())])
