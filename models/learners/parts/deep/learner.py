"""The base of learners that are networks: families, honest nets, strangers, states; subclasses say what is learned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor

from models.base import Adapted, Array, Task
from models.errors import StateError
from models.learners.parts.deep.ensemble import Examined, Settled, averaged, ensemble
from models.learners.parts.deep.inputs import BASIS, Inputs, SisterInputs, StrangerInputs, plant_scale
from models.learners.parts.deep.nets import Params, shapes
from models.learners.parts.deep.stages import FEWEST_STRANGE, Prepared
from models.learners.parts.deep.standing import Standing
from models.learners.parts.deep.training import Episode, Training
from models.learners.parts.deep.world import Arrays, World, from_arrays, to_arrays
from models.learners.parts.families import Family, group, pack, unpack
from models.learners.parts.order import left_out, newest
from models.learners.parts.plain import Kin, seed_of
from models.learners.parts.scaling import Scaling
from models.learners.parts.serving import Answer
from models.state import State
from models.words import counted


@dataclass(frozen=True, slots=True, eq=False)
class Nets:
    """Settled nets that answer in the characteristic's unit.

    Parameters
    ----------
    inputs : Inputs
    settled : Settled
    level, scale : float
        What the nets take for 0 and for 1.
    factor : float
        Widening of the intervals.
    """

    inputs: Inputs
    settled: Settled
    level: float
    scale: float
    factor: float

    def __call__(self, x: Array, t: Array | None) -> Answer:
        """Answer for units `x`, shape (n, d), seen at `t`; the nets' disagreement widens the answer."""
        answer = averaged(*self.settled(self.inputs.see(x, t)))
        return Answer(self.level + self.scale * answer.mean, self.scale * self.factor * answer.scale, answer.freedom)


