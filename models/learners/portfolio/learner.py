"""The portfolio: members weighed by evidence, served as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from models.base import LEVEL, Adapted, Array, Learner, Prediction, Task
from models.errors import NotThisKind, StateError
from models.learners.parts.families import Family, group, match, pack, unpack
from models.learners.parts.plain import seed_of
from models.learners.parts.serving import t_quantile
from models.learners.portfolio.evidence import SHOTS, Episode, examine, products, values, widening
from models.learners.portfolio.weights import at_labels, mean_errors, shrunk, simplex_weights
from models.state import State

PULL = 0.15
HURTS = 1.02


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What held-out stages said of the members in one family.

    Parameters
    ----------
    weights : ndarray, shape (shots, members)
    errors : ndarray, shape (shots, members)
        Mean root mean squared error in standard deviations of the stage; NaN where it was not examined.
    factors : ndarray, shape (shots,)
        Widening of the intervals.
    """

    weights: Array
    errors: Array
    factors: Array


class Portfolio:
    """Averages its members by what held-out stages say of them; refuses those that would hurt.

    Parameters
    ----------
    members : tuple of Learner
    seed : int
    device : str
        Accepted for the common signature; the members compute where they were told to.
    """

    name = "portfolio"
    MEMBERS: ClassVar[tuple[str, ...]] = ("prior_mixture", "pooled", "single_gp", "ridge", "last_value", "stage_mean")

    def __init__(
        self,
        members: tuple[Learner, ...],
        seed: int = 0,
        device: str = "auto",
        families: tuple[Family, ...] = (),
        beliefs: tuple[Belief, ...] = (),
    ) -> None:
        self.seed, self.device = seed, device
        self._members, self._families, self._beliefs = members, families, beliefs

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Train the members on all stages, and examine them, trained without a third, on that third."""
        families, beliefs = [], []
        for family, sisters in group(tasks, self.seed):
            families.append(family)
            beliefs.append(_belief(examine(self._members, sisters, self.seed), len(self._members)))
        trained = tuple(member.fit(tasks) for member in self._members)
        return type(self)(trained, self.seed, self.device, tuple(families), tuple(beliefs))

    def adapt(self, task: Task) -> Adapted:
        """Adapt the members that are believed at this number of labels."""
        place = match(self._families, task)
        n = len(task.support_y)
        first = np.eye(len(self._members))[0]
        weights, factor, errors = first, 1.0, np.full(len(self._members), np.nan)
        if place is not None:
            belief = self._beliefs[place]
            weights = at_labels(belief.weights, SHOTS, n)
            errors = belief.errors[int(np.abs(np.log1p(SHOTS) - np.log1p(n)).argmin())]
            factor = float(np.interp(np.log1p(n), np.log1p(SHOTS), belief.factors))
        parts, shares, names = [], [], []
        for learner, weight in zip(self._members, weights, strict=True):
            if weight <= 0:
                continue
            try:
                parts.append(learner.adapt(task))
            except NotThisKind:
                continue
            shares.append(float(weight))
            names.append(learner.name)
        believed = np.array(shares) / sum(shares)
        words = _words([m.name for m in self._members], names, believed, errors, parts)
        return Blend(tuple(parts), believed, factor, task.kind == "binary", task.gauge_sd or 0.0, words)

    def state(self) -> State:
        """Return members and beliefs."""
        meta, arrays = pack(self._families)
        for i, belief in enumerate(self._beliefs):
            arrays[f"beliefs/{i}/weights"] = belief.weights
            arrays[f"beliefs/{i}/errors"] = belief.errors
            arrays[f"beliefs/{i}/factors"] = belief.factors
        inside = [member.state() for member in self._members]
        for i, s in enumerate(inside):
            arrays |= {f"members/{i}/{key}": value for key, value in s.arrays.items()}
        about = {"learner": self.name, "seed": self.seed, "families": meta, "members": [dict(s.meta) for s in inside]}
        return State(about, arrays)

    @classmethod
    def from_state(cls, state: State, load: Callable[[State], Learner] | None = None) -> Self:
        """Rebuild the portfolio; `load` rebuilds a member and is by default the catalogue's."""
        seed, families = seed_of(cls.name, state), unpack(state)
        if load is None:
            from models.catalog import load_learner

            load = load_learner
        metas = state.meta.get("members")
        if not isinstance(metas, list) or not metas:
            raise StateError("state of learner 'portfolio': members are missing")
        members = tuple(load(State(m, state.inside(f"members/{i}"))) for i, m in enumerate(metas))
        beliefs = tuple(_read(state, i, len(members)) for i in range(len(families)))
        return cls(members, seed, families=families, beliefs=beliefs)


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """The members' predictions, averaged: means by weight, spreads with the disagreement added."""

    parts: tuple[Adapted, ...]
    weights: Array
    factor: float
    binary: bool
    gauge_sd: float
    words: tuple[str, ...]

    def predict(self, x: ArrayLike, t: ArrayLike | None = None, level: float = LEVEL) -> Prediction:
        """Predict units `x`, shape (n, d), seen at times `t`."""
        first = self.parts[0].predict(x, t, level)
        said = [(first.mean, first.lower, first.upper), *(values(part, x, t, level) for part in self.parts[1:])]
        means = np.array([mean for mean, _, _ in said])
        halves = np.array([(upper - lower) / 2 for _, lower, upper in said])
        mean = self.weights @ means
        half = self.factor * np.sqrt(self.weights @ (halves**2 + (means - mean) ** 2))
        half = np.maximum(half, self.gauge_sd * t_quantile(level, 1e9))
        lower, upper = mean - half, mean + half
        if self.binary:
            mean, lower, upper = (np.clip(v, 0.0, 1.0) for v in (mean, lower, upper))
        return Prediction(mean, lower, upper, first.anomaly, first.in_domain, level)

    def sentences(self) -> tuple[str, ...]:
        """Say which members are believed, and what they stand on."""
        return self.words


