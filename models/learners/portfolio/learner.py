"""The portfolio: members weighed by evidence, served as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np

from models.base import Adapted, Array, Learner, Task
from models.catalog import DEFAULT, load_learner
from models.errors import NotThisKind, StateError
from models.learners.parts.families import Family, group, match, pack, unpack
from models.learners.parts.named import HERE, Named, Place, learn
from models.learners.parts.plain import seed_of
from models.learners.parts.sound import Sound, sound, sound_tasks
from models.learners.parts.together import Believer, Restored, Together
from models.learners.portfolio.alone import Alone
from models.learners.portfolio.belief import Belief
from models.learners.portfolio.blend import Blend
from models.learners.portfolio.evidence import examine
from models.learners.portfolio.hedge import hedge_words, hedged
from models.learners.portfolio.heirs import Heir
from models.state import State

HURTS = 1.02
UNSURE = 2.0
"""Widening where neither a label nor a sister is known: a probability is then anything from 0 to 1."""


class Portfolio:
    """Averages its members by what held-out stages say of them; refuses those that would hurt.

    Parameters
    ----------
    members : tuple of Learner
    seed : int
    device : str
        Accepted for the common signature; the members compute where they were told to.
    """

    name = DEFAULT
    SETTINGS: ClassVar[tuple[str, ...]] = ("members",)
    MEMBERS: ClassVar[tuple[str, ...]] = (
        "prior_mixture",
        "bayes_head",
        "pooled",
        "single_gp",
        "ridge",
        "recent",
        "tracked",
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
        *,
        rules: tuple[Named | None, ...] = (),
    ) -> None:
        self.seed, self.device = seed, device
        self._members, self._families, self._beliefs, self._rules = members, families, beliefs, rules

    @property
    def members(self) -> tuple[Learner, ...]:
        """The members, trained where the portfolio is, on stages where their names move them."""
        return self._members

    def alone(self) -> tuple[Alone, ...]:
        """Return the members of the trained portfolio, each as if the others were not there."""
        return tuple(
            Alone(member, lambda task: self._place(task, match(self._families, task))) for member in self._members
        )

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Train the members on all stages, and examine them on each of these by fits that never saw its labels."""
        rules, tasks = _by_name(sound_tasks(tasks), self.seed)
        families, beliefs, names = [], [], [m.name for m in self._members]
        trained = _trained(self._members, tasks)
        for family, sisters in group(tasks, self.seed):
            families.append(family)
            told = family.kind == "continuous"
            episodes = examine(trained, sisters, self.seed) if told else []
            beliefs.append(Belief.of(episodes, names) if told else Belief.without(names, family.kind))
        return type(self)(trained, self.seed, self.device, tuple(families), tuple(beliefs), rules=rules)

    def adapt(self, task: Task) -> Adapted:
        """Adapt the members that are believed at this number of labels."""
        place = match(self._families, task)
        found, at, told = self._moved(task, place)
        task = found.task
        n = len(task.support_y)
        names = [m.name for m in self._members]
        belief = Belief.without(names, task.kind) if place is None else self._beliefs[place]
        weights, factors = belief.weights_at(n), belief.factors_at(n)
        if place is None and not n:
            factors = UNSURE * factors
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
        words = [*told, *_words(names, [names[i] for i in kept], believed, belief.errors_at(n))]
        if task.kind == "binary" and task.support_y.any():
            parts, believed = hedged([self._members[i] for i in kept], parts, believed, task)
            words.insert(len(told) + 1, hedge_words(int(task.support_y.sum())))
        return Blend(task, tuple(parts), believed, factors, tuple(words), at)

    def _moved(self, task: Task, place: int | None) -> tuple[Sound, Place, tuple[str, ...]]:
        """Move values to where the stage's name says, and set labels aside that cannot belong to the stage."""
        at = self._place(task, place)
        found = sound(at.task(task), None if place is None else self._families[place].levels, at)
        rule = None if place is None else self._rules[place]
        named = () if rule is None or at.stays else (rule.words(task.stage),)
        return found, at, (*found.words, *named)

    def _place(self, task: Task, family: int | None) -> Place:
        rule = None if family is None else self._rules[family]
        return HERE if rule is None else rule.place(task.stage)

    def believe(self, task: Task) -> Together:
        """Return what the first member that can say so believes of units together; NotThisKind without one."""
        for member in self._members:
            if isinstance(member, Believer):
                found, at, _ = self._moved(task, match(self._families, task))
                together = member.believe(found.task)
                return together if at.stays else Restored(together, at.scale)
        raise NotThisKind(f"no member of the portfolio ({', '.join(m.name for m in self._members)}) knows covariances")

    def state(self) -> State:
        """Return members and beliefs."""
        meta, arrays = pack(self._families)
        for i, belief in enumerate(self._beliefs):
            arrays |= {f"beliefs/{i}/{key}": value for key, value in belief.arrays().items()}
        for i, rule in enumerate(self._rules):
            arrays |= {} if rule is None else {f"names/{i}/{key}": value for key, value in rule.arrays().items()}
        inside = [member.state() for member in self._members]
        for i, s in enumerate(inside):
            arrays |= {f"members/{i}/{key}": value for key, value in s.arrays.items()}
        about = {"learner": self.name, "seed": self.seed, "families": meta, "members": [dict(s.meta) for s in inside]}
        return State(about | {"names": [rule and rule.about() for rule in self._rules]}, arrays)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the portfolio, its members by the catalogue."""
        seed, families = seed_of(cls.name, state), unpack(state)
        metas = state.meta.get("members")
        if not isinstance(metas, list) or not metas:
            raise StateError("state of learner 'portfolio': members are missing")
        members = tuple(load_learner(State(m, state.inside(f"members/{i}"))) for i, m in enumerate(metas))
        beliefs = tuple(Belief.read(state.inside(f"beliefs/{i}"), len(members)) for i in range(len(families)))
        return cls(members, seed, families=families, beliefs=beliefs, rules=_rules(state, len(families)))


def _trained(members: Sequence[Learner], tasks: Sequence[Task]) -> tuple[Learner, ...]:
    """Train the members, one after the other: an heir takes over what those before it learned already."""
    done: list[Learner] = []
    for member in members:
        done.append(member.fit_after(tasks, done) if isinstance(member, Heir) else member.fit(tasks))
    return tuple(done)


def _by_name(tasks: Sequence[Task], seed: int) -> tuple[tuple[Named | None, ...], list[Task]]:
    """Learn what names say in each family, and return the tasks moved by it."""
    rules: list[Named | None] = []
    moved: dict[int, Task] = {}
    for family, sisters in group(tasks, seed):
        rule = learn(sisters, seed) if family.kind == "continuous" else None
        rules.append(rule)
        moved |= {} if rule is None else {id(task): rule.place(task.stage).task(task) for task in sisters}
    return tuple(rules), [moved.get(id(task), task) for task in tasks]


def _rules(state: State, families: int) -> tuple[Named | None, ...]:
    """Read what names say; states from before names were heard have nothing of it."""
    told = state.meta.get("names", [None] * families)
    if not isinstance(told, list) or len(told) != families:
        raise StateError("state of learner 'portfolio': what names say does not fit the families - train again")
    inside = [State({}, state.inside(f"names/{i}")) for i in range(families)]
    return tuple(None if about is None else Named.read(about, kept) for about, kept in zip(told, inside, strict=True))


def _words(every: Sequence[str], believed: Sequence[str], weights: Array, errors: Array) -> tuple[str, ...]:
    out = [f"believed: {_shares(believed, weights[0])}"]
    if np.abs(weights[1:] - weights[0]).max() > 0.05:
        out.append(f"after the last label: {_shares(believed, weights[1])}; later: {_shares(believed, weights[2])}")
    if "stage_mean" in every and np.isfinite(errors).any():
        limit = errors[list(every).index("stage_mean")]
        worse = [n for n, e in zip(every, errors, strict=True) if e > HURTS * limit and n not in believed]
        if worse:
            out.append(f"refused, worse than the stage's mean on held-out stages: {', '.join(worse)}")
    return tuple(out)


def _shares(names: Sequence[str], weights: Array) -> str:
    return ", ".join(f"{name} {100 * w:.0f} %" for name, w in zip(names, weights, strict=True) if w >= 0.005)
