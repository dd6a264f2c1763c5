"""Defects: labelled ones are few and soon old, so part of the word stays with what is said without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.base import LEVEL, Adapted, Array, Learner, Prediction, Task
from models.learners.parts.draws import with_labels
from models.learners.parts.serving import values
from models.transfer import Transfer, transfer_of

#: Share of the answer without labels among the labels, soon after them and later.
SHARES = np.array([0.4, 0.5, 0.55])
WORTH = 30.0
"""So many labelled defects halve it."""
UNITS = 200
SUREST = 1e-4


def untold_share(defects: int) -> Array:
    """Return how much of the word stays with the answer without labels, shape (horizons,).

    Examples
    --------
    >>> untold_share(30).tolist()
    [0.2, 0.25, 0.275]
    """
    share: Array = SHARES * WORTH / (WORTH + defects)
    return share


def hedge_words(defects: int) -> str:
    """Say what is hedged.

    Examples
    --------
    >>> hedge_words(3)
    '3 labelled defects have 64 % of the word, the answer without them 36 %; after the last label 45 %, later 50 %'
    """
    among, soon, later = untold_share(defects)
    some = "1 labelled defect has" if defects == 1 else f"{defects} labelled defects have"
    told = f"{some} {1 - among:.0%} of the word, the answer without them {among:.0%}"
    return f"{told}; after the last label {soon:.0%}, later {later:.0%}".replace("%", " %")


def hedged(
    learners: Sequence[Learner], told: Sequence[Adapted], weights: Array, task: Task
) -> tuple[list[Adapted], Array]:
    """Set beside each adapted member the same member without labels, moved to the level that the labels gave.

    Only the order of the units is hedged: how common defects are is the labels' word alone.

    Parameters
    ----------
    learners : sequence of Learner
    told : sequence of Adapted
        The same learners, adapted to `task`.
    weights : ndarray, shape (horizons, members)
    task : Task
        Of a defect, with one that is labelled at least.

    Returns
    -------
    parts : list of Adapted
        Members with labels, then without.
    weights : ndarray, shape (horizons, parts)
    """
    rows = np.arange(len(task.support_y))
    without = with_labels(task, rows[:0], rows)
    units = np.vstack([task.support_x, task.unlabelled_x[:UNITS]])
    untold = [_levelled(learner.adapt(without), known, units) for learner, known in zip(learners, told, strict=True)]
    share = untold_share(int(task.support_y.sum()))[:, None]
    return [*told, *untold], np.hstack([(1.0 - share) * weights, share * weights])


def _levelled(untold: Adapted, told: Adapted, units: Array) -> Levelled:
    gap = odds_of(values(told, units)[0]) - odds_of(values(untold, units)[0])
    return Levelled(untold, float(gap.mean()))


def odds_of(p: Array) -> Array:
    """Return the log odds of probabilities, none surer than `SUREST`.

    Examples
    --------
    >>> odds_of(np.array([0.5, 1.0])).round(1).tolist()
    [0.0, 9.2]
    """
    odds: Array = special.logit(np.clip(p, SUREST, 1.0 - SUREST))
    return odds


@dataclass(frozen=True, slots=True, eq=False)
class Levelled:
    """A member whose probabilities are moved by a constant in log odds.

    Parameters
    ----------
    part : Adapted
    shift : float
    """

    part: Adapted
    shift: float

    def predict(self, x: ArrayLike, t: ArrayLike | None = None, level: float = LEVEL) -> Prediction:
        """Predict as the member does, moved."""
        said = self.part.predict(x, t, level)
        mean, lower, upper = self._moved(said.mean, said.lower, said.upper)
        return Prediction(mean, lower, upper, said.anomaly, said.in_domain, level)

    def values(self, x: ArrayLike, t: ArrayLike | None, level: float) -> tuple[Array, Array, Array]:
        """Return mean, lower and upper as `predict` does, without looking at the domain."""
        return self._moved(*values(self.part, x, t, level))

    def _moved(self, mean: Array, lower: Array, upper: Array) -> tuple[Array, Array, Array]:
        moved = special.expit(odds_of(mean) + self.shift)
        return moved, np.clip(lower + moved - mean, 0.0, moved), np.clip(upper + moved - mean, moved, 1.0)

    def sentences(self) -> tuple[str, ...]:
        """Say what the member stands on."""
        return self.part.sentences()

    def transfer(self) -> Transfer | None:
        """Say which sister stages the member takes from."""
        return transfer_of(self.part)
