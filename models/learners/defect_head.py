"""Defects: a Bayesian logistic head on detector scores, pooled sisters and likeness to known defects."""

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
from models.learners.parts.plain import Kin, seed_of
from models.learners.parts.serving import Answer
from models.state import State

START = np.array([0.8, 0.1, 0.4, 0.3, 0.5])
LEARNED, OWN = 0.4, 0.3
STAGE_WORTH, RATE_WORTH = 15.0, 20.0
BASE_RATE = 0.02
GROWTH = Growth(trees=60, depth=3, rate=0.1)
SHOTS = (0, 1, 3, 5)
GOOD_EACH = 3
REPEATS = 2
FEWEST = 10
BEND = 5.0
FREEDOM = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """What one family knows of defects.

    Parameters
    ----------
    trees : Boosted
        Sisters' labels on parameters in standard deviations of their stage.
    slopes : ndarray, shape (5,)
        Of the three detectors, the pooled trees and the likeness to known defects.
    rate : float
        Share of defects among the sisters' labels, pulled to `BASE_RATE` as by `RATE_WORTH` labels.
    """

    trees: Boosted
    slopes: Array
    rate: float


NOTHING = Boosted(0.0, np.zeros((0, 1), np.int32), np.zeros((0, 1)), np.zeros((0, 2)))
UNKNOWN = Head(NOTHING, START, BASE_RATE)


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
        respond, slopes = _respond(task, wanted, head)
        parts = ", ".join(f"{n} {b:+.1f}" for n, b in zip((*SCORES, "sisters", "known defects"), slopes, strict=True))
        taught = float(abs(slopes[len(SCORES)]) / max(float(np.abs(slopes).sum()), 1e-9))
        return kin.answered(respond, "logistic head", f"slopes: {parts}", carried=taught)

    def state(self) -> State:
        """Return families and heads."""
        meta, arrays = pack(self._families)
        for i, h in enumerate(self._heads):
            arrays |= {f"heads/{i}/slopes": h.slopes, f"heads/{i}/numbers": np.array([h.trees.base, h.rate])}
            arrays |= {f"heads/{i}/feature": h.trees.feature.astype(np.float64)}
            arrays |= {f"heads/{i}/threshold": h.trees.threshold, f"heads/{i}/value": h.trees.value}
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
        head = Head(trees, arrays["slopes"], rate)
    except (KeyError, ValueError) as error:
        raise StateError(f"state of learner 'defect_head': {error} is missing or damaged") from None
    count, depth = trees.feature.shape
    inside = not trees.feature.size or (trees.feature.min() >= 0 and trees.feature.max() < d)
    right = trees.threshold.shape == (count, depth) and trees.value.shape == (count, 2**depth)
    if not (inside and right and head.slopes.shape == START.shape):
        raise StateError("state of learner 'defect_head': an array has the wrong shape - train again")
    return head


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """One stage as the head sees it: detectors, trees of the sisters, and the known defects, standardized."""

    detectors: Detectors
    trees: Boosted
    usual: tuple[float, float]
    known: Array

    def features(self, x: Array, own: Rows | None = None) -> Array:
        """Return the five features of units `x`, shape (n, 5); `own` are the places of known defects among them."""
        z = self.detectors.standard(x)
        scores = self.detectors.scores(x)
        pooled = (self.trees.predict(z) - self.usual[0]) / self.usual[1]
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


def _sight(units: Array, trees: Boosted, bad: Array) -> Sight:
    detectors = Detectors.of(units)
    said = trees.predict(detectors.units)
    return Sight(detectors, trees, (float(said.mean()), max(float(said.std()), 1e-3)), detectors.standard(bad))


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
        trees = _trees([zs[j] for j in others], [ys[j] for j in others], rng)
        for k in (k for k in SHOTS for _ in range(REPEATS)):
            bad, rest = _drawn(y, k, rng)
            if not (y[rest] == 1).any():
                continue
            features.append(_sight(x, trees, x[bad]).features(x[rest]))
            labels.append(y[rest])
            weights.append(_even(y[rest]) * STAGE_WORTH / (len(SHOTS) * REPEATS))
    slopes = START
    if features:
        slopes = _logistic(np.vstack(features), np.concatenate(labels), np.concatenate(weights), START, LEARNED)
    return Head(_trees(zs, ys, rng), slopes, min(max(rate, 1e-4), 0.5))


def _drawn(y: Array, k: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
    order = rng.permutation(len(y))
    bad = order[y[order] == 1][:k]
    return bad, np.setdiff1d(order, np.concatenate([bad, order[y[order] == 0][: GOOD_EACH * k]]))


def _trees(zs: Sequence[Array], ys: Sequence[Array], rng: np.random.Generator) -> Boosted:
    if not zs or np.ptp(np.concatenate(ys)) == 0:
        return NOTHING
    y = np.concatenate(ys)
    return grow(np.vstack(zs), y, _even(y) * len(y), rng, GROWTH)


def _even(y: Array) -> Array:
    """Return weights that sum to one and give defects and good units the same total."""
    bad = max(float(y.sum()), 1.0)
    good = max(len(y) - float(y.sum()), 1.0)
    weight = np.where(y == 1, 0.5 / bad, 0.5 / good)
    even: Array = weight / weight.sum()
    return even


def _logistic(x: Array, y: Array, weight: Array, start: Array, sd: float) -> Array:
    """Return the most likely slopes with prior N(start, sd^2), by Newton; the intercept is free and dropped."""
    a = np.column_stack([np.ones(len(x)), x])
    middle = np.concatenate([[0.0], start])
    precision = np.concatenate([[0.01], np.full(len(start), sd**-2.0)])
    beta = middle.copy()
    for _ in range(30):
        p = special.expit(a @ beta)
        gradient = a.T @ (weight * (y - p)) - precision * (beta - middle)
        curvature = (a.T * (weight * p * (1 - p) + 1e-9)) @ a + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        beta = beta + step / max(1.0, float(np.abs(step).max()))
    slopes: Array = beta[1:]
    return slopes


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
    sight = _sight(units, head.trees, own[y == 1])
    slopes = head.slopes
    if len(y) and np.ptp(y) > 0:
        slopes = _logistic(sight.features(own, np.flatnonzero(y == 1)), y, _even(y) * len(y), head.slopes, OWN)
    rate = (RATE_WORTH * head.rate + float(y.sum())) / (RATE_WORTH + len(y))
    usual = sight.features(units[np.unique(np.linspace(0, len(units) - 1, 300).astype(int))]) @ slopes
    shift = _intercept(usual, rate)
    doubt = float(np.sqrt(OWN + 4.0 / (4.0 + len(y))))
    return Logistic(columns, wanted, sight, slopes, shift, doubt), slopes


def _intercept(scores: Array, rate: float) -> float:
    """Return the shift at which the mean probability over the units is `rate`, by bisection."""
    low, high = -60.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if special.expit(scores + middle).mean() < rate else (low, middle)
    return (low + high) / 2
