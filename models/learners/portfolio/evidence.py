"""Errors of the members on stages whose labels they never saw, at several numbers of labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.base import LEVEL, Array, BoolArray, Learner, Task
from models.calibration import across_stage_factor
from models.learners.parts import Rows
from models.learners.parts.draws import draw, restrict
from models.learners.parts.horizons import HORIZONS
from models.learners.parts.serving import values

SHOTS = np.array([0, 1, 2, 5, 10, 20, 50])
WALK = (2, 3, 4, 5, 7, 10, 14, 20, 28, 40, 56)
"""Soon after the last label a stage is judged at so many labels, as they come in from its start, and from anywhere."""
QUERIES = 80
EPISODES = 24
REPEATS = 3
FEWEST = 12
UNLABELLED = 200


@dataclass(frozen=True, slots=True, eq=False)
class Episode:
    """One examination of all members at one number of labels.

    Parameters
    ----------
    stage : str
    horizon : int
        Place in `HORIZONS`: the units were among the labels, soon after them or later.
    size : int
    errors, halves : ndarray, shape (members, queries)
        Errors and promised 90 % half-widths, in standard deviations of the stage.
    truth : ndarray, shape (queries,)
        Labels of the queries, in standard deviations of the stage from its mean.
    """

    stage: str
    horizon: int
    size: int
    errors: Array
    halves: Array
    truth: Array


def examine(trained: Sequence[Learner], tasks: Sequence[Task], seed: int) -> list[Episode]:
    """Examine trained members on the stages of the training: labels drawn at random, and as they come in.

    A learner answers a stage of its training by fits that never saw a label of it (`models.checks.check_honest`), so
    nothing has to be trained again to be examined.

    Parameters
    ----------
    trained : sequence of Learner
    tasks : sequence of Task
        The stages they were trained on, of one family, with all labels.
    seed : int

    Returns
    -------
    list of Episode
        Empty with fewer than two stages that have labels enough.
    """
    rng = np.random.default_rng(seed)
    labelled = [t for t in tasks if len(t.support_y) >= FEWEST and np.ptp(t.support_y) > 0]
    if len(labelled) < 2:
        return []
    some = [labelled[int(i)] for i in np.sort(rng.permutation(len(labelled))[:EPISODES])]
    repeats = min(max(1, EPISODES // (2 * len(some))), REPEATS)
    walks = np.random.default_rng([seed, 1])
    drawn = ((task, one) for task in some for one in (*_drawn(task, repeats, rng), *_walked(task, walks)))
    return [_episode(trained, task, horizon, *rows) for task, (horizon, rows) in drawn]


def _drawn(task: Task, repeats: int, rng: np.random.Generator) -> Iterator[tuple[int, tuple[Rows, Rows]]]:
    """Draw episodes of every horizon: the rows of the labels, and of the units to judge on."""
    for horizon, size in ((h, int(k)) for h in range(len(HORIZONS)) for k in SHOTS):
        drawn = [draw(task, horizon, size, rng) for _ in range(repeats)]
        yield from ((horizon, rows) for rows in drawn if rows is not None)


def _walked(task: Task, rng: np.random.Generator) -> Iterator[tuple[int, tuple[Rows, Rows]]]:
    """Walk through a stage whose labels come in one by one: once from its start, and once from anywhere."""
    soon = HORIZONS.index("soon")
    drawn = [draw(task, soon, size, rng, first=first) for size in WALK for first in (True, False)]
    yield from ((soon, rows) for rows in drawn if rows is not None)


def _episode(trained: Sequence[Learner], task: Task, horizon: int, own: Rows, rest: Rows) -> Episode:
    rest = rest[:QUERIES]
    sd = float(task.support_y.std())
    short = restrict(task, own, whole=horizon == 0, most=UNLABELLED)
    x, t = task.support_x[rest], None if task.support_t is None else task.support_t[rest]
    y = task.support_y[rest]
    errors, halves = [], []
    for learner in trained:
        mean, lower, upper = values(learner.adapt(short), x, t, LEVEL)
        errors.append((mean - y) / sd)
        halves.append((upper - lower) / (2 * sd))
    truth = (y - task.support_y.mean()) / sd
    return Episode(task.stage, horizon, len(own), np.array(errors), np.array(halves), truth)


def products(episodes: Sequence[Episode]) -> Array:
    """Return the mean products of members' errors in each episode, shape (episodes, members, members)."""
    return np.stack([e.errors @ e.errors.T / e.errors.shape[1] for e in episodes])


def widening(episodes: Sequence[Episode], weights: Array, believed: BoolArray) -> float:
    """Return the factor that makes the intervals of the weighted average cover 90 % over the episodes."""
    ratios = []
    for e in episodes:
        share = weights[believed]
        mean = share @ e.errors[believed]
        half = np.sqrt(share @ (e.halves[believed] ** 2 + (e.errors[believed] - mean) ** 2))
        ratios.append(np.abs(mean) / np.maximum(half, 1e-12))
    return across_stage_factor(ratios)
