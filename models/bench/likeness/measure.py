"""Distances between stages against measured transfer of models between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from models.base import Array, Task
from models.bench.likeness.ways import Known, ways
from models.bench.packs import Pack, folders, load
from models.bench.protocols import generator, training_tasks
from models.learners.parts.boosted import Growth, grow
from models.learners.parts.draws import restrict

MOST_STAGES = 14
LABELS = 150
SHOTS = 10
NEAREST = 3
FOLDS = 3
FEWEST = 6
GROWTH = Growth(trees=50, depth=3, rate=0.15)
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Worth:
    """What one representation was worth on one pack with one seed.

    Parameters
    ----------
    pack, way : str
    seed : int
    rank : float
        Mean over new stages of Spearman's correlation of distance and loss of the transfer; 1 is perfect, 0 chance.
    gain : float
        Share by which the error after transfer from the three nearest stages lies below that from any stage (geometric
        mean); below 0 it misleads.
    best : float
        The same for the three stages that are best in hindsight: what there is to gain.
    """

    pack: str
    way: str
    seed: int
    rank: float
    gain: float
    best: float


@dataclass(frozen=True, slots=True)
class Found:
    """All that was measured."""

    rows: tuple[Worth, ...]


def compare(
    data: str | Path, packs: Sequence[str] | None = None, seeds: int = 3, progress: Progress | None = None
) -> Found:
    """Measure every representation on every regression pack (its first characteristic).

    Parameters
    ----------
    data : path
        Folder of packs.
    packs : sequence of str, optional
        Only these.
    seeds : int
        How often stages, labels and folds are drawn.
    progress : callable, optional
        ``progress(done, total, words)``.

    Raises
    ------
    PackError
        If the folder or a pack is not what it should be.
    """
    read = [load(folder) for folder in folders(data, packs)]
    asked = [(pack, what, seed) for pack in read for what in _continuous(pack)[:1] for seed in range(seeds)]
    rows: list[Worth] = []
    for done, (pack, what, seed) in enumerate(asked):
        rows += worths(pack, what, seed)
        if progress is not None:
            progress(done + 1, len(asked), f"{pack.name}, seed {seed}")
    return Found(tuple(rows))


def table(found: Found) -> list[tuple[str, ...]]:
    """Return rows of text: representation, packs, rank correlation, gain, gain in hindsight, worst pack."""
    lines: list[tuple[str, ...]] = []
    for way in dict.fromkeys(row.way for row in found.rows):
        mine = [row for row in found.rows if row.way == way]
        packs = list(dict.fromkeys(row.pack for row in mine))
        means = [np.mean([[r.rank, r.gain, r.best] for r in mine if r.pack == pack], axis=0) for pack in packs]
        rank, gain, best = np.mean(means, axis=0)
        worst = packs[int(np.argmin([m[1] for m in means]))]
        lines.append((way, str(len(packs)), f"{rank:+.2f}", f"{gain:+.1%}", f"{best:+.1%}",
                      f"{min(m[1] for m in means):+.1%} {worst}"))  # fmt: skip
    return lines


def worths(pack: Pack, characteristic: str, seed: int = 0) -> list[Worth]:
    """Measure every representation on one pack.

    A model of stage A (boosted trees on at most 150 labels) is applied to stage B; its loss is the logarithm of the
    error that is left once B's level is right, in standard deviations of B. Distances are seen as a new stage sees
    them: B with 10 labels. What is learned is learned without the third of the stages that B is in.

    Parameters
    ----------
    pack : Pack
    characteristic : str
    seed : int

    Returns
    -------
    list of Worth
        Empty for a pack of fewer than six stages.
    """
    rng = generator(seed, pack.name, "likeness")
    names = [s.name for s in pack.stages]
    some = sorted(rng.permutation(len(names))[:MOST_STAGES].tolist())
    tasks = training_tasks(pack, characteristic, [names[i] for i in some], seed, LABELS)
    if len(tasks) < FEWEST:
        return []
    place = np.array([names.index(t.stage) for t in tasks], dtype=np.float64)
    loss, short = transfer_losses(tasks, rng), [_new(task, rng) for task in tasks]
    fold = rng.permutation(len(tasks)) % FOLDS
    found: dict[str, list[tuple[float, float, float]]] = {}
    for part in range(FOLDS):
        old, new = np.flatnonzero(fold != part), np.flatnonzero(fold == part)
        timed = all(stage.t is not None for stage in pack.stages)
        known = Known(tuple(tasks[i] for i in old), place[old], loss[np.ix_(old, old)], timed, seed)
        for way, distances in ways(known).items():
            judged = [_judged(distances(short[b], int(place[b])), loss[old, b]) for b in new]
            found.setdefault(way, []).extend(judged)
    means = {way: np.mean(parts, axis=0) for way, parts in found.items()}
    return [Worth(pack.name, way, seed, float(r), float(1 - np.exp(g)), float(1 - np.exp(h)))
            for way, (r, g, h) in means.items()]  # fmt: skip


def transfer_losses(tasks: Sequence[Task], rng: np.random.Generator) -> Array:
    """Return the log of the error at stage b of trees grown on stage a, shape (a, b), with b's level put right."""
    found = np.zeros((len(tasks), len(tasks)))
    for a, source in enumerate(tasks):
        trees = grow(source.support_x, source.support_y, np.ones(len(source.support_y)), rng, GROWTH)
        for b, task in enumerate(tasks):
            left = task.support_y - trees.predict(task.support_x)
            sd = float(task.support_y.std())
            found[a, b] = np.log(max(float(left.std()), 1e-3 * sd) / sd) if sd > 0 else 0.0
    return found


def _judged(distance: Array, loss: Array) -> tuple[float, float, float]:
    rank = float(spearmanr(distance, loss).statistic) if np.ptp(distance) > 0 and np.ptp(loss) > 0 else 0.0
    nearest = np.argsort(distance, kind="stable")[:NEAREST]
    any_one = float(loss.mean())
    return rank, float(loss[nearest].mean()) - any_one, float(np.sort(loss)[:NEAREST].mean()) - any_one


def _continuous(pack: Pack) -> list[str]:
    return [name for name, kind in pack.characteristics.items() if kind == "continuous"]


def _new(task: Task, rng: np.random.Generator) -> Task:
    """Return the stage as it looks when it is new: ten labels, its other units unlabelled."""
    return restrict(task, np.sort(rng.permutation(len(task.support_y))[:SHOTS]))
