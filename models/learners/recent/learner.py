"""The learner: how fast levels of a family wander and jump is learned across its stages; own labels decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Adapted, Array, Task
from models.errors import StateError
from models.learners.parts.families import Family, Levels, group, pack, unpack
from models.learners.parts.levels import from_labels, level_guess, spread_guess
from models.learners.parts.order import left_out, oldest_first
from models.learners.parts.plain import Kin, seed_of
from models.learners.parts.serving import Respond
from models.learners.recent.answer import Recently
from models.learners.recent.stepped import step_through
from models.learners.recent.steps import CAUTION, SETTINGS, follow
from models.learners.recent.wandering import LENGTHS, MOST_LABELS, NOISES, offset, wander, weigh
from models.state import State

ROUNDS = 20
BASE = 0.5
MOST_STEPS = 60
FAR = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """How fast stages of one family wander, and how often they jump.

    Parameters
    ----------
    span : float
        How long such a stage runs, seconds; 0 without times.
    wandering : ndarray, shape (lengths, noises)
        Log prior over how long the level stays, as a share of `span`, and the noise around it.
    stepping : ndarray, shape (experts,)
        Log prior over `steps.SETTINGS`.
    """

    span: float
    wandering: Array
    stepping: Array


UNKNOWN = Drift(
    0.0,
    np.full((len(LENGTHS), len(NOISES)), -np.log(len(LENGTHS) * len(NOISES))),
    np.full(len(SETTINGS), -np.log(len(SETTINGS))),
)


class Recent:
    """The labels alone: half an Ornstein-Uhlenbeck level, half one that stays until it jumps, whose labels may be odd.

    Neither is better on all stages, and their average is better than either. Among the labels the first one answers.

    Parameters
    ----------
    seed : int
    device : str
        Accepted for the common signature; this learner computes on the processor.
    """

    name = "recent"

    def __init__(
        self, seed: int = 0, device: str = "auto", families: tuple[Family, ...] = (), drifts: tuple[Drift, ...] = ()
    ) -> None:
        self.seed, self.device, self.families, self._drifts = seed, device, families, drifts

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Learn levels, and how fast they wander and jump, in each family."""
        found = group(tasks, self.seed)
        drifts = tuple(_drift(members, family.levels) for family, members in found)
        return type(self)(self.seed, self.device, tuple(family for family, _ in found), drifts)

    def adapt(self, task: Task) -> Adapted:
        """Follow the labels of `task` in time; without times or with one label the plain mean of the stage answers."""
        kin = Kin.of(self.families, task)
        if not _ordered(task):
            return kin.by_mean()
        return kin.answered(self.respond(kin), "recent level", note=left_out(task, MOST_LABELS))

    def respond(self, kin: Kin) -> Respond:
        """Return what answers for the stage of `kin`: the level as it wandered, or the plain mean."""
        task = kin.task
        if not _ordered(task):
            return from_labels(task, kin.levels, task.support_y)
        drift = UNKNOWN if kin.place is None else self._drifts[kin.place]
        return _respond(task, kin.levels, drift, drift.span or float(np.ptp(np.asarray(task.support_t))))

    def state(self) -> State:
        """Return families and drifts."""
        meta, arrays = pack(self.families)
        for i, d in enumerate(self._drifts):
            arrays[f"drifts/{i}/span"] = np.array([d.span])
            arrays |= {f"drifts/{i}/wandering": d.wandering, f"drifts/{i}/stepping": d.stepping}
        return State({"learner": self.name, "seed": self.seed, "settings": {}, "families": meta}, arrays)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed, families = seed_of(cls.name, state), unpack(state)
        drifts = tuple(_read(state, i) for i in range(len(families)))
        return cls(seed, families=families, drifts=drifts)


def _ordered(task: Task) -> bool:
    """Say whether there are labels to follow: two at least, not all alike, at different times."""
    times, y = task.support_t, task.support_y
    return times is not None and len(y) > 1 and bool(np.ptp(times) > 0 and np.ptp(y) > 0)


def _read(state: State, i: int) -> Drift:
    arrays = state.inside(f"drifts/{i}")
    shapes = {"span": (1,), "wandering": UNKNOWN.wandering.shape, "stepping": UNKNOWN.stepping.shape}
    if any(name not in arrays or arrays[name].shape != shape for name, shape in shapes.items()):
        raise StateError("state of learner 'recent': a drift is missing or has another shape - train again")
    return Drift(float(arrays["span"][0]), arrays["wandering"], arrays["stepping"])


def _drift(tasks: Sequence[Task], levels: Levels) -> Drift:
    """Learn the priors that make the labels of the stages most likely."""
    timed = [t for t in tasks if t.support_t is not None and np.ptp(t.support_t) > 0 and np.ptp(t.support_y) > 0]
    if not timed:
        return UNKNOWN
    span = float(np.median([np.ptp(t.support_t) for t in timed if t.support_t is not None]))
    wandering = _learned(np.stack([_wandering(t, span, levels) for t in timed]))
    return Drift(span, wandering, _learned(CAUTION * np.stack([_stepping(t, span) for t in timed])))


def _learned(logs: Array) -> Array:
    """Return the log prior under which evidence `logs`, shape (stages, ...), is most likely (EM), drawn to an even one.

    Examples
    --------
    >>> np.exp(_learned(np.array([[0.0, -50.0], [0.0, -50.0]]))).round(2).tolist()
    [0.9, 0.1]
    """
    flat = logs.reshape(len(logs), -1)
    likely = np.exp(flat - flat.max(axis=1, keepdims=True))
    even = np.full(flat.shape[1], 1.0 / flat.shape[1])
    prior = even
    for _ in range(ROUNDS):
        share = likely * prior
        prior = ((share / share.sum(axis=1, keepdims=True)).sum(axis=0) + BASE * even) / (len(flat) + BASE)
    learned: Array = np.log(prior).reshape(logs.shape[1:])
    return learned


def _some(task: Task, most: int) -> tuple[Array, Array]:
    """Return times and values of at most so many labels in the order of time, evenly chosen."""
    times = np.asarray(task.support_t)
    order = np.argsort(times, kind="stable")
    some = order[np.unique(np.linspace(0, len(order) - 1, most).astype(int))]
    return times[some], task.support_y[some]


def _wandering(task: Task, span: float, levels: Levels) -> Array:
    times, y = _some(task, MOST_LABELS)
    guess = float(y.std()) or 1.0
    return weigh(times, y - levels.mean, span, offset(levels, guess), guess).log


def _stepping(task: Task, span: float) -> Array:
    times, y = _some(task, MOST_STEPS)
    return follow((y - y.mean()) / (float(y.std()) or 1.0), np.diff(times) / span).log


def _respond(task: Task, levels: Levels | None, drift: Drift, span: float) -> Recently:
    rows = oldest_first(task, MOST_LABELS)[-MOST_LABELS:]
    times, y = np.asarray(task.support_t)[rows], task.support_y[rows]
    guess, level = spread_guess(task, levels), level_guess(task, levels)
    if levels is None or abs(float(y.mean()) - level) > FAR * (levels.between + levels.within):
        level, levels, guess = float(y.mean()), None, max(float(y.std(ddof=1)), 1e-12)
    wandering = wander(times, y, span, level, offset(levels, guess), guess, drift.wandering)
    return Recently(wandering, step_through(times, y, span, levels, guess, drift.stepping))
