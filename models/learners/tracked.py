"""What the sisters expect of a unit, corrected by how the labels lately differed from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from models.base import Adapted, Array, Learner, Task
from models.errors import StateError
from models.learners.parts.families import Family, group
from models.learners.parts.order import left_out
from models.learners.parts.plain import Kin, seed_of
from models.learners.parts.serving import Answer, Respond
from models.learners.prior_mixture import PriorMixture
from models.learners.prior_mixture.gaze import Deepened, Gaze, pack_nets, unpack_nets
from models.learners.recent import Recent
from models.learners.recent.wandering import MOST_LABELS
from models.state import State

Look = tuple[Gaze, float]


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What the sisters of one family expect of a unit.

    Parameters
    ----------
    nets : Deepened
    share : float
        What part of the nets' mean holds at stages that they never saw, 0 to 1.
    """

    nets: Deepened
    share: float

    @classmethod
    def of(cls, nets: Deepened, tasks: Sequence[Task], family: Family) -> Self:
        """Measure the share: the slope of labels on nets within stages, each on its own scale (least squares)."""
        both, square = 0.0, 0.0
        for task in tasks:
            said = nets.gaze(task, family).expect(task.support_x, task.support_t)
            away = said - said.mean()
            both += float(away @ task.support_y) / nets.world.standing.place(task.support_y)[1] / len(away)
            square += float(away @ away) / len(away)
        return cls(nets, float(np.clip(both / square, 0.0, 1.0)) if square > 0 else 0.0)

    def look(self, task: Task, family: Family) -> Look:
        """Return how nets that never saw the stage's labels look at it, and what their mean is multiplied with."""
        return self.nets.gaze(task, family), self.share * self.nets.world.standing.place(task.support_y)[1]


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """What answers: the nets' mean times the stage's `scale`, and the level of what it left of the labels.

    Parameters
    ----------
    gaze : Gaze
        Nets that never saw a label of the stage.
    scale : float
        Of the stage, in the characteristic's unit.
    rest : callable
        Answers for the differences between labels and nets, in time alone.
    """

    gaze: Gaze
    scale: float
    rest: Respond

    def __call__(self, x: Array, t: Array | None) -> Answer:
        """Answer for units `x`, shape (n, d), seen at `t`; without times the newest label's time is meant."""
        said = self.rest(x, t)
        return Answer(said.mean + self.scale * self.gaze.expect(x, t), said.scale, said.freedom)


class Tracked:
    r"""Nets that were meta-trained on the sisters say what to expect of a unit; what they miss wanders and is followed.

    With :math:`f` the nets' mean, :math:`s` a share of the stage's scale and :math:`g` the level that `recent` follows,
    a label is

    .. math:: y_i = s\, f(x_i) + g(t_i) + \varepsilon_i

    a regression whose error is an autocorrelated process (kriging with external drift, Goovaerts 1997, sec. 6.1.3).
    How fast :math:`g` wanders and how often it jumps is learned from what nets left at stages that they never saw. So
    slow influences that no parameter shows are followed at once, where a level of the labels alone would take the
    parameters' share for noise. Where no nets can be trained (defects, few stages) and for strangers this is `recent`.

    Parameters
    ----------
    seed : int
    device : str
        Where meta-training computes; "auto" is the processor.
    expected : tuple of Expected or None
        One for each family; None where no nets can be trained.
    recent : Recent or None
        Learned on the differences; None is untrained.
    """

    name = "tracked"

    def __init__(
        self,
        seed: int = 0,
        device: str = "auto",
        expected: tuple[Expected | None, ...] = (),
        recent: Recent | None = None,
    ) -> None:
        self.seed, self.device, self.expected = seed, device, expected
        self.recent = Recent(seed, device) if recent is None else recent

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Meta-train the nets of each family, and learn how what they leave wanders."""
        return self.fit_after(tasks, ())

    def fit_after(self, tasks: Sequence[Task], trained: Sequence[Learner]) -> Self:
        """Do as `fit` does; a prior mixture among those `trained` on the same tasks has the same nets already."""
        groups = group(tasks, self.seed)
        mixtures = [
            m for m in trained if isinstance(m, PriorMixture) and (m.seed, m.device) == (self.seed, self.device)
        ]
        every = mixtures[0].nets if mixtures else [Deepened.of(s, f, self.seed, self.device) for f, s in groups]
        expected: list[Expected | None] = []
        rest: list[Task] = []
        for (family, sisters), nets in zip(groups, every, strict=True):
            known = None if nets is None else Expected.of(nets, sisters, family)
            expected.append(known)
            rest += sisters if known is None else [_rest(task, known.look(task, family)) for task in sisters]
        return type(self)(self.seed, self.device, tuple(expected), Recent(self.seed, self.device).fit(rest))

    def adapt(self, task: Task) -> Adapted:
        """Follow what the nets leave of the labels of `task`."""
        kin = Kin.of(self.recent.families, task)
        expected = None if kin.place is None else self.expected[kin.place]
        if expected is None or kin.family is None:
            return self.recent.adapt(task)
        look = gaze, scale = expected.look(task, kin.family)
        rest = self.recent.respond(replace(kin, task=_rest(task, look)))
        note = left_out(task, MOST_LABELS)
        return kin.answered(Moved(gaze, scale, rest), "recent level of what nets leave", note=note, carried=1.0)

    def state(self) -> State:
        """Return the nets, and what is known of the differences."""
        inside = self.recent.state()
        arrays = {f"recent/{name}": value for name, value in inside.arrays.items()}
        for i, expected in enumerate(self.expected):
            if expected is not None:
                arrays |= {f"nets/{i}/{name}": value for name, value in pack_nets(expected.nets).items()}
                arrays[f"shares/{i}"] = np.array([expected.share])
        return State({"learner": self.name, "seed": self.seed, "settings": {}, "recent": dict(inside.meta)}, arrays)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed, about = seed_of(cls.name, state), state.meta.get("recent")
        if not isinstance(about, dict):
            raise StateError(f"state of learner {cls.name!r}: what nets leave is missing - train again")
        recent = Recent.from_state(State(about, state.inside("recent")))
        return cls(seed, expected=tuple(_read(state, i, f) for i, f in enumerate(recent.families)), recent=recent)


def _rest(task: Task, look: Look) -> Task:
    """Return the task with what the nets leave of its labels."""
    gaze, scale = look
    left = task.support_y - scale * gaze.expect(task.support_x, task.support_t)
    return replace(task, support_y=left, limits=None)


def _read(state: State, i: int, family: Family) -> Expected | None:
    try:
        nets = unpack_nets(state.inside(f"nets/{i}"), len(family.columns), len(family.stages))
        return None if nets is None else Expected(nets, float(state.arrays[f"shares/{i}"][0]))
    except (KeyError, IndexError, ValueError) as error:
        raise StateError(f"state of learner 'tracked': nets are missing or damaged ({error}) - train again") from None