def _belief(episodes: Sequence[Episode], members: int) -> Belief:
    weights: list[Array] = []
    errors: list[Array] = []
    factors: list[float] = []
    fallback = np.eye(members)[0]
    for size in SHOTS:
        mine = [e for e in episodes if e.size == size]
        if len(mine) < 2:
            weights.append(weights[-1] if weights else fallback)
            errors.append(np.full(members, np.nan))
            factors.append(factors[-1] if factors else 1.0)
            continue
        matrix = products(mine)
        found = shrunk(simplex_weights(matrix, PULL), mean_errors(matrix), len({e.stage for e in mine}))
        weights.append(found)
        errors.append(mean_errors(matrix))
        factors.append(widening(mine, found, found > 0))
    return Belief(np.array(weights), np.array(errors), np.array(factors))


def _read(state: State, i: int, members: int) -> Belief:
    arrays = state.inside(f"beliefs/{i}")
    try:
        found = Belief(arrays["weights"], arrays["errors"], arrays["factors"])
    except KeyError as error:
        raise StateError(f"state of learner 'portfolio': {error} is missing") from None
    shape = (len(SHOTS), members)
    if found.weights.shape != shape or found.errors.shape != shape or found.factors.shape != (len(SHOTS),):
        raise StateError("state of learner 'portfolio': an array has the wrong shape - train again")
    return found


def _words(
    every: Sequence[str], believed: Sequence[str], weights: Array, errors: Array, parts: Sequence[Adapted]
) -> tuple[str, ...]:
    shares = ", ".join(f"{name} {w:.0%}" for name, w in zip(believed, weights, strict=True))
    out = [f"believed: {shares}"]
    if "stage_mean" in every and np.isfinite(errors).any():
        limit = errors[list(every).index("stage_mean")]
        worse = [n for n, e in zip(every, errors, strict=True) if e > HURTS * limit and n not in believed]
        if worse:
            out.append(f"refused, worse than the stage's mean on held-out stages: {', '.join(worse)}")
    heaviest = parts[int(np.argmax(weights))]
    return (*out, *heaviest.sentences())
