"""Defects: a Bayesian logistic head on detector scores, sisters' trees and line, and likeness to known defects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import special

from models.anomaly.detectors import SCORES, Detectors
from models.anomaly.knn import squared_distances
from models.base import Adapted, Array, Task
from models.errors import StateError
from models.learners.parts import Rows
from models.learners.parts.boosted import Boosted, Growth, grow
from models.learners.parts.families import Family, align, group, pack, unpack
from models.learners.parts.logistic import even, slopes
from models.learners.parts.plain import Kin, seed_of
from models.learners.parts.serving import Answer
from models.state import State

START = np.array([0.8, 0.1, 0.4, 0.3, 0.2, 0.5])
LEARNED, OWN = 0.3, 0.3
STAGE_WORTH, RATE_WORTH = 15.0, 20.0
BASE_RATE = 0.02
GROWTH = Growth(trees=60, depth=3, rate=0.1)
SHOTS = (0, 1, 3, 5)
GOOD_EACH = 3
REPEATS = 2
FEWEST = 10
BEND = 5.0
REACH = 6.0
DEFECT_WORTH = 4.0
FREEDOM = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """What one family knows of defects.

    Parameters
    ----------
    trees : Boosted
        Sisters' labels on parameters in standard deviations of their stage.
    line : ndarray, shape (d,)
        The same by logistic regression: the direction in which units become nonconforming.
    slopes : ndarray, shape (6,)
        Of the three detectors, the trees, the line and the likeness to known defects.
    rate : float
        Share of defects among the sisters' labels, pulled to `BASE_RATE` as by `RATE_WORTH` labels.
    """

    trees: Boosted
    line: Array
    slopes: Array
    rate: float


FEATURES = (*SCORES, "sisters' trees", "sisters' line", "known defects")
NOTHING = Boosted(0.0, np.zeros((0, 1), np.int32), np.zeros((0, 1)), np.zeros((0, 2)))
UNKNOWN = Head(NOTHING, np.zeros(0), START, BASE_RATE)


class DefectHead:
    """Probability of nonconformity from few labelled defects or none; slopes are learned across stages.

    Parameters
    ----------
    seed : int
    device : str
        Accepted for the common signature; this learner computes on the processor.
    """

    name = "defect_head"

    def __init__(
        self, seed: int = 0, device: str = "auto", families: tuple[Family, ...] = (), heads: tuple[Head, ...] = ()
    ) -> None:
        self.seed, self.device, self._families, self._heads = seed, device, families, heads

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Learn each family of defects; of continuous characteristics the levels alone."""
        found = group(tasks, self.seed)
        heads = tuple(_head(family, members, self.seed) for family, members in found)
        return type(self)(self.seed, self.device, tuple(family for family, _ in found), heads)

    def adapt(self, task: Task) -> Adapted:
        """Place the head at one stage; a continuous characteristic, or a stage of too few units, gets a plain mean."""
        kin = Kin.of(self._families, task)
        units = np.vstack([task.support_x, task.unlabelled_x])
        if task.kind != "binary" or len(units) < FEWEST:
            return kin.by_mean()
        head = UNKNOWN if kin.place is None else self._heads[kin.place]
        wanted = tuple(task.columns) if kin.family is None else kin.family.columns
        respond, found = _respond(task, wanted, head)
        parts = ", ".join(f"{n} {b:+.1f}" for n, b in zip(FEATURES, found, strict=True))
        size = np.abs(found)
        taught = float(size[len(SCORES) : -1].sum() / max(float(size.sum()), 1e-9))
        return kin.answered(respond, "logistic head", f"slopes: {parts}", carried=taught)

    def state(self) -> State:
        """Return families and heads."""
        meta, arrays = pack(self._families)
        for i, h in enumerate(self._heads):
            arrays |= {f"heads/{i}/slopes": h.slopes, f"heads/{i}/numbers": np.array([h.trees.base, h.rate])}
            arrays |= {f"heads/{i}/feature": h.trees.feature.astype(np.float64)}
            arrays |= {f"heads/{i}/threshold": h.trees.threshold, f"heads/{i}/value": h.trees.value}
            arrays[f"heads/{i}/line"] = h.line
        return State({"learner": self.name, "seed": self.seed, "settings": {}, "families": meta}, arrays)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed, families = seed_of(cls.name, state), unpack(state)
        heads = tuple(_read(state.inside(f"heads/{i}"), len(f.columns)) for i, f in enumerate(families))
        return cls(seed, families=families, heads=heads)