class Deep(ABC):
    """A learner whose networks are meta-trained on episodes of the stages.

    A family of sisters has an ensemble: each stage of the training is answered by a net that never saw a label of
    it, a new stage by all nets. Strangers are served by a second ensemble on a common basis (principal axes turned
    by the labels), which is trained on the stages of all families. A stage that neither can serve gets the mean.

    Parameters
    ----------
    seed : int
    device : {"auto", "cpu", "cuda"}
        Where meta-training computes; "auto" is the processor, for the nets are small. Serving is numpy.
    families : tuple of Family
    worlds : tuple of World or None
        One for each family; None where it has too few stages or labels to learn from.
    common : World or None
    **settings
        Fields of `Training`, ``strangers`` (whether the common ensemble is trained), and what a subclass names in
        `OWN` with its default.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    TRAINING: ClassVar[Training] = Training()
    MOST_LABELS: ClassVar[int] = 10_000
    OWN: ClassVar[Mapping[str, Any]] = {}
    SETTINGS: ClassVar[tuple[str, ...]] = (*(f.name for f in fields(Training)), "strangers")

    def __init__(
        self,
        seed: int = 0,
        device: str = "auto",
        families: tuple[Family, ...] = (),
        worlds: tuple[World | None, ...] = (),
        common: World | None = None,
        *,
        strangers: bool = True,
        **settings: Any,
    ) -> None:
        self.seed, self.device, self.strangers = seed, device, strangers
        self.own = {name: settings.pop(name, default) for name, default in self.OWN.items()}
        self.training = replace(self.TRAINING, **settings)
        self._families, self._worlds, self._common = families, worlds, common

    @abstractmethod
    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw one untrained net for inputs of `width` columns."""

    @abstractmethod
    def loss(self, params: Params, episode: Episode) -> Tensor:
        """Return what one net loses on one episode: adapted to the support, judged on the query."""

    @abstractmethod
    def settle(self, nets: Arrays, sx: Array, sy: Array) -> Settled:
        """Adapt M stacked nets to a support: inputs (n, width) and standardized labels (n,); n may be 0."""

    def tuned(self, nets: Arrays, examined: Examined, rng: np.random.Generator) -> Arrays:
        """Return the trained nets with what is learned after them at stages that they never saw: here, nothing."""
        del examined, rng
        return nets

    def said(self, settled: Settled) -> tuple[str, ...]:
        """Return what there is to say of nets settled at a stage: here, nothing."""
        del settled
        return ()

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Meta-train an ensemble a family, and one on the common basis."""
        found = group(tasks, self.seed)
        worlds = tuple(self._family_world(family, members) for family, members in found)
        common = self._common_world([t for _, members in found for t in members]) if self.strangers else None
        return self._rebuilt(tuple(family for family, _ in found), worlds, common)

    def adapt(self, task: Task) -> Adapted:
        """Settle the nets that never saw the stage on its labels."""
        kin, n = Kin.of(self._families, task), len(task.support_y)
        world = None if kin.place is None else self._worlds[kin.place]
        if kin.family is not None and world is not None:
            inputs: Inputs = SisterInputs.of(task, kin.family.columns, world.plant)
            nets = world.honest(kin.family.stages, task.stage)
        elif self._common is not None and n >= FEWEST_STRANGE and np.ptp(task.support_y) > 0:
            world, inputs = self._common, StrangerInputs.of(task)
            nets = world.honest((), task.stage)
        else:
            return kin.by_mean()
        order = np.lexsort([*task.support_x.T, task.support_y])
        if n > self.MOST_LABELS:
            order = order[np.isin(order, newest(task, self.MOST_LABELS))]
        times = None if task.support_t is None else task.support_t[order]
        standing = world.standing if kin.family is not None else _strange(task)
        level, scale = standing.place(task.support_y[order])
        sx, sy = inputs.see(task.support_x[order], times), (task.support_y[order] - level) / scale
        settled = self.settle(nets, sx, sy)
        respond = Nets(inputs, settled, level, scale, world.factor(n))
        count = len(next(iter(nets.values())))
        seen = "which never saw this stage" if count == 1 else "each blind to some of the stages"
        basis = "" if kin.family is not None else "; a stranger, seen on a basis common to all stages"
        words = (f"answered by {counted(count, 'net')}, {seen}{basis}", *self.said(settled))
        return kin.answered(respond, self.title, *words, note=left_out(task, self.MOST_LABELS))

    def state(self) -> State:
        """Return families and nets."""
        meta, arrays = pack(self._families)
        settings = asdict(self.training) | {"strangers": self.strangers} | self.own
        for i, world in enumerate((*self._worlds, self._common)):
            if world is not None:
                arrays |= {f"worlds/{i}/{name}": value for name, value in to_arrays(world).items()}
        about = {"learner": self.name, "seed": self.seed, "settings": settings, "families": meta}
        return State(about | {"own": [None if w is None else w.standing.own for w in self._worlds]}, arrays)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed, families = seed_of(cls.name, state), unpack(state)
        settings, own = state.meta.get("settings"), state.meta.get("own")
        if not isinstance(settings, dict) or not isinstance(own, list) or len(own) != len(families):
            raise StateError(f"state of learner {cls.name!r}: settings are missing - train again")
        try:
            bare = cls(seed, **settings)
        except TypeError as error:
            raise StateError(f"state of learner {cls.name!r}: {error} - train again") from None
        worlds = tuple(
            None if flag is None else bare._read(state, i, 2 * len(f.columns) + 1, len(f.stages), own=bool(flag))
            for i, (f, flag) in enumerate(zip(families, own, strict=True))
        )
        there = bool(state.inside(f"worlds/{len(families)}"))
        common = bare._read(state, len(families), BASIS + 2, None, own=True) if there else None
        return bare._rebuilt(families, worlds, common)

    def _read(self, state: State, i: int, width: int, stages: int | None, *, own: bool) -> World:
        try:
            return from_arrays(state.inside(f"worlds/{i}"), shapes(self.net, width), stages, own=own)
        except (KeyError, TypeError, ValueError, StopIteration) as error:
            raise StateError(
                f"state of learner {self.name!r}: an array is missing or has the wrong shape ({error}) - train again"
            ) from None

    def _rebuilt(self, families: tuple[Family, ...], worlds: tuple[World | None, ...], common: World | None) -> Self:
        settings = asdict(self.training) | self.own
        return type(self)(self.seed, self.device, families, worlds, common, strangers=self.strangers, **settings)

    def _family_world(self, family: Family, members: Sequence[Task]) -> World | None:
        standing = Standing.of(family.levels, [t.support_y for t in members], family.kind == "binary")
        plant = plant_scale(members, family.columns)
        prepared = [Prepared.sister(t, family.columns, plant, standing) for t in members]
        return ensemble(self, prepared, plant, standing, seed=self.seed, device=self.device, tuned=self.tuned)

    def _common_world(self, tasks: Sequence[Task]) -> World | None:
        none = Scaling(np.zeros(0), np.zeros(0))
        strange = [Prepared.stranger(t) for t in tasks]
        return ensemble(self, strange, none, Standing.stranger(), seed=self.seed, device=self.device, tuned=self.tuned)


def _strange(task: Task) -> Standing:
    return Standing.of_rate(float(task.support_y.mean())) if task.kind == "binary" else Standing.stranger()
