"""Baseline: boosted trees over all sisters, corrected by the offset of the stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Adapted, Array, Task
from models.learners.parts.boosted import Boosted
from models.learners.parts.families import Family, align, group, pack, unpack
from models.learners.parts.plain import Kin, seed_of
from models.learners.parts.serving import Answer
from models.learners.parts.sisters import Sisters
from models.state import State

LABELS_A_STAGE = 400


class Pooled:
    """Boosted trees on the labels of all sisters; labels of the stage move the level, shrunk by how much levels vary.

    Parameters
    ----------
    seed : int
    device : str
        Accepted for the common signature; this learner computes on the processor.
    """

    name = "pooled"

    def __init__(
        self, seed: int = 0, device: str = "auto", families: tuple[Family, ...] = (), pools: tuple[Sisters, ...] = ()
    ) -> None:
        self.seed, self.device, self._families, self._pools = seed, device, families, pools

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Grow trees for each family; offsets are measured on stages that the trees did not see."""
        found = group(tasks, self.seed)
        pools = tuple(
            Sisters.of(family, members, np.random.default_rng(self.seed), LABELS_A_STAGE) for family, members in found
        )
        return type(self)(self.seed, self.device, tuple(family for family, _ in found), pools)

    def adapt(self, task: Task) -> Adapted:
        """Estimate the offset of the stage from its labels; a stranger gets the mean of its labels."""
        kin = Kin.of(self._families, task)
        if kin.place is None or kin.family is None:
            return kin.by_mean()
        respond = _respond(task, kin.family, self._pools[kin.place])
        return kin.answered(respond, "pooled with sisters", carried=1.0)

    def state(self) -> State:
        """Return families and trees."""
        meta, arrays = pack(self._families)
        for i, pool in enumerate(self._pools):
            arrays |= {f"pools/{i}/{key}": value for key, value in pool.arrays().items()}
        return State({"learner": self.name, "seed": self.seed, "settings": {}, "families": meta}, arrays)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed, families = seed_of(cls.name, state), unpack(state)
        pools = tuple(Sisters.read(cls.name, state.inside(f"pools/{i}"), f) for i, f in enumerate(families))
        return cls(seed, families=families, pools=pools)


@dataclass(frozen=True, slots=True, eq=False)
class Shifted:
    """What answers: trees over the family's parameters `wanted`, moved by the stage's `offset`, and one t for all."""

    columns: tuple[str, ...]
    wanted: tuple[str, ...]
    trees: Boosted
    offset: float
    scale: float
    freedom: float

    def __call__(self, x: Array, _t: Array | None) -> Answer:
        """Answer for units `x`, shape (q, d)."""
        mean = self.offset + self.trees.predict(align(x, self.columns, self.wanted))
        return Answer(mean, np.full(len(x), self.scale), self.freedom)


def _respond(task: Task, family: Family, pool: Sisters) -> Shifted:
    """Return the trees plus the posterior mean of the offset (normal with known variances, Gelman et al. 2013, 2.5)."""
    columns, trees = tuple(task.columns), pool.trees_for(family, task.stage)
    error = task.support_y - trees.predict(align(task.support_x, columns, family.columns))
    n, prior = len(error), max(pool.offset, 1e-9) ** 2
    freedom = 4.0 + max(n - 1, 0)
    squares = float(((error - error.mean()) ** 2).sum()) if n else 0.0
    inside = max((4.0 * pool.residual**2 + squares) / freedom, 1e-18)
    variance = 1.0 / (1.0 / prior + n / inside)
    offset = variance * float(error.sum()) / inside
    return Shifted(columns, family.columns, trees, offset, float(np.sqrt(inside + variance)), freedom)
