"""Which settings work for tasks that look like this one: nearest tasks propose, successive halving decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Self

import numpy as np

from models.base import LEVEL, Adapted, Array, Task
from models.calibration import across_stage_factor, loo_factor
from models.errors import StateError
from models.learners.parts import Rows
from models.learners.parts.draws import restrict
from models.learners.parts.levels import FREEDOM
from models.learners.parts.order import left_out, oldest_first
from models.learners.parts.plain import Kin, seed_of
from models.learners.parts.serving import Served, t_quantile
from models.learners.warm_start.answers import Blend, Chosen
from models.learners.warm_start.choosing import Choice, choose
from models.learners.warm_start.experience import Experience, draw
from models.learners.warm_start.knowledge import MOST_LABELS, Known
from models.learners.warm_start.recipes import RECIPES
from models.learners.warm_start.workbench import Workbench
from models.representations.features import meta_features
from models.state import State

LIMIT = 72
TRUST = 12.0
CALIBRATED = (5, 10, 20)


class WarmStart:
    """Fits each stage by the recipe that worked for the tasks most like it, and that its own labels confirm.

    Parameters
    ----------
    seed : int
    device : str
        Accepted for the common signature; this learner computes on the processor.
    limit : int
        Fits with labels left out that a stage may cost.
    trust : float
        Labels that the experience with other tasks is worth.
    """

    name = "warm_start"
    SETTINGS: ClassVar[tuple[str, ...]] = ("limit", "trust")

    def __init__(
        self,
        seed: int = 0,
        device: str = "auto",
        *,
        limit: int = LIMIT,
        trust: float = TRUST,
        known: Known | None = None,
    ) -> None:
        self.seed, self.device, self.limit, self.trust = seed, device, limit, trust
        self._known = known or Known()

    def fit(self, tasks: Sequence[Task]) -> Self:
        """Try every recipe on few-label episodes of the stages, with sisters' trees that never saw the stage."""
        known, tried = Known.of(tasks, self.seed)
        rng = np.random.default_rng(self.seed)
        ratios = [r for number, task in enumerate(tried) for r in self._with(known.without(number)).ratios(task, rng)]
        return self._with(replace(known, factor=max(across_stage_factor(ratios), 1.0)))

    def adapt(self, task: Task) -> Adapted:
        """Choose a recipe for the stage and fit it to the newest labels, at most 300."""
        kin = Kin.of(self._known.families, task)
        bench, rows = self._known.bench(task, self.seed)
        if not np.isfinite(bench.guess) or (len(rows) and np.ptp(bench.y) == 0):
            return kin.by_mean()
        weight = self._weight(task, kin)
        choice = self._choice(bench, rows, task, weight)
        note = left_out(task, MOST_LABELS)
        title = f"warm start, {RECIPES[choice.chosen[0]]}"
        words = _words(self._known.experience, weight, choice)
        carried = sum(w for i, w in zip(choice.chosen, choice.weights, strict=True) if RECIPES[i].shared)
        respond = _respond(bench, choice, self._known.factor)
        return kin.answered(respond, title, *words, note=note, carried=carried)

    def choose(self, task: Task) -> Choice:
        """Return which recipes were proposed for a stage, what was tried, and which was taken."""
        bench, rows = self._known.bench(task, self.seed)
        return self._choice(bench, rows, task, self._weight(task, Kin.of(self._known.families, task)))

    def ratios(self, task: Task, rng: np.random.Generator) -> list[Array]:
        """Return |error| / promised half-width on episodes of a stage, to judge the intervals by."""
        found, rows = [], oldest_first(task, MOST_LABELS)[-MOST_LABELS:]
        for own, rest in (d for size in CALIBRATED for d in draw(task, rows, size, 1, rng)):
            adapted = self.adapt(restrict(task, rows[own]))
            if isinstance(adapted, Served):
                mean, lower, upper = adapted.values(task.support_x[rows[rest]], None, LEVEL)
                half = np.maximum((upper - lower) / 2, 1e-12)
                found.append(np.abs(mean - task.support_y[rows[rest]]) / half)
        return found

    def state(self) -> State:
        """Return settings, families, trees and experience."""
        settings = {"limit": self.limit, "trust": self.trust}
        return self._known.state({"learner": self.name, "seed": self.seed, "settings": settings})

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Rebuild the learner."""
        seed, known = seed_of(cls.name, state), Known.read(state)
        try:
            limit, trust = int(state.meta["settings"]["limit"]), float(state.meta["settings"]["trust"])
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"state of learner 'warm_start': settings are damaged ({error}) - train again") from None
        return cls(seed, limit=limit, trust=trust, known=known)

    def _with(self, known: Known) -> Self:
        return type(self)(self.seed, self.device, limit=self.limit, trust=self.trust, known=known)

    def _weight(self, task: Task, kin: Kin) -> Array:
        return self._known.experience.nearness(meta_features(task), len(task.support_y), kin.place)

    def _choice(self, bench: Workbench, rows: Rows, task: Task, weight: Array) -> Choice:
        usable = np.array([bench.usable(recipe, len(rows)) for recipe in RECIPES])
        groups = None if task.groups is None else task.groups[rows].tolist()
        return choose(bench, self._known.experience.expected(weight, usable), groups, self.limit, self.trust)


def _words(experience: Experience, weight: Array, choice: Choice) -> tuple[str, str]:
    stages = experience.stages
    total = np.bincount(experience.stage.astype(np.intp), weight, len(stages))
    nearest = [stages[i] for i in np.argsort(-total, kind="stable")[:3]]
    alike = f"most alike: {', '.join(nearest)}" if nearest else "no other stage was learned from"
    if choice.ranking is None:
        return alike, "too few labels to try settings: experience with other stages decided alone"
    tried = f"{len(choice.proposals)} settings proposed; {choice.ranking.spent} fits with labels left out decided"
    pairs = list(zip(choice.chosen, choice.weights, strict=True))[1:]
    others = ", ".join(f"{RECIPES[i]} {weight:.0%}" for i, weight in pairs if weight >= 0.05)
    return alike, f"{tried}; averaged with {others}" if others else tried


def _respond(bench: Workbench, choice: Choice, factor: float) -> Chosen:
    """Fit the chosen recipes to all labels; their interval is checked on the labels that were left out.

    What has no scale of its own gets one that blends what experience expects, worth `FREEDOM` labels, with the
    errors on labels left out (scaled inverse chi-square, Gelman et al. 2013, sec. 2.6).
    """
    every = np.arange(len(bench.y), dtype=np.intp)
    parts = tuple(bench.fit(RECIPES[i], every) for i in choice.chosen)
    fitted = parts[0] if len(parts) == 1 else Blend(parts, choice.weights)
    errors = choice.left_out[np.isfinite(choice.left_out)]
    guess = bench.guess * float(np.exp(np.clip(choice.expected, -3.0, 1.0)))
    if not len(bench.y) and RECIPES[choice.chosen[0]].kind == "mean":
        guess = float(np.hypot(bench.guess, bench.between if np.isfinite(bench.between) else bench.guess))
    freedom = FREEDOM + len(errors)
    scale = float(np.sqrt((FREEDOM * guess**2 + float((errors**2).sum())) / freedom))
    widened = factor * loo_factor(errors, np.full(len(errors), scale * t_quantile(LEVEL, freedom)))
    return Chosen(fitted, scale, freedom, widened, factor)
