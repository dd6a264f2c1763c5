"""An adapted mixture: the experts that a stage's labels left standing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Array, Task
from models.learners.parts.boosted import Boosted, Growth, grow
from models.learners.parts.families import Family
from models.learners.parts.levels import level_guess, spread_guess
from models.learners.parts.order import oldest_first
from models.learners.parts.serving import Answer
from models.learners.parts.together import Joint
from models.learners.prior_mixture.experts import CLOCKED, MEANS, POOLED
from models.learners.prior_mixture.joint import joint
from models.learners.prior_mixture.knowledge import Knowledge, mean_table
from models.learners.prior_mixture.lens import Lens, Seen, usable
from models.learners.prior_mixture.means import Means, inputs
from models.learners.prior_mixture.posterior import Chosen, Evidence, Experts, Spread, choose, predict, ready, weigh

MOST_LABELS = 400
TRIAL = 120
KERNELS_KEPT = 6
DOUBT = 1.1


@dataclass(frozen=True, slots=True, eq=False)
class Footing:
    """What a stage starts from before its labels are looked at.

    Parameters
    ----------
    lens : Lens
        How its units are seen.
    prior : ndarray, shape `GRID`
        Log prior over the experts.
    spread : Spread
    means : Means or None
        Pooled means; None for a stranger.
    level : float
    scales : ndarray, shape (4,)
    nets : (float, float)
        What the nets take for 0 and for 1.
    factor : float
        Widening learned on held-out stages.
    """

    lens: Lens
    prior: Array
    spread: Spread
    means: Means | None
    level: float
    scales: Array
    nets: tuple[float, float]
    factor: float


def footing(task: Task, known: Knowledge, family: Family) -> Footing:
    """Return the footing of a stage in its family; what the family knows from the stage's own labels is left out."""
    gaze = None if known.deepened is None else known.deepened.gaze(task, family)
    lens = Lens.of(task, family.columns, known.plant, known.relevance, gaze)
    own = known.own_scale(task.support_y)
    scales, level = known.sizes(own), known.level_of(task.support_y, own)
    factor = known.factor(len(task.support_y))
    means = known.means_for(family.stages, task.stage)
    return Footing(lens, known.prior, known.spread_at(own), means, level, scales, known.nets_at(level, own), factor)


