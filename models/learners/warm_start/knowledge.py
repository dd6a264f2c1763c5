"""What meta-training leaves: families, trees over sisters, and experience with recipes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from models.base import Array, Task
from models.errors import StateError
from models.learners.parts import Rows
from models.learners.parts.draws import restrict
from models.learners.parts.families import Family, group, pack, unpack
from models.learners.parts.levels import level_guess, spread_guess
from models.learners.parts.order import oldest_first
from models.learners.parts.plain import Kin
from models.learners.parts.sisters import FOLDS, Sisters
from models.learners.warm_start.answers import Means
from models.learners.warm_start.experience import Experience, draw, episode, informative
from models.learners.warm_start.recipes import SHARED
from models.learners.warm_start.workbench import Workbench
from models.representations.features import meta_features
from models.state import State

LABELS_A_STAGE = 150
MOST_LABELS = 300
SIZES = (0, 3, 5, 10, 20, 50)
REPEATS = 2
Pools = tuple[Sisters, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Everything that is carried to a new stage.

    Parameters
    ----------
    families : tuple of Family
    pools : tuple of tuple of Sisters
        For each family trees of every growth in `SHARED`; empty for one of fewer than three stages.
    experience : Experience
    factor : float
        Widening of intervals, 1 or more.
    """

    families: tuple[Family, ...] = ()
    pools: tuple[Pools, ...] = ()
    experience: Experience = field(default_factory=Experience.none)
    factor: float = 1.0

    @classmethod
    def of(cls, tasks: Sequence[Task], seed: int) -> tuple[Self, list[Task]]:
        """Grow the trees and try every recipe; return it with the tasks on which recipes were tried."""
        found, rng = group(tasks, seed), np.random.default_rng(seed)
        families = tuple(family for family, _ in found)
        bare = cls(families, tuple(_pools(family, members, rng) for family, members in found))
        some = informative([t for _, members in found for t in members], rng)
        return replace(bare, experience=_tried(bare, some, rng)), some

    def bench(self, task: Task, seed: int) -> tuple[Workbench, Rows]:
        """Return the workbench of a stage, and which of its labels (the newest 300 at most) lie on it, in order."""
        kin = Kin.of(self.families, task)
        rows = oldest_first(task, MOST_LABELS)[-MOST_LABELS:]
        pools = () if kin.place is None else self.pools[kin.place]
        bench = Workbench(
            x=task.support_x[rows],
            y=task.support_y[rows],
            units=np.vstack([task.support_x, task.unlabelled_x]),
            guess=spread_guess(task, kin.levels),
            level=level_guess(task, kin.levels),
            between=np.inf if kin.levels is None else kin.levels.between,
            means=() if kin.family is None else tuple(_means(p, kin.family, task) for p in pools),
            offsets=tuple((p.offset, p.residual) for p in pools),
            seed=seed,
        )
        return bench, rows

    def without(self, stage: int) -> Known:
        """Return it without the experience with one stage."""
        return replace(self, experience=self.experience.without(stage), factor=1.0)

    def state(self, about: dict[str, Any]) -> State:
        """Return it as a state; `about` goes with it."""
        meta, arrays = pack(self.families)
        for i, pools in enumerate(self.pools):
            for j, sisters in enumerate(pools):
                arrays |= {f"pools/{i}/{j}/{key}": value for key, value in sisters.arrays().items()}
        arrays |= {f"experience/{key}": value for key, value in self.experience.arrays().items()}
        arrays["factor"] = np.array([self.factor])
        counts = [len(pools) for pools in self.pools]
        return State(about | {"families": meta, "stages": list(self.experience.stages), "pools": counts}, arrays)

    @classmethod
    def read(cls, state: State) -> Self:
        """Rebuild what `state` wrote.

        Raises
        ------
        StateError
            If something is missing or does not fit.
        """
        families = unpack(state)
        try:
            counts = [int(v) for v in state.meta["pools"]]
            experience = Experience.read(state.inside("experience"), state.meta["stages"])
            factor = float(state.arrays["factor"][0])
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise StateError(f"state of learner 'warm_start' is damaged ({error}) - train again") from None
        if len(counts) != len(families) or not set(counts) <= {0, len(SHARED)}:
            raise StateError("state of learner 'warm_start': families and trees do not fit - train again")
        pools = tuple(
            tuple(Sisters.read("warm_start", state.inside(f"pools/{i}/{j}"), family) for j in range(count))
            for i, (family, count) in enumerate(zip(families, counts, strict=True))
        )
        return cls(families, pools, experience, factor)


def _tried(known: Known, tasks: Sequence[Task], rng: np.random.Generator) -> Experience:
    """Try every recipe on episodes of every stage, with trees that never saw the stage."""
    found: list[tuple[Array, Array, float, float, float]] = []
    for number, task in enumerate(tasks):
        place = Kin.of(known.families, task).place
        bench, rows = known.bench(task, 0)
        for own, rest in (d for size in SIZES for d in draw(task, rows, size, REPEATS, rng)):
            seen = meta_features(restrict(task, rows[own]))
            family = -1.0 if place is None else float(place)
            found.append((seen, episode(bench, own, rest), float(len(own)), float(number), family))
    if not found:
        return Experience.none()
    columns = (np.array(column, dtype=np.float64) for column in zip(*found, strict=True))
    return Experience(tuple(task.stage for task in tasks), *columns)


def _pools(family: Family, tasks: Sequence[Task], rng: np.random.Generator) -> Pools:
    if len(tasks) < FOLDS:
        return ()
    return tuple(Sisters.of(family, tasks, rng, LABELS_A_STAGE, growth) for growth in SHARED)


def _means(sisters: Sisters, family: Family, task: Task) -> Means:
    """Return trees that never saw a label of the stage of `task`, ready for its columns."""
    return Means(sisters.trees_for(family, task.stage), tuple(task.columns), family.columns)
