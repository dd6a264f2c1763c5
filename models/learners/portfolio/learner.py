"""The portfolio: members weighed by evidence, served as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.base import LEVEL, Adapted, Array, Kind, Learner, Prediction, Task
from models.errors import NotThisKind, StateError
from models.learners.parts.families import Family, group, match, pack, unpack
from models.learners.parts.horizons import HORIZONS, shares, steps_ahead
from models.learners.parts.plain import seed_of
from models.learners.parts.serving import t_quantile, values
from models.learners.parts.sound import Sound, sound, sound_tasks
from models.learners.parts.together import Believer, Together
from models.learners.portfolio.evidence import SHOTS, Episode, examine, products, widening
from models.learners.portfolio.hedge import hedge_words, hedged, odds_of
from models.learners.portfolio.weights import (
    PULLS,
    at_labels,
    believed_first,
    mean_errors,
    nearness,
    soft_weights,
    without_evidence,
)
from models.state import State
from models.transfer import Transfer, transfer_of

FEWEST = 2
NEAR = 0.3
TINY = 1e-6
HURTS = 1.02
UNSURE = 2.0
"""Widening where neither a label nor a sister is known: a probability is then anything from 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What held-out stages said of the members in one family.

    Parameters
    ----------
    weights : ndarray, shape (horizons, shots, members)
    errors : ndarray, shape (horizons, shots, members)
        Mean root mean squared error in standard deviations of the stage; NaN where it was not examined.
    factors : ndarray, shape (horizons, shots)
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
    MEMBERS: ClassVar[tuple[str, ...]] = (
        "prior_mixture",
        "bayes_head",
        "pooled",
        "single_gp",
        "ridge",
        "recent",
        "stage_mean",
        "defect_head",
    )

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

    @property
    def members(self) -> tuple[Learner, ...]:
        """The members, trained where the portfolio is."""
        return self._members

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Train the members on all stages, and examine them on each of these by fits that never saw its labels."""
        tasks = sound_tasks(tasks)
        families, beliefs, names = [], [], [m.name for m in self._members]
        trained = tuple(member.fit(tasks) for member in self._members)
        for family, sisters in group(tasks, self.seed):
            families.append(family)
            told = family.kind == "continuous"
            episodes = examine(trained, sisters, self.seed) if told else []
            beliefs.append(_belief(episodes, names) if told else _no_belief(names, family.kind))
        return type(self)(trained, self.seed, self.device, tuple(families), tuple(beliefs))

    def adapt(self, task: Task) -> Adapted:
        """Adapt the members that are believed at this number of labels."""
        found = self._sound(task)
        task = found.task
        place = match(self._families, task)
        n = len(task.support_y)
        belief = _no_belief([m.name for m in self._members], task.kind) if place is None else self._beliefs[place]
        weights = np.array([at_labels(table, SHOTS, n) for table in belief.weights])
        factors = np.array([np.interp(np.log1p(n), np.log1p(SHOTS), row) for row in belief.factors])
        if place is None and not n:
            factors = UNSURE * factors
        errors = belief.errors[0, int(np.abs(np.log1p(SHOTS) - np.log1p(n)).argmin())]
        parts, kept = [], []
        for i, learner in enumerate(self._members):
            if not (weights[:, i] > 0).any():
                continue
            try:
                parts.append(learner.adapt(task))
            except NotThisKind:
                continue
            kept.append(i)
        believed = weights[:, kept] + 1e-9
        believed /= believed.sum(axis=1, keepdims=True)
        names = [m.name for m in self._members]
        words = [*found.words, *_words(names, [names[i] for i in kept], believed, errors, parts)]
        if task.kind == "binary" and task.support_y.any():
            parts, believed = hedged([self._members[i] for i in kept], parts, believed, task)
            words.insert(len(found.words) + 1, hedge_words(int(task.support_y.sum())))
        return Blend(task, tuple(parts), believed, factors, tuple(words))

    def _sound(self, task: Task) -> Sound:
        """Set labels aside that cannot belong to the stage."""
        place = match(self._families, task)
        return sound(task, None if place is None else self._families[place].levels)

    def believe(self, task: Task) -> Together:
        """Return what the first member that can say so believes of units together; NotThisKind without one."""
        for member in self._members:
            if isinstance(member, Believer):
                return member.believe(self._sound(task).task)
        raise NotThisKind(f"no member of the portfolio ({', '.join(m.name for m in self._members)}) knows covariances")

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
    """The members' predictions, averaged: means by weight, spreads with the disagreement added.

    Probabilities of nonconformity are averaged as log odds (logarithmic pool, Genest & Zidek 1986): a member that sees
    nothing anywhere leaves the order of the units alone, however sure the others are.

    Parameters
    ----------
    task : Task
    parts : tuple of Adapted
    weights : ndarray, shape (horizons, parts)
    factors : ndarray, shape (horizons,)
    words : tuple of str
    """

    task: Task
    parts: tuple[Adapted, ...]
    weights: Array
    factors: Array
    words: tuple[str, ...]

    def predict(self, x: ArrayLike, t: ArrayLike | None = None, level: float = LEVEL) -> Prediction:
        """Predict units `x`, shape (n, d), seen at times `t`; without times the newest known time is meant."""
        first = self.parts[0].predict(x, t, level)
        mean, lower, upper = self._blended(x, t, level, (first.mean, first.lower, first.upper))
        return Prediction(mean, lower, upper, first.anomaly, first.in_domain, level)

    def values(self, x: ArrayLike, t: ArrayLike | None, level: float) -> tuple[Array, Array, Array]:
        """Return mean, lower and upper as `predict` does, without looking at the domain."""
        return self._blended(x, t, level, values(self.parts[0], x, t, level))

    def _blended(
        self, x: ArrayLike, t: ArrayLike | None, level: float, first: tuple[Array, Array, Array]
    ) -> tuple[Array, Array, Array]:
        n = len(first[0])
        share = shares(steps_ahead(self.task, None if t is None else np.asarray(t, dtype=np.float64), n))
        weights, factor = share @ self.weights, share @ self.factors
        mean, square, odds = np.zeros(n), np.zeros(n), np.zeros(n)
        for i, part in enumerate(self.parts):
            if (weights[:, i] <= TINY).all():
                continue
            said = first if i == 0 else values(part, x, t, level)
            mean += weights[:, i] * said[0]
            if self.task.kind == "binary":
                odds += weights[:, i] * odds_of(said[0])
            square += weights[:, i] * (((said[2] - said[1]) / 2) ** 2 + said[0] ** 2)
        half = factor * np.sqrt(np.maximum(square - mean**2, 0.0))
        half = np.maximum(half, (self.task.gauge_sd or 0.0) * t_quantile(level, 1e9))
        lower, upper = mean - half, mean + half
        if self.task.kind == "binary":
            mean, lower, upper = (np.clip(v, 0.0, 1.0) for v in (special.expit(odds), lower, upper))
            lower, upper = np.minimum(lower, mean), np.maximum(upper, mean)
        return mean, lower, upper

    def sentences(self) -> tuple[str, ...]:
        """Say which members are believed, and what they stand on."""
        return self.words

    def transfer(self) -> Transfer:
        """Say which sister stages the members take from, by the members' weights among the labels."""
        told = [transfer_of(part) for part in self.parts]
        return Transfer.blend(len(self.task.support_y), zip(self.weights[0].tolist(), told, strict=True))


