"""An adapted mixture: the experts that a stage's labels left standing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Array, Task
from models.learners.parts.boosted import Boosted, Growth, grow
from models.learners.parts.levels import spread_guess
from models.learners.parts.serving import Answer
from models.learners.prior_mixture.experts import MEANS, SHAPES
from models.learners.prior_mixture.knowledge import Knowledge, mean_table
from models.learners.prior_mixture.lens import Lens, Seen, usable
from models.learners.prior_mixture.means import Means, inputs
from models.learners.prior_mixture.posterior import Chosen, Evidence, Spread, choose, predict, weigh

MOST_LABELS = 400
TRIAL = 120
KERNELS_KEPT = 6


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """The posterior of one stage; called with units it answers.

    Parameters
    ----------
    lens, labelled, evidence, chosen, spread
        How units are seen, the labelled ones, and the experts with their weights.
    means : Means or None
        Pooled means; None for a stranger.
    level : float
    scales : ndarray, shape (4,)
    trees : Boosted or None
        Learned on the stage's older labels where there are more than `MOST_LABELS`.
    factor : float
        Widening learned on held-out stages.
    labels, left : int
        Labels in the exact part, and those left to `trees`.
    """

    lens: Lens
    labelled: Seen
    evidence: Evidence
    chosen: Chosen
    spread: Spread
    means: Means | None
    level: float
    scales: Array
    trees: Boosted | None
    factor: float
    labels: int
    left: int

    @classmethod
    def of(cls, task: Task, known: Knowledge, wanted: tuple[str, ...]) -> Self:
        """Adapt the knowledge of a family to `task`."""
        lens = Lens.of(task, wanted, known.plant, known.relevance)
        own = known.own_scale(task.support_y)
        scales = np.append(known.scales, own)
        factor = known.factor(len(task.support_y))
        return cls._fit(task, lens, known.spread_at(own), known.means, known.level, scales, known.prior, factor)

    @classmethod
    def _fit(
        cls,
        task: Task,
        lens: Lens,
        spread: Spread,
        means: Means | None,
        level: float,
        scales: Array,
        prior: Array,
        factor: float,
    ) -> Self:
        order = _order(task)
        kept, older = order[-MOST_LABELS:], order[:-MOST_LABELS]
        times = task.support_t
        seen = lens.see(task.support_x[order], None if times is None else times[order])
        labelled, past = seen.take(np.arange(len(older), len(order))), seen.take(np.arange(len(older)))
        trees = _older(past, task.support_y[older])
        base = _table(labelled, means, level, scales, trees)
        residual = task.support_y[kept][:, None] - base
        kernels = _promising(labelled, residual, spread, prior)
        evidence = weigh(labelled, residual, spread, kernels)
        chosen = choose(evidence, prior)
        return cls(lens, labelled, evidence, chosen, spread, means, level, scales, trees, factor, len(kept), len(older))

    def __call__(self, x: Array, t: Array | None) -> Answer:
        """Answer for units `x`, shape (n, d), at times `t`; without times the newest label's time is meant."""
        if t is None and self.labelled.clock is not None:
            t = np.full(len(x), self.lens.start + self.lens.span)
        new = self.lens.see(x, t)
        table = _table(new, self.means, self.level, self.scales, self.trees)
        answer = predict(self.evidence, self.chosen, self.spread, self.labelled, new, table)
        return Answer(answer.mean, answer.scale * self.factor, answer.freedom)

    def words(self) -> tuple[str, ...]:
        """Say which experts carry the weight."""
        weight = self.chosen.weight
        pooled = float(weight[self.chosen.mean > 0].sum())
        clocked = [SHAPES[k].clock > 0 for k in np.asarray(self.evidence.kernels)[self.chosen.kernel]]
        drift = float(weight[clocked].sum())
        out = [f"transfer carries {pooled:.0%} of the weight" if self.means else "own data only"]
        if self.means:
            totals = np.bincount(self.chosen.mean, weight, len(MEANS))
            out.append(f"most believed mean: {MEANS[int(totals.argmax())]} ({totals.max():.0%})")
        if drift > 0.05:
            out.append(f"drift in time carries {drift:.0%} of the weight")
        if self.left:
            out.append(f"the newest {self.labels} labels are used exactly, the {self.left} older ones by boosted trees")
        return tuple(out)


def stranger(task: Task, shared: Array) -> Mixture:
    """Adapt to a stage that no family knows, from its own labels and what stages in general are like."""
    lens = Lens.of(task, tuple(task.columns), None, None)
    guess = spread_guess(task, None)
    prior = np.full(shared.shape, -np.inf)
    prior[:, 0] = shared[:, 0]
    spread = Spread(np.full(len(MEANS), 1.0), np.full(len(MEANS), guess**2))
    level = float(task.support_y.mean())
    return Mixture._fit(task, lens, spread, None, level, np.ones(4), prior, 1.1)


def _order(task: Task) -> Array:
    """Return the rows oldest first, else in an order of their values: shuffled rows change nothing."""
    keys = [*task.support_x.T, task.support_y]
    if task.support_t is not None:
        keys.append(task.support_t)
    return np.lexsort(keys)


def _older(past: Seen, y: Array) -> Boosted | None:
    if not len(y):
        return None
    return grow(inputs(past), y, np.ones(len(y)), np.random.default_rng(0), Growth(trees=80, depth=4))


def _table(seen: Seen, means: Means | None, level: float, scales: Array, trees: Boosted | None) -> Array:
    five = np.zeros((len(seen), 5)) if means is None else means.at(seen)
    table = mean_table(five, level, scales)
    if trees is not None:
        table[:, 0] = trees.predict(inputs(seen))
    return table


def _promising(seen: Seen, residual: Array, spread: Spread, prior: Array) -> list[int]:
    """Return the kernels worth computing on all labels: with many, those that did best on a sample of them."""
    every = usable(seen)
    if len(seen) <= TRIAL:
        return every
    some = np.linspace(0, len(seen) - 1, TRIAL).astype(int)
    trial = weigh(seen.take(some), residual[some], spread, every)
    score = (trial.log + prior[every]).reshape(len(every), -1).max(axis=1)
    best = np.argsort(-score, kind="stable")[:KERNELS_KEPT]
    return [every[i] for i in np.sort(best)]