def _read(arrays: Mapping[str, Array], d: int) -> Head:
    try:
        base, rate = (float(v) for v in arrays["numbers"])
        trees = Boosted(base, arrays["feature"].astype(np.int32), arrays["threshold"], arrays["value"])
        head = Head(trees, arrays["line"], arrays["slopes"], rate)
    except (KeyError, ValueError) as error:
        raise StateError(f"state of learner 'defect_head': {error} is missing or damaged") from None
    count, depth = trees.feature.shape
    inside = not trees.feature.size or (trees.feature.min() >= 0 and trees.feature.max() < d)
    right = trees.threshold.shape == (count, depth) and trees.value.shape == (count, 2**depth)
    if not (inside and right and head.slopes.shape == START.shape and head.line.shape in {(0,), (d,)}):
        raise StateError("state of learner 'defect_head': an array has the wrong shape - train again")
    return head


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """One stage as the head sees it: detectors, trees and line of the sisters, and the known defects, standardized.

    `usual` holds mean and deviation over the stage's units of what trees and line say, shape (2, 2).
    """

    detectors: Detectors
    trees: Boosted
    line: Array
    usual: Array
    known: Array

    @classmethod
    def of(cls, units: Array, trees: Boosted, line: Array, bad: Array) -> Self:
        """Look at the stage with `units`, shape (m, d), of which `bad`, shape (k, d), are known defects."""
        detectors = Detectors.of(units)
        said = _said(detectors.units, trees, line)
        usual = np.array([said.mean(axis=0), np.maximum(said.std(axis=0), 1e-3)])
        return cls(detectors, trees, line, usual, detectors.standard(bad))

    def features(self, x: Array, own: Rows | None = None) -> Array:
        """Return the six features of units `x`, shape (n, 6); `own` are the places of known defects among them."""
        z = self.detectors.standard(x)
        scores = self.detectors.scores(x)
        pooled = (_said(z, self.trees, self.line) - self.usual[0]) / self.usual[1]
        found = np.column_stack([scores, pooled, self._likeness(z, own)])
        bent: Array = np.sign(found) * np.where(
            np.abs(found) > BEND, BEND + np.log1p(np.maximum(np.abs(found) - BEND, 0.0)), np.abs(found)
        )
        return bent

    def _likeness(self, z: Array, own: Rows | None) -> Array:
        """Return how much nearer the nearest known defect is than usual, in standard deviations; 0 if none is known."""
        if len(self.known) < (1 if own is None else 2):
            return np.zeros(len(z))
        d2 = squared_distances(z, self.known)
        if own is not None:
            d2[own, np.arange(len(own))] = np.inf
        usual = squared_distances(self.detectors.units, self.known).min(axis=1)
        logs = np.log(usual + 1e-3)
        trust = len(self.known) / (len(self.known) + 2.0)
        likeness: Array = -trust * (np.log(d2.min(axis=1) + 1e-3) - logs.mean()) / max(float(logs.std()), 0.05)
        return likeness


def _said(z: Array, trees: Boosted, line: Array) -> Array:
    """Return what trees and line of the sisters say of standardized units `z`, shape (n, 2)."""
    along = _near(z) @ line if len(line) else np.zeros(len(z))
    return np.column_stack([trees.predict(z), along])


def _near(z: Array) -> Array:
    near: Array = np.clip(z, -REACH, REACH)
    return near


