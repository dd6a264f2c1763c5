"""The representations that are compared: each turns a new task into distances from the stages known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.base import Array, Task
from models.representations.encoder import Encoder
from models.representations.features import FEATURES, meta_features
from models.representations.graph import FlowGraph, Node, hop_weights
from models.representations.nearest import FLOOR, Atlas
from models.representations.profile import apart, profile
from models.representations.space import Space, learned_weights

LEVEL_FREE = [j for j, f in enumerate(FEATURES) if f.group != "size"]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Stages that distances are measured from, and how ill models carried over between them.

    Parameters
    ----------
    tasks : tuple of Task
    place : ndarray of int, shape (n,)
        Places in the order of the pack: where it has times, a stage follows the one before it.
    loss : ndarray, shape (n, n)
        Row: the stage whose model it is; column: the stage it is applied to.
    timed : bool
    seed : int
    """

    tasks: tuple[Task, ...]
    place: Array
    loss: Array
    timed: bool
    seed: int

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """All pairs of two stages."""
        n = len(self.tasks)
        return [(a, b) for a in range(n) for b in range(n) if a != b]

    @property
    def ill(self) -> Array:
        """The loss of each pair."""
        return np.array([self.loss[a, b] for a, b in self.pairs])


Way = Callable[[Task, int], Array]
"""``way(task, place)``: distances of a new task, whose place in the pack's order is given, shape (n,)."""


def ways(known: Known) -> Mapping[str, Way]:
    """Return every representation; what is learned is learned from the known stages alone."""
    look = np.array([meta_features(t)[LEVEL_FREE] for t in known.tasks])
    plain = Space.of(look, floor=FLOOR)
    square = np.array([plain.differences(plain.points[b])[a] for a, b in known.pairs])
    learned = replace(plain, weights=learned_weights(square, known.ill))
    encoder = Encoder.fit(known.tasks, known.seed)
    met = np.array([encoder.embed(t) for t in known.tasks])
    columns, atlas = known.tasks[0].columns, Atlas.of(known.tasks)
    where = np.array([profile(t, columns) for t in known.tasks])

    def run_at(t: Task, _place: int) -> Array:
        found: Array = np.sqrt(np.nanmean(apart(where, profile(t, columns)), axis=1))
        return found

    found: dict[str, Way] = {
        "meta-features": lambda t, _: plain.distances(meta_features(t)[LEVEL_FREE]),
        "meta-features, weights learned": lambda t, _: learned.distances(meta_features(t)[LEVEL_FREE]),
        "profile of parameters": run_at,
        "embedding": lambda t, _: 1.0 - met @ encoder.embed(t),
        "nearest (meta-features + profile)": lambda t, _: atlas.distances(t),
    }
    if known.timed:
        found["order in time alone"] = lambda _, place: np.abs(known.place - place).astype(np.float64)
        found["graph: meta-features passed along"] = _along(known, plain)
    return found


def _along(known: Known, plain: Space) -> Way:
    """Meta-features passed along the chain of stages in time, each round weighed by what it told of transfers."""
    hops = _chain(known.place).hops(plain.scaled(plain.points))
    weights = hop_weights(hops, known.pairs, known.ill)

    def distances(task: Task, place: int) -> Array:
        every = np.vstack([plain.points, meta_features(task)[LEVEL_FREE]])
        passed = _chain(np.append(known.place, place)).hops(plain.scaled(every))
        square = np.nanmean((passed[:, :-1] - passed[:, -1:]) ** 2, axis=2)
        found: Array = np.sqrt(weights @ square)
        return found

    return distances


def _chain(place: Array) -> FlowGraph:
    order = [int(i) for i in np.argsort(place, kind="stable")]
    before = {i: (str(order[k - 1]),) if k else () for k, i in enumerate(order)}
    return FlowGraph.of([Node(str(i), before[i]) for i in range(len(place))])
