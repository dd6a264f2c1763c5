"""The learner: meta-training over families, adaptation in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from models.base import Adapted, Array, Task
from models.errors import StateError
from models.learners.parts.families import Family, group, pack, unpack
from models.learners.parts.levels import from_labels
from models.learners.parts.plain import Kin, seed_of
from models.learners.prior_mixture.experts import GRID, starting_prior
from models.learners.prior_mixture.gaze import Deepened
from models.learners.prior_mixture.knowledge import Knowledge, from_arrays, to_arrays
from models.learners.prior_mixture.learning import learn
from models.learners.prior_mixture.mixture import Mixture, footing, stranger
from models.state import State


class PriorMixture:
    """Some thousands of Gaussian processes, weighed by what sisters taught and what the labels say.

    Parameters
    ----------
    seed : int
    device : str
        Accepted for the common signature; this learner computes on the processor.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(5, 40, 2))
    >>> sisters = [Task(f"s{i}", "c", ["a", "b"], x[i], x[i] @ [1.0, 2.0] + i) for i in range(4)]
    >>> prior = PriorMixture().fit(sisters)
    >>> new = Task("new", "c", ["a", "b"], x[4, :4], x[4, :4] @ [1.0, 2.0] + 9, unlabelled_x=x[4])
    >>> p = prior.adapt(new).predict([[1.0, 1.0]])
    >>> bool(abs(p.mean[0] - 12) < 1), bool(p.lower[0] < p.mean[0] < p.upper[0])
    (True, True)
    """

    name = "prior_mixture"

    def __init__(
        self,
        seed: int = 0,
        device: str = "auto",
        families: tuple[Family, ...] = (),
        knowledge: tuple[Knowledge, ...] = (),
        shared: Array | None = None,
    ) -> None:
        self.seed, self.device = seed, device
        self._families, self._knowledge = families, knowledge
        self._shared = starting_prior() if shared is None else shared

    @property
    def nets(self) -> tuple[Deepened | None, ...]:
        """The nets of each family, in the order of `group`; None where there were too few stages to train them."""
        return tuple(known.deepened for known in self._knowledge)

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Learn every family, and from all of them what strangers may be like."""
        families, knowledge, counts = [], [], np.zeros(GRID)
        for family, members in group(tasks, self.seed):
            known, explained = learn(members, family, self.seed, self.device)
            families.append(family)
            knowledge.append(known)
            counts += explained
        return type(self)(self.seed, self.device, tuple(families), tuple(knowledge), _shared(counts))

    def adapt(self, task: Task) -> Adapted:
        """Weigh the experts by the labels of `task`."""
        kin = Kin.of(self._families, task)
        if kin.family is None and not len(task.support_y):
            return kin.answered(from_labels(task, None, task.support_y), "prior mixture")
        mixture = self._mixture(kin)
        if kin.family is None:
            return kin.answered(mixture, "prior mixture", *mixture.words())
        stages = kin.family.stages
        sisters = f" ({', '.join(stages[:5])}{', ...' if len(stages) > 5 else ''})"
        return kin.answered(mixture, "prior mixture", *mixture.words(), note=sisters, carried=mixture.pooled)

    def believe(self, task: Task) -> Mixture:
        """Return the mixture itself, which knows how units hang together; its labels may be none."""
        return self._mixture(Kin.of(self._families, task))

    def _mixture(self, kin: Kin) -> Mixture:
        if kin.place is None or kin.family is None:
            return Mixture.of(kin.task, stranger(kin.task, self._shared))
        return Mixture.of(kin.task, footing(kin.task, self._knowledge[kin.place], kin.family))

    def state(self) -> State:
        """Return families, pooled means and priors."""
        meta, arrays = pack(self._families)
        for i, known in enumerate(self._knowledge):
            arrays |= {f"knowledge/{i}/{name}": value for name, value in to_arrays(known).items()}
        arrays["shared"] = self._shared
        return State({"learner": self.name, "seed": self.seed, "settings": {}, "families": meta}, arrays)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed = seed_of(cls.name, state)
        families = unpack(state)
        knowledge = tuple(from_arrays(state.inside(f"knowledge/{i}")) for i in range(len(families)))
        return cls(seed, families=families, knowledge=knowledge, shared=_checked(state.arrays))


def _checked(arrays: Mapping[str, Array]) -> Array:
    shared = arrays.get("shared")
    if shared is None or shared.shape != GRID:
        raise StateError("state of learner 'prior_mixture': the shared prior is missing or has another shape")
    return shared


def _shared(counts: Array) -> Array:
    """Return the log prior for strangers: kernels, noises and offsets that explained the families, any mean."""
    start = np.exp(starting_prior())
    if counts.sum() <= 0:
        return starting_prior()
    learned = counts.sum(axis=1, keepdims=True) * np.ones(GRID) * (start > 0)
    with np.errstate(divide="ignore"):
        log: Array = np.log(0.5 * start + 0.5 * learned / learned.sum())
    return log