def _head(family: Family, tasks: Sequence[Task], seed: int) -> Head:
    if family.kind != "binary":
        return UNKNOWN
    rng = np.random.default_rng(seed)
    seen = np.concatenate([t.support_y for t in tasks])
    rate = (RATE_WORTH * BASE_RATE + float(seen.sum())) / (RATE_WORTH + len(seen))
    xs = [align(np.vstack([t.support_x, t.unlabelled_x]), t.columns, family.columns) for t in tasks]
    zs = [Detectors.of(x).standard(x[: len(t.support_y)]) if len(x) > 1 else x for x, t in zip(xs, tasks, strict=True)]
    ys = [t.support_y for t in tasks]
    features, labels, weights = [], [], []
    for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
        if len(x) < FEWEST or np.ptp(y) == 0:
            continue
        others = [j for j in range(len(tasks)) if j != i]
        trees, line = _pooled([zs[j] for j in others], [ys[j] for j in others], rng)
        for k in (k for k in SHOTS for _ in range(REPEATS)):
            bad, rest = _drawn(y, k, rng)
            if not (y[rest] == 1).any():
                continue
            features.append(Sight.of(x, trees, line, x[bad]).features(x[rest]))
            labels.append(y[rest])
            weights.append(even(y[rest]) * STAGE_WORTH / (len(SHOTS) * REPEATS))
    found = START
    if features:
        found = slopes(np.vstack(features), np.concatenate(labels), np.concatenate(weights), START, LEARNED)
    return Head(*_pooled(zs, ys, rng), found, min(max(rate, 1e-4), 0.5))


def _drawn(y: Array, k: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
    order = rng.permutation(len(y))
    bad = order[y[order] == 1][:k]
    return bad, np.setdiff1d(order, np.concatenate([bad, order[y[order] == 0][: GOOD_EACH * k]]))


def _pooled(zs: Sequence[Array], ys: Sequence[Array], rng: np.random.Generator) -> tuple[Boosted, Array]:
    """Learn trees and line from standardized units `zs` and labels `ys` of several stages."""
    if not zs or np.ptp(np.concatenate(ys)) == 0:
        return NOTHING, np.zeros(0)
    z, y = np.vstack(zs), np.concatenate(ys)
    trees = grow(z, y, even(y) * len(y), rng, GROWTH)
    worth = min(float(len(y)), 1.0 + DEFECT_WORTH * float(y.sum()))
    d = z.shape[1]
    return trees, slopes(_near(z), y, even(y) * worth, np.zeros(d), 1.0 / np.sqrt(max(d, 1)))


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """What answers: slopes on what `sight` sees of the family's parameters `wanted`, and the doubt about them."""

    columns: tuple[str, ...]
    wanted: tuple[str, ...]
    sight: Sight
    slopes: Array
    shift: float
    doubt: float

    def __call__(self, x: Array, _t: Array | None) -> Answer:
        """Answer for units `x`, shape (q, d)."""
        p = special.expit(self.sight.features(align(x, self.columns, self.wanted)) @ self.slopes + self.shift)
        return Answer(p, p * (1 - p) * self.doubt + 1e-6, FREEDOM)


def _respond(task: Task, wanted: tuple[str, ...], head: Head) -> tuple[Logistic, Array]:
    columns, y = tuple(task.columns), task.support_y
    own = align(task.support_x, columns, wanted)
    good = np.vstack([own[y == 0], align(task.unlabelled_x, columns, wanted)])
    units = good if len(good) >= FEWEST else np.vstack([own, align(task.unlabelled_x, columns, wanted)])
    sight = Sight.of(units, head.trees, head.line, own[y == 1])
    found = head.slopes
    if len(y) and np.ptp(y) > 0:
        found = slopes(sight.features(own, np.flatnonzero(y == 1)), y, np.ones(len(y)), head.slopes, OWN)
    rate = (RATE_WORTH * head.rate + float(y.sum())) / (RATE_WORTH + len(y))
    usual = sight.features(units[np.unique(np.linspace(0, len(units) - 1, 300).astype(int))]) @ found
    shift = _intercept(usual, rate)
    doubt = float(np.sqrt(OWN + 4.0 / (4.0 + len(y))))
    return Logistic(columns, wanted, sight, found, shift, doubt), found


def _intercept(scores: Array, rate: float) -> float:
    """Return the shift at which the mean probability over the units is `rate`, by bisection."""
    low, high = -60.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if special.expit(scores + middle).mean() < rate else (low, middle)
    return (low + high) / 2
