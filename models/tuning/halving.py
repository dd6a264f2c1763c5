"""Successive halving: many candidates on little evidence, the better ones on more (Jamieson & Talwalkar 2016).

Candidates are given best guess first, so a search is warm-started by the order alone (Feurer et al. 2015): the guess
breaks ties, and where the limit does not reach for all, those guessed worst are left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.errors import TaskError

Evaluate = Callable[[int, int, np.random.Generator], float]
"""``evaluate(candidate, budget, rng)``: the loss on so much evidence; infinite where the candidate fails."""
BISECTIONS = 40


@dataclass(frozen=True, slots=True)
class Trial:
    """One evaluation.

    Parameters
    ----------
    rung, candidate : int
    budget : int
        Evidence in all that the loss stands on.
    cost : int
        Evidence that was added for it.
    loss : float
    """

    rung: int
    candidate: int
    budget: int
    cost: int
    loss: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a search found.

    Parameters
    ----------
    order : tuple of int
        All candidates, the best first: who came farther, then the smaller loss, then the better guess.
    trials : tuple of Trial
        Every evaluation, in the order in which they were made.
    limit : int
        What might have been spent.
    """

    order: tuple[int, ...]
    trials: tuple[Trial, ...]
    limit: int

    @property
    def best(self) -> int:
        """The candidate chosen."""
        return self.order[0]

    @property
    def spent(self) -> int:
        """What was spent."""
        return sum(trial.cost for trial in self.trials)


def successive_halving(
    count: int, evaluate: Evaluate, *, budgets: Sequence[int], limit: int, rng: np.random.Generator
) -> Ranking:
    """Rank `count` candidates, spending no more than `limit`.

    The share that survives each rung is the largest with which the limit holds: one half for the classic limit, all of
    them (an exhaustive search) for a limit of ``count * budgets[-1]`` or more.

    Parameters
    ----------
    count : int
        Candidates 0 .. count - 1, the best guess first.
    evaluate : callable
        Must keep what it did: going from one budget to the next costs the difference.
    budgets : sequence of int
        Evidence in all at each rung, increasing.
    limit : int
        Of all costs together. With less than the first budget nothing is evaluated and the guess stands.
    rng : Generator
        Handed to `evaluate`.

    Returns
    -------
    Ranking

    Raises
    ------
    TaskError
        Without candidates, or with budgets that do not increase.

    Examples
    --------
    >>> noisy = lambda candidate, budget, rng: abs(candidate - 5) + rng.normal() / budget
    >>> found = successive_halving(8, noisy, budgets=(1, 2, 4, 8), limit=20, rng=np.random.default_rng(0))
    >>> found.best, found.spent, len(found.trials)
    (5, 20, 15)
    """
    steps = np.diff([0, *budgets]).tolist()
    if count < 1 or not steps or min(steps) <= 0:
        raise TaskError(f"halving: {count} candidates, budgets {tuple(budgets)} - give one or more, increasing budgets")
    plan = _plan(count, steps, limit)
    alive = list(range(plan[0] if plan else 0))
    trials: list[Trial] = []
    last: dict[int, tuple[int, float]] = {}
    for rung, size in enumerate(plan):
        alive = sorted(alive, key=lambda c: (last[c][1] if c in last else 0.0, c))[:size]
        for candidate in sorted(alive):
            loss = float(evaluate(candidate, int(budgets[rung]), rng))
            loss = loss if math.isfinite(loss) else math.inf
            trials.append(Trial(rung, candidate, int(budgets[rung]), steps[rung], loss))
            last[candidate] = (rung, loss)
    order = sorted(range(count), key=lambda c: (-last[c][0], last[c][1], c) if c in last else (1, 0.0, c))
    return Ranking(tuple(order), tuple(trials), limit)


def _plan(count: int, steps: Sequence[int], limit: int) -> list[int]:
    """Return how many candidates each rung sees."""

    def sizes(start: int, share: float) -> list[int]:
        return [max(1, math.ceil(start * share**rung - 1e-9)) for rung in range(len(steps))]

    def cost(plan: Sequence[int]) -> int:
        return int(sum(n * step for n, step in zip(plan, steps, strict=True)))

    if cost(sizes(count, 1.0)) <= limit:
        return sizes(count, 1.0)
    start = count
    while start > 1 and cost(sizes(start, 0.0)) > limit:
        start -= 1
    if cost(sizes(start, 0.0)) > limit:
        kept = [int(v) for v in np.flatnonzero(np.cumsum(steps) <= limit)]
        return [1 for _ in kept]
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if cost(sizes(start, middle)) <= limit else (low, middle)
    return sizes(start, low)
