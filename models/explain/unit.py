"""One unit explained: value, contributions, strangeness, precedents, moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.anomaly.domain import Domain
from models.base import LEVEL, Adapted, Array, Prediction, Task
from models.explain.background import even_choice, spreads, usual_units
from models.explain.moves import Move, moves
from models.explain.nearest import K, Nearby, nearest
from models.explain.oddity import Oddity, oddity
from models.explain.relevance import relevance
from models.explain.shapley import Attribution, attribute
from models.explain.walks import means_of
from models.transfer import Transfer, transfer_of


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """Everything that can be said of why a model says what it says of one unit.

    Parameters
    ----------
    prediction : Prediction
        Of this one unit.
    attribution : Attribution
        Of its mean.
    usual : ndarray, shape (d,)
        Median of each parameter over the stage's units; NaN where it was never seen.
    oddity : Oddity
    nearby : Nearby
        Places among the past units that were given.
    moves : tuple of Move
    transfer : Transfer or None
    """

    prediction: Prediction
    attribution: Attribution
    usual: Array
    oddity: Oddity
    nearby: Nearby
    moves: tuple[Move, ...]
    transfer: Transfer | None


@dataclass(frozen=True, slots=True, eq=False)
class Explainer:
    """A stage's model, and what its units are usually like: learned once, then used for any number of units.

    Parameters
    ----------
    model : Adapted
    units, background : ndarray, shape (n, d), (m, d)
        Units of the stage, and an even choice of them.
    spread, usual, relevance : ndarray, shape (d,)
        Standard deviation and median of each parameter; what the prediction varies with it.
    domain : Domain
    seed : int

    Examples
    --------
    >>> from models import make_learner
    >>> from models.checks import sisters
    >>> task = sisters()[0]
    >>> told = Explainer.of(make_learner("ridge").adapt(task), task).explain(task.unlabelled_x[3], None, task.support_x)
    >>> bool(np.isclose(told.attribution.base + told.attribution.parts.sum(), told.prediction.mean[0]))
    True
    """

    model: Adapted
    units: Array
    background: Array
    spread: Array
    usual: Array
    relevance: Array
    domain: Domain
    seed: int

    @classmethod
    def of(cls, model: Adapted, task: Task, seed: int = 0) -> Self:
        """Learn what is usual from the units of `task`, with which `model` was adapted.

        Raises
        ------
        TaskError
            If the stage has no unit.
        """
        units = usual_units(task)
        background = even_choice(units)
        seen = np.isfinite(units).any(axis=0)
        usual = np.where(seen, np.nanmedian(np.where(seen, units, 0.0), axis=0), np.nan)
        relevant = relevance(means_of(model), background, seed)
        return cls(model, units, background, spreads(units), usual, relevant, Domain.of(task), seed)

    def explain(self, unit: Array, t: float | None, past: Array, level: float = LEVEL, k: int = K) -> Explained:
        """Explain one unit.

        Parameters
        ----------
        unit : ndarray, shape (d,)
            NaN is missing.
        t : float or None
            Its time in seconds; usual units are looked at as if they had come at the same time.
        past : ndarray, shape (p, d)
            Units of which it is known what became of them, without this one.
        level : float
        k : int
            How many of the past units are named.

        Returns
        -------
        Explained
        """
        return Explained(
            prediction=self.model.predict(unit[None], None if t is None else np.array([t]), level),
            attribution=attribute(means_of(self.model, t), unit, self.background, self.seed),
            usual=self.usual,
            oddity=oddity(self.domain, unit),
            nearby=nearest(unit, past, self.relevance, self.spread, k),
            moves=moves(self.model, unit, t, self.units, level),
            transfer=transfer_of(self.model),
        )
