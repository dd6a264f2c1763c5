"""The level of a stage wanders: recent labels count more, and certainty fades with the time since the last one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import special

from models.base import Adapted, Array, Task
from models.errors import StateError
from models.learners.parts.families import Family, Levels, group, pack, unpack
from models.learners.parts.levels import level_guess, spread_guess
from models.learners.parts.order import left_out, oldest_first
from models.learners.parts.plain import Kin, seed_of
from models.learners.parts.serving import Answer
from models.state import State

LENGTHS = np.array([0.01, 0.03, 0.1, 0.3, 1.0, 3.0])
NOISES = np.array([0.001, 0.01, 0.1, 0.5, 2.0, 10.0])
FREEDOM = 3.0
FLAT = 100.0
MOST_LABELS = 100
ROUNDS = 20
BASE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """How fast stages of one family wander.

    Parameters
    ----------
    span : float
        How long such a stage runs, seconds; 0 without times.
    prior : ndarray, shape (lengths, noises)
        Log prior over how long the level stays, as a share of `span`, and the noise around it.
    """

    span: float
    prior: Array


UNKNOWN = np.full((len(LENGTHS), len(NOISES)), -np.log(len(LENGTHS) * len(NOISES)))


class Recent:
    """An Ornstein-Uhlenbeck level plus noise on the labels alone; how fast levels wander is learned across stages.

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
        self.seed, self.device, self._families, self._drifts = seed, device, families, drifts

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Learn levels, and how fast they wander, in each family."""
        found = group(tasks, self.seed)
        drifts = tuple(_drift(members, family.levels) for family, members in found)
        return type(self)(self.seed, self.device, tuple(family for family, _ in found), drifts)

    def adapt(self, task: Task) -> Adapted:
        """Follow the labels of `task` in time; without times or with one label the plain mean of the stage answers."""
        kin = Kin.of(self._families, task)
        times, y = task.support_t, task.support_y
        if times is None or len(y) < 2 or np.ptp(times) <= 0 or np.ptp(y) == 0:
            return kin.by_mean()
        drift = Drift(0.0, UNKNOWN) if kin.place is None else self._drifts[kin.place]
        respond = _respond(task, kin.levels, Drift(drift.span or float(np.ptp(times)), drift.prior))
        return kin.answered(respond, "recent level", note=left_out(task, MOST_LABELS))

    def state(self) -> State:
        """Return families and drifts."""
        meta, arrays = pack(self._families)
        for i, d in enumerate(self._drifts):
            arrays |= {f"drifts/{i}/span": np.array([d.span]), f"drifts/{i}/prior": d.prior}
        return State({"learner": self.name, "seed": self.seed, "settings": {}, "families": meta}, arrays)

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed, families = seed_of(cls.name, state), unpack(state)
        drifts = tuple(_read(state, i) for i in range(len(families)))
        return cls(seed, families=families, drifts=drifts)


def _read(state: State, i: int) -> Drift:
    arrays = state.inside(f"drifts/{i}")
    span, prior = arrays.get("span"), arrays.get("prior")
    if span is None or prior is None or span.shape != (1,) or prior.shape != UNKNOWN.shape:
        raise StateError("state of learner 'recent': a drift is missing or has another shape - train again")
    return Drift(float(span[0]), prior)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Posterior of every (length, noise) on n labels: spectra, labels in their basis, and log evidence."""

    vectors: Array
    inverse: Array
    rotated: Array
    quadratic: Array
    log: Array


def _weigh(times: Array, y: Array, span: float, variance: float, guess: float) -> Level:
    """Compute the evidence of ``y ~ t(0, s^2 (exp(-|dt| / length) + noise + variance))``, s integrated out."""
    apart = np.abs(times[:, None] - times) / span
    stack = np.exp(-apart / LENGTHS[:, None, None]) + variance
    spectra, vectors = np.linalg.eigh(stack)
    spectrum = np.maximum(spectra, 0.0)[:, None, :] + NOISES[:, None]
    rotated = np.swapaxes(vectors, 1, 2) @ y
    quadratic = (rotated[:, None, :] ** 2 / spectrum).sum(axis=2)
    a, b = FREEDOM / 2, FREEDOM / 2 * guess**2 / (1.0 + NOISES)
    n = len(y)
    gain = special.gammaln(a + n / 2) - special.gammaln(a)
    log = gain + a * np.log(b) - (a + n / 2) * np.log(b + quadratic / 2) - 0.5 * np.log(spectrum).sum(axis=2)
    return Level(vectors, 1.0 / spectrum, rotated, quadratic, log)


