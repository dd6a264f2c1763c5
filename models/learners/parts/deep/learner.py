"""The base of learners that are networks: families, honest nets, strangers, states; subclasses say what is learned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import torch
from torch import Tensor

from models.base import Adapted, Array, Task
from models.calibration import across_stage_factor
from models.errors import StateError
from models.learners.parts.deep.inputs import BASIS, Inputs, SisterInputs, StrangerInputs, plant_scale
from models.learners.parts.deep.nets import Params, numbers, stacked
from models.learners.parts.deep.stages import FEWEST_STRANGE, Drawn, Prepared, folds, usable
from models.learners.parts.deep.standing import Standing
from models.learners.parts.deep.training import Episode, Training, train
from models.learners.parts.deep.world import SHOTS, Arrays, World, from_arrays, to_arrays
from models.learners.parts.draws import draw
from models.learners.parts.families import Family, group, pack, unpack
from models.learners.parts.plain import Kin, seed_of
from models.learners.parts.scaling import Scaling
from models.learners.parts.serving import Answer, t_quantile
from models.state import State
from models.words import counted

EXAMS = 9


class Settled(Protocol):
    """M nets settled at one stage."""

    def __call__(self, inputs: Array) -> tuple[Array, Array, float]:
        """Return mean and squared scale of a Student t, each of shape (M, n), and its degrees of freedom."""
        ...


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


def averaged(mean: Array, square: Array, freedom: float) -> Answer:
    """Average the answers of M nets, shape (M, n): variances, and the variance of their means added.

    Examples
    --------
    >>> answer = averaged(np.array([[1.0], [3.0]]), np.array([[1.0], [1.0]]), 1e9)
    >>> answer.mean.tolist(), answer.scale.round(3).tolist()
    ([2.0], [1.414])
    """
    middle = mean.mean(axis=0)
    shrink = (freedom - 2.0) / freedom if freedom > 2.0 else 1.0
    total = square.mean(axis=0) + shrink * ((mean - middle) ** 2).mean(axis=0)
    return Answer(middle, np.sqrt(np.maximum(total, 1e-18)), freedom)


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
        Fields of `Training`, and ``strangers`` (whether the common ensemble is trained).
    """

    name: ClassVar[str]
    title: ClassVar[str]
    TRAINING: ClassVar[Training] = Training()
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
        times = None if task.support_t is None else task.support_t[order]
        standing = world.standing if kin.family is not None else _strange(task)
        level, scale = standing.place(task.support_y)
        sx, sy = inputs.see(task.support_x[order], times), (task.support_y[order] - level) / scale
        respond = Nets(inputs, self.settle(nets, sx, sy), level, scale, world.factor(n))
        count = len(next(iter(nets.values())))
        seen = "which never saw this stage" if count == 1 else "each blind to some of the stages"
        basis = "" if kin.family is not None else "; a stranger, seen on a basis common to all stages"
        return kin.answered(respond, self.title, f"answered by {counted(count, 'net')}, {seen}{basis}")

    def state(self) -> State:
        """Return families and nets."""
        meta, arrays = pack(self._families)
        settings = asdict(self.training) | {"strangers": self.strangers}
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
        template = {k: tuple(v.shape) for k, v in self.net(width, torch.Generator().manual_seed(0)).items()}
        try:
            return from_arrays(state.inside(f"worlds/{i}"), template, stages, own=own)
        except (KeyError, TypeError, ValueError, StopIteration) as error:
            raise StateError(
                f"state of learner {self.name!r}: an array is missing or has the wrong shape ({error}) - train again"
            ) from None

    def _rebuilt(self, families: tuple[Family, ...], worlds: tuple[World | None, ...], common: World | None) -> Self:
        settings = asdict(self.training)
        return type(self)(self.seed, self.device, families, worlds, common, strangers=self.strangers, **settings)

    def _family_world(self, family: Family, members: Sequence[Task]) -> World | None:
        standing = Standing.of(family.levels, [t.support_y for t in members], family.kind == "binary")
        plant = plant_scale(members, family.columns)
        prepared = [Prepared.sister(t, family.columns, plant, standing) for t in members]
        return self._world(prepared, plant, standing)

    def _common_world(self, tasks: Sequence[Task]) -> World | None:
        none = Scaling(np.zeros(0), np.zeros(0))
        return self._world([Prepared.stranger(t) for t in tasks], none, Standing.stranger())

    def _world(self, prepared: Sequence[Prepared], plant: Scaling, standing: Standing) -> World | None:
        some = usable(prepared)
        if len(some) < 2:
            return None
        count = min(self.training.folds, len(some))
        place = np.full(len(prepared), count, dtype=np.intp)
        place[some] = folds(len(some), count, self.seed)
        generator = torch.Generator().manual_seed(self.seed)
        width, where = prepared[some[0]].width, "cuda" if self.device == "cuda" else "cpu"
        first = stacked([self.net(width, generator) for _ in range(count + 1)])
        nets = {name: value.to(where) for name, value in first.items()}
        learned = train(self.loss, nets, [prepared[i] for i in some], place[some], how=self.training, seed=self.seed)
        arrays = numbers({name: value.cpu() for name, value in learned.items()})
        world = World(arrays, place, plant, standing, np.ones(len(SHOTS)))
        return replace(world, factors=self._factors(world, [(prepared[i], int(place[i])) for i in some]))

    def _factors(self, world: World, examined: Sequence[tuple[Prepared, int]]) -> Array:
        """Return the widening at each of `SHOTS` that makes 90 % intervals cover, by nets that never saw the stage."""
        rng, out, last = np.random.default_rng(self.seed + 1), [], 1.0
        for size in SHOTS:
            drawn = [(_exam(p, int(size), rng), j) for p, j in _some(examined, rng)]
            ratios = [self._ratios(world, d, j) for d, j in drawn if d is not None]
            last = across_stage_factor(ratios) if ratios else last
            out.append(last)
        return np.array(out)

    def _ratios(self, world: World, drawn: Drawn, j: int) -> Array:
        nets = {name: value[j : j + 1] for name, value in world.nets.items()}
        answer = averaged(*self.settle(nets, drawn.sx, drawn.sy)(drawn.qx))
        ratios: Array = np.abs(drawn.qy - answer.mean) / (answer.scale * t_quantile(0.9, answer.freedom))
        return ratios


def _strange(task: Task) -> Standing:
    return Standing.of_rate(float(task.support_y.mean())) if task.kind == "binary" else Standing.stranger()


def _some(examined: Sequence[tuple[Prepared, int]], rng: np.random.Generator) -> list[tuple[Prepared, int]]:
    return [examined[int(i)] for i in np.resize(rng.permutation(len(examined)), EXAMS)]


def _exam(prepared: Prepared, size: int, rng: np.random.Generator) -> Drawn | None:
    if prepared.task.kind == "binary" or (prepared.strange and size < FEWEST_STRANGE):
        return None
    found = draw(prepared.task, 0, size, rng)
    return None if found is None else prepared.drawn(*found, whole=True, rng=rng)