def stranger(task: Task, shared: Array) -> Footing:
    """Return the footing of a stage that no family knows: its own labels, and what stages in general are like."""
    lens = Lens.of(task, tuple(task.columns), None, None)
    guess = spread_guess(task, None)
    guess = guess if np.isfinite(guess) else 1.0
    level = float(task.support_y.mean()) if len(task.support_y) else level_guess(task, None)
    prior = np.full(shared.shape, -np.inf)
    prior[:, 0] = shared[:, 0]
    spread = Spread(np.full(len(MEANS), 1.0), np.full(len(MEANS), guess**2))
    return Footing(lens, prior, spread, None, level, np.ones(4), (level, 1.0), DOUBT)


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """The posterior of one stage; called with units it answers.

    Parameters
    ----------
    base : Footing
    evidence : Evidence
    chosen : Chosen
        The experts that carry the weight.
    trees : Boosted or None
        Learned on the stage's other labels where there are more than `MOST_LABELS`.
    left : int
        Labels left to `trees`.
    experts : Experts
        The chosen ones, ready to be asked.
    """

    base: Footing
    evidence: Evidence
    chosen: Chosen
    trees: Boosted | None
    left: int
    experts: Experts

    @classmethod
    def of(cls, task: Task, base: Footing) -> Self:
        """Weigh the experts by the labels of `task`."""
        order = oldest_first(task, MOST_LABELS)
        older = max(len(order) - MOST_LABELS, 0)
        times = task.support_t
        seen = base.lens.see(task.support_x[order], None if times is None else times[order])
        y = task.support_y[order]
        past, labelled = seen.take(np.arange(older)), seen.take(np.arange(older, len(order)))
        trees = _older(past, y[:older])
        residual = y[older:, None] - _table(labelled, base, trees)
        evidence = weigh(labelled, residual, base.spread, _promising(labelled, residual, base))
        chosen = choose(evidence, base.prior)
        return cls(base, evidence, chosen, trees, older, ready(evidence, chosen))

    def __call__(self, x: Array, t: Array | None) -> Answer:
        """Answer for units `x`, shape (n, d), at times `t`; without times the newest label's time is meant."""
        new = self._look(x, t)
        answer = predict(self.experts, new, self._means(new))
        return Answer(answer.mean, answer.scale * self.base.factor, answer.freedom)

    def joint(self, x: Array, t: Array | None, last: int) -> Joint:
        """Return how units `x`, shape (n, d), hang together with the `last` m of them; see `Joint`."""
        units = self._look(x, t)
        relevance = self.base.lens.relevance
        return joint(self.evidence, self.chosen, units, self._means(units), relevance, last)

    def _means(self, units: Seen) -> Array:
        """Return the means of the grid at `units`; what no chosen expert stands on is not computed."""
        wanted = {place for m in set(self.chosen.mean.tolist()) if (place := POOLED[m]) is not None}
        return _table(units, self.base, self.trees, wanted)

    def _look(self, x: Array, t: Array | None) -> Seen:
        lens = self.base.lens
        if t is None and self.evidence.seen.clock is not None:
            t = np.full(len(x), lens.start + lens.span)
        return lens.see(x, t)

    @property
    def pooled(self) -> float:
        """Weight of the experts with a mean that was learned at the sisters."""
        return float(self.chosen.weight[self.chosen.mean > 0].sum()) if self.base.means else 0.0

    def words(self) -> tuple[str, ...]:
        """Say which experts carry the weight."""
        weight = self.chosen.weight
        clocked = CLOCKED[np.asarray(self.evidence.kernels)[self.chosen.kernel]]
        drift = float(weight[clocked].sum())
        out = [f"transfer carries {self.pooled:.0%} of the weight" if self.base.means else "own data only"]
        if self.base.means:
            totals = np.bincount(self.chosen.mean, weight, len(MEANS))
            out.append(f"most believed mean: {MEANS[int(totals.argmax())]} ({totals.max():.0%})")
        if drift > 0.05:
            out.append(f"drift in time carries {drift:.0%} of the weight")
        if self.left:
            timed = self.evidence.seen.clock is not None
            exactly = f"the newest {MOST_LABELS} labels" if timed else f"{MOST_LABELS} labels drawn by lot"
            others = f"the {self.left} {'older ones' if timed else 'others'}"
            out.append(f"{exactly} are used exactly, {others} by boosted trees")
        return tuple(out)


def _older(past: Seen, y: Array) -> Boosted | None:
    if not len(y):
        return None
    return grow(inputs(past), y, np.ones(len(y)), np.random.default_rng(0), Growth(trees=80, depth=4))


def _table(seen: Seen, base: Footing, trees: Boosted | None, wanted: Iterable[int] = range(5)) -> Array:
    five = np.zeros((len(seen), 5)) if base.means is None else base.means.at(seen, wanted)
    table = mean_table(five, seen, base.level, base.scales, base.nets)
    if trees is not None:
        table[:, 0] = trees.predict(inputs(seen))
    return table


def _promising(seen: Seen, residual: Array, base: Footing) -> list[int]:
    """Return the kernels worth computing on all labels: with many, those that did best on a sample of them."""
    every = usable(seen)
    if len(seen) <= TRIAL:
        return every
    some = np.linspace(0, len(seen) - 1, TRIAL).astype(int)
    trial = weigh(seen.take(some), residual[some], base.spread, every)
    score = (trial.log + base.prior[every]).reshape(len(every), -1).max(axis=1)
    best = np.argsort(-score, kind="stable")[:KERNELS_KEPT]
    return [every[i] for i in np.sort(best)]