def _offset(levels: Levels | None, guess: float) -> float:
    """Return the prior variance of the stage's level in units of that inside stages."""
    if levels is None or guess <= 0:
        return FLAT
    return min((levels.between / guess) ** 2 + 0.01, FLAT**2)


def _drift(tasks: Sequence[Task], levels: Levels) -> Drift:
    """Learn the prior that makes the labels of the stages most likely (EM), drawn to an even one."""
    timed = [t for t in tasks if t.support_t is not None and np.ptp(t.support_t) > 0 and np.ptp(t.support_y) > 0]
    if not timed:
        return Drift(0.0, UNKNOWN)
    span = float(np.median([np.ptp(t.support_t) for t in timed if t.support_t is not None]))
    logs = np.stack([_evidence(t, span, levels) for t in timed])
    likely = np.exp(logs - logs.max(axis=(1, 2), keepdims=True))
    prior = np.exp(UNKNOWN)
    for _ in range(ROUNDS):
        share = likely * prior
        counts = (share / share.sum(axis=(1, 2), keepdims=True)).sum(axis=0)
        prior = (counts + BASE * np.exp(UNKNOWN)) / (len(timed) + BASE)
    return Drift(span, np.log(prior))


def _evidence(task: Task, span: float, levels: Levels) -> Array:
    some = np.unique(np.linspace(0, len(task.support_y) - 1, MOST_LABELS).astype(int))
    times, y = np.asarray(task.support_t)[some], task.support_y[some]
    guess = float(y.std()) or 1.0
    return _weigh(times, y - levels.mean, span, _offset(levels, guess), guess).log


@dataclass(frozen=True, slots=True, eq=False)
class Wandering:
    """What answers: every (length, noise) on the newest n labels, averaged by weight.

    Parameters
    ----------
    level : float
        Around which the labels were fitted.
    times : ndarray, shape (n,)
        Of the labels, seconds.
    span : float
        Seconds by which times are divided.
    variance : float
        Prior variance of the level.
    fitted : Level
    weight, scale : ndarray, shape (lengths, noises)
        Posterior weight, and squared scale for a variance of one.
    freedom : float
    """

    level: float
    times: Array
    span: float
    variance: float
    fitted: Level
    weight: Array
    scale: Array
    freedom: float

    def __call__(self, x: Array, t: Array | None) -> Answer:
        """Answer for units `x`, shape (q, d), at `t`; without times the newest label's time is meant."""
        fitted, weight = self.fitted, self.weight[:, None, :]
        when, back = np.unique(np.full(len(x), self.times.max()) if t is None else t, return_inverse=True)
        apart = np.abs(when[:, None] - self.times) / self.span
        star = (np.exp(-apart / LENGTHS[:, None, None]) + self.variance) @ fitted.vectors
        mean = (star * fitted.rotated[:, None, :]) @ np.swapaxes(fitted.inverse, 1, 2)
        explained = star**2 @ np.swapaxes(fitted.inverse, 1, 2)
        spread = np.maximum(1.0 + self.variance + NOISES - explained, 1e-9) * self.scale[:, None, :]
        middle = (weight * mean).sum(axis=(0, 2))
        total = (weight * (spread + (mean - middle[:, None]) ** 2)).sum(axis=(0, 2))
        return Answer(self.level + middle[back], np.sqrt(total)[back], self.freedom)


def _respond(task: Task, levels: Levels | None, drift: Drift) -> Wandering:
    rows = oldest_first(task, MOST_LABELS)[-MOST_LABELS:]
    times, y = np.asarray(task.support_t)[rows], task.support_y[rows]
    guess, level = spread_guess(task, levels), level_guess(task, levels)
    if levels is None or abs(float(y.mean()) - level) > 10 * (levels.between + levels.within):
        level, levels, guess = float(y.mean()), None, max(float(y.std(ddof=1)), 1e-12)
    variance = _offset(levels, guess)
    fitted = _weigh(times, y - level, drift.span, variance, guess)
    weight = np.exp(fitted.log + drift.prior - (fitted.log + drift.prior).max())
    weight /= weight.sum()
    freedom = FREEDOM + len(y)
    scale = (FREEDOM * guess**2 / (1.0 + NOISES) + fitted.quadratic) / freedom
    return Wandering(level, times, drift.span, variance, fitted, weight, scale, freedom)
