"""From what experience expects to one recipe: a handful is proposed, labels left out decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from models.base import Array, BoolArray
from models.learners.parts import Rows
from models.learners.warm_start.recipes import NEEDED, RECIPES
from models.learners.warm_start.workbench import Workbench
from models.tuning import Ranking, successive_halving

PROPOSALS = 12
A_KIND = 5
FOLDS = 10
RUNGS = (2, 5, 10)
TOGETHER = 4
SHARPNESS = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """How a stage's recipe was found.

    Parameters
    ----------
    proposals : tuple of int
        Places in `RECIPES`, best guess first.
    ranking : Ranking or None
        Of the proposals; None where there were too few labels to try anything.
    chosen : tuple of int
        Places in `RECIPES` of those that serve, the best first.
    weights : tuple of float
        What each counts; they sum to 1.
    left_out : ndarray, shape (n,)
        Errors of their average on labels left out; NaN where it was not tried on them.
    expected : float
        Log error that experience expects of the best.
    """

    proposals: tuple[int, ...]
    ranking: Ranking | None
    chosen: tuple[int, ...]
    weights: tuple[float, ...]
    left_out: Array
    expected: float


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """Proposals tried on labels left out, fold by fold; the loss leans on experience while few were judged.

    Parameters
    ----------
    bench : Workbench
    proposals : tuple of int
    expected : ndarray, shape (recipes,)
    trust : float
        Labels that the expectation is worth.
    folds : tuple of ndarray of int
        Rows left out together.
    """

    bench: Workbench
    proposals: tuple[int, ...]
    expected: Array
    trust: float
    folds: tuple[Rows, ...]
    errors: dict[tuple[int, int], Array] = field(default_factory=dict)

    @property
    def rungs(self) -> tuple[int, ...]:
        """Folds judged in all at each rung."""
        return tuple(sorted({min(rung, len(self.folds)) for rung in RUNGS}))

    def __call__(self, candidate: int, budget: int, _rng: np.random.Generator) -> float:
        """Return the log error on the first `budget` folds, blended with what is expected by numbers of labels."""
        squares = np.concatenate([self._fold(candidate, fold) ** 2 for fold in range(budget)])
        own = 0.5 * np.log(max(float(squares.mean()), 1e-24)) - np.log(self.bench.guess)
        known = float(self.expected[self.proposals[candidate]])
        return float((len(squares) * own + self.trust * known) / (len(squares) + self.trust))

    def left_out(self, candidate: int) -> Array:
        """Return the errors of a candidate on labels left out; NaN where it was not tried."""
        found = np.full(len(self.bench.y), np.nan)
        for fold, out in enumerate(self.folds):
            if (candidate, fold) in self.errors:
                found[out] = self.errors[candidate, fold]
        return found

    def _fold(self, candidate: int, fold: int) -> Array:
        key = (candidate, fold)
        if key not in self.errors:
            out = self.folds[fold]
            kept = np.setdiff1d(np.arange(len(self.bench.y)), out).astype(np.intp)
            recipe = RECIPES[self.proposals[candidate]]
            if len(kept) < recipe.fewest:
                return np.full(len(out), np.inf)
            mean, _ = self.bench.fit(recipe, kept).answer(self.bench.x[out])
            self.errors[key] = mean - self.bench.y[out]
        return self.errors[key]


def choose(bench: Workbench, expected: Array, groups: Sequence[object] | None, limit: int, trust: float) -> Choice:
    """Propose recipes for a stage, and let its labels decide.

    Parameters
    ----------
    bench : Workbench
    expected : ndarray, shape (recipes,)
        Log errors that experience expects; infinite for what cannot serve.
    groups : sequence, optional
        Replicate of each label.
    limit : int
        Fits with labels left out that may be spent.
    trust : float
        Labels that experience is worth.
    """
    proposals = proposed(expected, np.isfinite(expected))
    if len(bench.y) < NEEDED or np.ptp(bench.y) == 0:
        nothing = np.full(len(bench.y), np.nan)
        return Choice(proposals, None, proposals[:1], (1.0,), nothing, float(expected[proposals[0]]))
    exam = Exam(bench, proposals, expected, trust, _folds(len(bench.y), groups))
    ranking = successive_halving(
        len(proposals), exam, budgets=exam.rungs, limit=limit, rng=np.random.default_rng(bench.seed)
    )
    serving, weights = finalists(ranking)
    errors = np.array(weights) @ np.array([exam.left_out(candidate) for candidate in serving])
    chosen = tuple(proposals[candidate] for candidate in serving)
    return Choice(proposals, ranking, chosen, weights, errors, float(expected[chosen[0]]))


def finalists(ranking: Ranking) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return the candidates that serve together and their weights.

    Of those that came as far as the best, at most four; an error that is larger by a twentieth weighs a third. The best
    alone would be the luck of a few labels: averaged, the error at stages never seen is 1 % smaller.
    """
    last = {trial.candidate: trial for trial in ranking.trials}
    if ranking.best not in last:
        return (ranking.best,), (1.0,)
    best = last[ranking.best]
    far = [c for c in ranking.order if c in last and last[c].rung == best.rung and np.isfinite(last[c].loss)][:TOGETHER]
    weights = np.exp(-SHARPNESS * np.array([last[c].loss - best.loss for c in far])) if far else np.ones(1)
    return tuple(far) or (ranking.best,), tuple((weights / weights.sum()).tolist())


def proposed(expected: Array, usable: BoolArray) -> tuple[int, ...]:
    """Return the recipes expected to be best, at most five of a kind, so that kinds compete and not shades of one."""
    taken: list[int] = []
    kinds: dict[str, int] = {}
    for i in np.argsort(expected, kind="stable"):
        kind = RECIPES[int(i)].kind
        if usable[i] and kinds.get(kind, 0) < A_KIND and len(taken) < PROPOSALS:
            taken.append(int(i))
            kinds[kind] = kinds.get(kind, 0) + 1
    return tuple(taken)


def _folds(n: int, groups: Sequence[object] | None) -> tuple[Rows, ...]:
    """Return the rows left out in each of at most ten folds; replicates stay together."""
    names = np.arange(n).astype(str) if groups is None else np.array([str(g) for g in groups])
    lots = np.unique(names, return_inverse=True)[1] if groups is not None else np.arange(n)
    count = min(FOLDS, int(lots.max()) + 1)
    return tuple(np.flatnonzero(lots % count == fold).astype(np.intp) for fold in range(count))
