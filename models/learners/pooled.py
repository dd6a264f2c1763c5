"""Baseline: boosted trees over all sisters, corrected by the offset of the stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Adapted, Array, Task
from models.errors import StateError
from models.learners.parts.boosted import Boosted, grow
from models.learners.parts.families import Family, align, group, match, pack, unpack
from models.learners.parts.levels import from_labels
from models.learners.parts.plain import reference_for, seed_of, sentence
from models.learners.parts.serving import Answer, Respond, serve
from models.state import State

LABELS_A_STAGE = 400


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Trees of one family.

    Parameters
    ----------
    trees : Boosted
    offset, residual : float
        Standard deviation over stages of the offset from the trees, and of what is left inside a stage.
    """

    trees: Boosted
    offset: float
    residual: float


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
        place = match(self._families, task)
        reference = reference_for(self._families, task)
        if place is None:
            respond = from_labels(task, None, task.support_y)
            return serve(task, respond, (f"mean of the stage: {sentence(task, None)}",))
        family = self._families[place]
        said = sentence(task, family.levels)
        return serve(task, _respond(task, family, self._pools[place]), (f"pooled with sisters: {said}",), reference)

    def state(self) -> State:
        """Return families and trees."""
        meta, arrays = pack(self._families)
        for i, p in enumerate(self._pools):
            arrays[f"pools/{i}/numbers"] = np.array([p.trees.base, p.offset, p.residual])
            arrays[f"pools/{i}/feature"] = p.trees.feature.astype(np.float64)
            arrays[f"pools/{i}/threshold"] = p.trees.threshold
            arrays[f"pools/{i}/value"] = p.trees.value
        return State({"learner": self.name, "seed": self.seed, "settings": {}, "families": meta}, arrays)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed, families = seed_of(cls.name, state), unpack(state)
        pools = tuple(_read(state.inside(f"pools/{i}"), len(f.columns)) for i, f in enumerate(families))
        return cls(seed, families=families, pools=pools)


def _read(arrays: Mapping[str, Array], d: int) -> Pool:
    try:
        base, offset, residual = (float(v) for v in arrays["numbers"])
        trees = Boosted(base, arrays["feature"].astype(np.int32), arrays["threshold"], arrays["value"])
    except (KeyError, ValueError) as error:
        raise StateError(f"state of learner 'pooled': {error} is missing or damaged") from None
    count, depth = trees.feature.shape
    inside = not trees.feature.size or (trees.feature.min() >= 0 and trees.feature.max() < d)
    if not inside or trees.threshold.shape != (count, depth) or trees.value.shape != (count, 2**depth):
        raise StateError("state of learner 'pooled': an array has the wrong shape - train again")
    return Pool(trees, offset, residual)


def _pool(family: Family, tasks: Sequence[Task], seed: int) -> Pool:
    rng = np.random.default_rng(seed)
    rows = [np.sort(rng.permutation(len(t.support_y))[:LABELS_A_STAGE]) for t in tasks]
    pairs = list(zip(tasks, rows, strict=True))
    xs = [align(t.support_x[r], t.columns, family.columns) for t, r in pairs]
    ys = [t.support_y[r] for t, r in pairs]
    left = _held_out(xs, ys, rng)
    means, spreads = np.array([e.mean() for e in left]), np.array([e.var() for e in left])
    x, y = np.vstack(xs), np.concatenate(ys)
    trees = grow(x, y, np.ones(len(y)), rng)
    return Pool(trees, float(np.sqrt(np.mean(means**2))), float(np.sqrt(np.median(spreads))))


def _held_out(xs: Sequence[Array], ys: Sequence[Array], rng: np.random.Generator) -> list[Array]:
    """Return the errors at each stage of trees grown without it (in three parts)."""
    count = min(3, len(xs))
    if count < 2:
        return [ys[0] - ys[0].mean()]
    part = rng.permutation(len(xs)) % count
    grown = []
    for left_out in range(count):
        keep = [i for i in range(len(xs)) if part[i] != left_out]
        x, y = np.vstack([xs[i] for i in keep]), np.concatenate([ys[i] for i in keep])
        grown.append(grow(x, y, np.ones(len(y)), rng))
    return [y - grown[p].predict(x) for x, y, p in zip(xs, ys, part, strict=True)]


def _respond(task: Task, family: Family, pool: Pool) -> Respond:
    """Return the trees plus the posterior mean of the offset (normal with known variances, Gelman et al. 2013, 2.5)."""
    columns = task.columns
    error = task.support_y - pool.trees.predict(align(task.support_x, columns, family.columns))
    n, prior = len(error), max(pool.offset, 1e-9) ** 2
    freedom = 4.0 + max(n - 1, 0)
    squares = float(((error - error.mean()) ** 2).sum()) if n else 0.0
    inside = max((4.0 * pool.residual**2 + squares) / freedom, 1e-18)
    variance = 1.0 / (1.0 / prior + n / inside)
    offset = variance * float(error.sum()) / inside
    scale = float(np.sqrt(inside + variance))

    def respond(x: Array, _t: Array | None) -> Answer:
        mean = offset + pool.trees.predict(align(x, columns, family.columns))
        return Answer(mean, np.full(len(x), scale), freedom)

    return respond