def _no_belief(names: Sequence[str], kind: Kind) -> Belief:
    """Return what is believed without evidence."""
    shape = (len(HORIZONS), len(SHOTS))
    start = [np.tile(without_evidence(names, h, kind), (len(SHOTS), 1)) for h in range(len(HORIZONS))]
    return Belief(np.array(start), np.full((*shape, len(names)), np.nan), np.ones(shape))


def _belief(episodes: Sequence[Episode], names: Sequence[str]) -> Belief:
    """Learn from the episodes of each horizon; those with about as many labels count."""
    belief = _no_belief(names, "continuous")
    for horizon in range(len(HORIZONS)):
        mine = [e for e in episodes if e.horizon == horizon]
        if not mine:
            continue
        matrix, sizes = products(mine), np.array([e.size for e in mine])
        for i, shots in enumerate(SHOTS):
            counts = nearness(sizes, int(shots))
            near = [e for e, c in zip(mine, counts, strict=True) if c > NEAR]
            stages = len({e.stage for e in near})
            if stages < FEWEST:
                continue
            found = soft_weights(matrix, counts, believed_first(names, horizon), stages, PULLS[horizon])
            belief.weights[horizon, i], belief.errors[horizon, i] = found, mean_errors(matrix, counts)
            belief.factors[horizon, i] = widening(near, found, found > 0)
    return belief


def _read(state: State, i: int, members: int) -> Belief:
    arrays = state.inside(f"beliefs/{i}")
    try:
        found = Belief(arrays["weights"], arrays["errors"], arrays["factors"])
    except KeyError as error:
        raise StateError(f"state of learner 'portfolio': {error} is missing") from None
    shape = (len(HORIZONS), len(SHOTS))
    right = found.weights.shape == found.errors.shape == (*shape, members) and found.factors.shape == shape
    if not right:
        raise StateError("state of learner 'portfolio': an array has the wrong shape - train again")
    return found


def _words(
    every: Sequence[str], believed: Sequence[str], weights: Array, errors: Array, parts: Sequence[Adapted]
) -> tuple[str, ...]:
    out = [f"believed: {_shares(believed, weights[0])}"]
    if np.abs(weights[1:] - weights[0]).max() > 0.05:
        out.append(f"after the last label: {_shares(believed, weights[1])}; later: {_shares(believed, weights[2])}")
    if "stage_mean" in every and np.isfinite(errors).any():
        limit = errors[list(every).index("stage_mean")]
        worse = [n for n, e in zip(every, errors, strict=True) if e > HURTS * limit and n not in believed]
        if worse:
            out.append(f"refused, worse than the stage's mean on held-out stages: {', '.join(worse)}")
    heaviest = parts[int(np.argmax(weights[0]))]
    return (*out, *heaviest.sentences())


def _shares(names: Sequence[str], weights: Array) -> str:
    return ", ".join(f"{name} {w:.0%}" for name, w in zip(names, weights, strict=True) if w >= 0.005)
