"""Baseline: boosted trees over all sisters, corrected by the offset of the stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Adapted, Array, Task
from models.errors import StateError
from models.learners.parts import Rows
from models.learners.parts.boosted import Boosted, grow
from models.learners.parts.families import Family, align, group, pack, unpack
from models.learners.parts.plain import Kin, seed_of
from models.learners.parts.serving import Answer
from models.state import State

LABELS_A_STAGE = 400


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Trees of one family.

    Parameters
    ----------
    trees : Boosted
        For a new sister.
    honest : tuple of Boosted
        Trees for the stages of the training itself, each grown without some of them.
    place : ndarray of int, shape (stages,)
        Which of `honest` never saw the stage.
    offset, residual : float
        Standard deviation over stages of the offset from the trees, and of what is left inside a stage.
    """

    trees: Boosted
    honest: tuple[Boosted, ...]
    place: Rows
    offset: float
    residual: float

    def trees_for(self, stages: tuple[str, ...], stage: str) -> Boosted:
        """Return trees that never saw a label of `stage`; `stages` are those of the training, in its order."""
        return self.honest[int(self.place[stages.index(stage)])] if stage in stages else self.trees


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
        self, seed: int = 0, device: str = "auto", families: tuple[Family, ...] = (), pools: tuple[Pool, ...] = ()
    ) -> None:
        self.seed, self.device, self._families, self._pools = seed, device, families, pools

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Grow trees for each family; offsets are measured on stages that the trees did not see."""
        found = group(tasks, self.seed)
        pools = tuple(_pool(family, members, self.seed) for family, members in found)
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
        for i, p in enumerate(self._pools):
            arrays[f"pools/{i}/numbers"] = np.array([p.offset, p.residual])
            arrays[f"pools/{i}/place"] = p.place.astype(np.float64)
            for j, trees in enumerate((p.trees, *p.honest)):
                arrays[f"pools/{i}/{j}/base"] = np.array([trees.base])
                arrays[f"pools/{i}/{j}/feature"] = trees.feature.astype(np.float64)
                arrays[f"pools/{i}/{j}/threshold"] = trees.threshold
                arrays[f"pools/{i}/{j}/value"] = trees.value
        return State({"learner": self.name, "seed": self.seed, "settings": {}, "families": meta}, arrays)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed, families = seed_of(cls.name, state), unpack(state)
        pools = tuple(_read(state.inside(f"pools/{i}"), len(f.columns)) for i, f in enumerate(families))
        return cls(seed, families=families, pools=pools)


def _read(arrays: Mapping[str, Array], d: int) -> Pool:
    try:
        offset, residual = (float(v) for v in arrays["numbers"])
        place = arrays["place"].astype(np.intp)
        trees = [_trees(arrays, str(j)) for j in range(int(place.max()) + 2)]
    except (KeyError, ValueError, IndexError) as error:
        raise StateError(f"state of learner 'pooled': {error} is missing or damaged") from None
    if place.min() < 0 or not all(_sound(t, d) for t in trees):
        raise StateError("state of learner 'pooled': an array has the wrong shape - train again")
    return Pool(trees[0], tuple(trees[1:]), place, offset, residual)


def _trees(arrays: Mapping[str, Array], head: str) -> Boosted:
    feature = arrays[f"{head}/feature"].astype(np.int32)
    return Boosted(float(arrays[f"{head}/base"][0]), feature, arrays[f"{head}/threshold"], arrays[f"{head}/value"])


def _sound(trees: Boosted, d: int) -> bool:
    count, depth = trees.feature.shape
    inside = not trees.feature.size or (trees.feature.min() >= 0 and trees.feature.max() < d)
    return bool(inside and trees.threshold.shape == (count, depth) and trees.value.shape == (count, 2**depth))


def _pool(family: Family, tasks: Sequence[Task], seed: int) -> Pool:
    rng = np.random.default_rng(seed)
    rows = [np.sort(rng.permutation(len(t.support_y))[:LABELS_A_STAGE]) for t in tasks]
    pairs = list(zip(tasks, rows, strict=True))
    xs = [align(t.support_x[r], t.columns, family.columns) for t, r in pairs]
    ys = [t.support_y[r] for t, r in pairs]
    honest, place = _without(xs, ys, rng)
    left = [y - honest[p].predict(x) for x, y, p in zip(xs, ys, place, strict=True)]
    means, spreads = np.array([e.mean() for e in left]), np.array([e.var() for e in left])
    x, y = np.vstack(xs), np.concatenate(ys)
    trees = grow(x, y, np.ones(len(y)), rng)
    return Pool(trees, honest, place, float(np.sqrt(np.mean(means**2))), float(np.sqrt(np.median(spreads))))


def _without(xs: Sequence[Array], ys: Sequence[Array], rng: np.random.Generator) -> tuple[tuple[Boosted, ...], Rows]:
    """Grow trees three times, each time without some stages; return them and which of them never saw each stage."""
    count = min(3, len(xs))
    if count < 2:
        none = np.zeros((0, 1))
        mean = Boosted(float(ys[0].mean()), none.astype(np.int32), none, np.zeros((0, 2)))
        return (mean,), np.zeros(1, dtype=np.intp)
    place = rng.permutation(len(xs)) % count
    grown = []
    for left_out in range(count):
        keep = [i for i in range(len(xs)) if place[i] != left_out]
        x, y = np.vstack([xs[i] for i in keep]), np.concatenate([ys[i] for i in keep])
        grown.append(grow(x, y, np.ones(len(y)), rng))
    return tuple(grown), place


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


def _respond(task: Task, family: Family, pool: Pool) -> Shifted:
    """Return the trees plus the posterior mean of the offset (normal with known variances, Gelman et al. 2013, 2.5)."""
    columns, trees = tuple(task.columns), pool.trees_for(family.stages, task.stage)
    error = task.support_y - trees.predict(align(task.support_x, columns, family.columns))
    n, prior = len(error), max(pool.offset, 1e-9) ** 2
    freedom = 4.0 + max(n - 1, 0)
    squares = float(((error - error.mean()) ** 2).sum()) if n else 0.0
    inside = max((4.0 * pool.residual**2 + squares) / freedom, 1e-18)
    variance = 1.0 / (1.0 / prior + n / inside)
    offset = variance * float(error.sum()) / inside
    return Shifted(columns, family.columns, trees, offset, float(np.sqrt(inside + variance)), freedom)
