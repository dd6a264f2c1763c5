"""Which stages are nearest to a task, and why, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Array, Task
from models.representations.features import FEATURES, NAMES, meta_features
from models.representations.profile import apart, profile
from models.representations.space import Space

ALIKE = 0.35
UNLIKE = 1.5
SAID = 2
FLOOR = 0.2
STRANGER = 2.0
"""Squared distance of the parameters of a stranger, as of two stages drawn at random."""
COMPARED = [j for j, f in enumerate(FEATURES) if f.group != "size"]
_LEVEL, _SPREAD = NAMES.index("label_level"), NAMES.index("label_spread")
_TOLD = [j for j in COMPARED if j not in {_LEVEL, _SPREAD, NAMES.index("label_ratio")}]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A stage near to a task.

    Parameters
    ----------
    stage, characteristic : str
    distance : float
        0 is the same; about 1 is as far as two known stages usually are.
    reason : str
        What they share and what not.
    """

    stage: str
    characteristic: str
    distance: float
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """Known stages with their meta-features and profiles, computed once for many questions.

    Parameters
    ----------
    stages : tuple of Task
    looks : Space
        Of the meta-features.
    columns : tuple of str
        All parameters that any of them has.
    places : ndarray, shape (n, 2 columns)
        Their profiles over `columns`.
    """

    stages: tuple[Task, ...]
    looks: Space
    columns: tuple[str, ...]
    places: Array

    @classmethod
    def of(cls, stages: Sequence[Task]) -> Self:
        """Look at every stage; at least one."""
        columns = tuple(dict.fromkeys(name for task in stages for name in task.columns))
        looks = Space.of(np.array([meta_features(task) for task in stages]), group_weights(), FLOOR)
        return cls(tuple(stages), looks, columns, np.array([profile(t, columns) for t in stages]))

    def nearest(self, task: Task, count: int = 3) -> list[Neighbour]:
        """Return the nearest stages, nearest first; the task's own stage is left out."""
        seen = meta_features(task)
        distances = self.distances(task, seen)
        own = [s.stage == task.stage for s in self.stages]
        order = [int(i) for i in np.argsort(np.where(own, np.inf, distances), kind="stable") if not own[int(i)]]
        return [
            Neighbour(
                self.stages[i].stage, self.stages[i].characteristic, float(distances[i]), self._reason(i, task, seen)
            )
            for i in order[:count]
        ]

    def distances(self, task: Task, seen: Array | None = None) -> Array:
        """Return the distance of each known stage: meta-features and profile of shared parameters, half each."""
        looks = self.looks.distances(meta_features(task) if seen is None else seen) ** 2
        places = apart(self.places, profile(task, self.columns))
        there = np.isfinite(places)
        mean = np.where(there, places, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
        shared = np.array([_shared(stage, task) for stage in self.stages])
        where = shared * np.where(there.any(axis=1), mean, STRANGER) + (1.0 - shared) * STRANGER
        found: Array = np.sqrt((looks + where) / 2)
        return found

    def _reason(self, i: int, task: Task, seen: Array) -> str:
        other = self.stages[i]
        words = [_parameters(other, task)]
        square = self.looks.differences(seen)[i]
        told = [j for j in _TOLD if np.isfinite(square[j]) and self.looks.spread[j] > 0]
        alike = sorted(
            (j for j in told if square[j] < ALIKE**2), key=lambda j: (FEATURES[j].group != "relation", square[j])
        )
        words += [f"similar {FEATURES[j].words}" for j in alike[:SAID]]
        unlike = max(told, key=lambda j: float(square[j]), default=None)
        if unlike is not None and square[unlike] > UNLIKE**2:
            more = "more" if self.looks.points[i, unlike] > seen[unlike] else "less"
            words.append(f"{more} {FEATURES[unlike].words}")
        if (other.characteristic, other.kind) == (task.characteristic, task.kind):
            words += _levels(other.support_y, task.support_y)
        return ", ".join(words)


def nearest(stages: Sequence[Task], task: Task, count: int = 3) -> list[Neighbour]:
    """Return the stages nearest to a task, with distance and reason.

    Parameters
    ----------
    stages : sequence of Task
        Known stages; the task itself among them is left out.
    task : Task
        May have no labels yet.
    count : int

    Returns
    -------
    list of Neighbour
        Nearest first; empty where no other stage is known.

    Examples
    --------
    >>> x = np.linspace(0, 1, 20)[:, None]
    >>> known = [Task(s, "y", ["f"], x, 10 * k + np.sin(9 * x[:, 0])) for s, k in (("a", 1.0), ("b", 2.0))]
    >>> found = nearest(known, Task("new", "y", ["f"], x, 9.7 + np.sin(9 * x[:, 0])), count=1)[0]
    >>> found.stage, found.reason.startswith("same parameters"), found.reason.endswith("level 3 % higher")
    ('a', True, True)
    """
    return Atlas.of(stages).nearest(task, count) if len(stages) else []


def group_weights() -> Array:
    """Return weights with which each group of meta-features counts the same, and the sizes not at all, shape (30,)."""
    count = Counter(f.group for f in FEATURES)
    return np.array([0.0 if f.group == "size" else len(COMPARED) / (3 * count[f.group]) for f in FEATURES])


def _shared(a: Task, b: Task) -> float:
    return len(set(a.columns) & set(b.columns)) / max(len(set(a.columns) | set(b.columns)), 1)


def _parameters(other: Task, task: Task) -> str:
    shared = len(set(other.columns) & set(task.columns))
    if shared == len(task.columns) == len(other.columns):
        return "same parameters"
    return f"{shared} of {len(task.columns)} parameters shared" if shared else "other parameters"


def _levels(other: Array, own: Array) -> list[str]:
    """Say how level and spread of the labels differ, seen from the task."""
    if not len(other) or not len(own):
        return []
    sd = float(np.sqrt((other.var() + own.var()) / 2))
    step = float(other.mean() - own.mean())
    size = max(abs(float(own.mean())), 1e-300)
    side = "higher" if step > 0 else "lower"
    words = []
    if size > 2 * sd and abs(step) < size:
        words.append(
            f"level {abs(step) / size:.0%} {side}".replace("%", " %") if abs(step) / size >= 0.005 else "same level"
        )
    elif sd > 0:
        words.append(f"level {abs(step) / sd:.1f} spreads {side}" if abs(step) / sd >= 0.05 else "same level")
    ratio = float(other.std()) / float(own.std()) if len(own) > 4 and own.std() > 0 else 1.0
    if ratio > 1.25 or ratio < 0.8:
        words.append(f"spread {ratio:.1f} times as wide")
    return words
