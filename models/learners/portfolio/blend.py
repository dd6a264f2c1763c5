"""What a portfolio answers with: its members' predictions, averaged, in the stage's own values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.base import LEVEL, Adapted, Array, Prediction, Task
from models.learners.parts.horizons import shares, steps_ahead
from models.learners.parts.named import HERE, Place
from models.learners.parts.serving import t_quantile, values
from models.learners.portfolio.hedge import odds_of
from models.transfer import Transfer, transfer_of

TINY = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Blend:
    """The members' predictions, averaged: means by weight, spreads with the disagreement added.

    Probabilities of nonconformity are averaged as log odds (logarithmic pool, Genest & Zidek 1986): a member that sees
    nothing anywhere leaves the order of the units alone, however sure the others are.

    Parameters
    ----------
    task : Task
    parts : tuple of Adapted
    weights : ndarray, shape (horizons, parts)
    factors : ndarray, shape (horizons,)
    words : tuple of str
        Whom it believes.
    place : Place
        Where the stage's name moved its values to, before the members saw them; what is answered is moved back.
    """

    task: Task
    parts: tuple[Adapted, ...]
    weights: Array
    factors: Array
    words: tuple[str, ...]
    place: Place = HERE

    def predict(self, x: ArrayLike, t: ArrayLike | None = None, level: float = LEVEL) -> Prediction:
        """Predict units `x`, shape (n, d), seen at times `t`; without times the newest known time is meant."""
        first = self.parts[0].predict(x, t, level)
        mean, lower, upper = self._blended(x, t, level, (first.mean, first.lower, first.upper))
        return Prediction(mean, lower, upper, first.anomaly, first.in_domain, level)

    def values(self, x: ArrayLike, t: ArrayLike | None, level: float) -> tuple[Array, Array, Array]:
        """Return mean, lower and upper as `predict` does, without looking at the domain."""
        return self._blended(x, t, level, values(self.parts[0], x, t, level))

    def _blended(
        self, x: ArrayLike, t: ArrayLike | None, level: float, first: tuple[Array, Array, Array]
    ) -> tuple[Array, Array, Array]:
        n = len(first[0])
        share = shares(steps_ahead(self.task, None if t is None else np.asarray(t, dtype=np.float64), n))
        weights, factor = share @ self.weights, share @ self.factors
        mean, square, odds = np.zeros(n), np.zeros(n), np.zeros(n)
        for i, part in enumerate(self.parts):
            if (weights[:, i] <= TINY).all():
                continue
            said = first if i == 0 else values(part, x, t, level)
            mean += weights[:, i] * said[0]
            if self.task.kind == "binary":
                odds += weights[:, i] * odds_of(said[0])
            square += weights[:, i] * (((said[2] - said[1]) / 2) ** 2 + said[0] ** 2)
        half = factor * np.sqrt(np.maximum(square - mean**2, 0.0))
        half = np.maximum(half, (self.task.gauge_sd or 0.0) * t_quantile(level, 1e9))
        lower, upper = mean - half, mean + half
        if self.task.kind == "binary":
            mean, lower, upper = (np.clip(v, 0.0, 1.0) for v in (special.expit(odds), lower, upper))
            lower, upper = np.minimum(lower, mean), np.maximum(upper, mean)
        return self.place.back(mean), self.place.back(lower), self.place.back(upper)

    def sentences(self) -> tuple[str, ...]:
        """Say which members are believed, and what the heaviest stands on."""
        heaviest = self.parts[int(np.argmax(self.weights[0]))]
        return (*self.words, *heaviest.sentences())

    def transfer(self) -> Transfer:
        """Say which sister stages the members take from, by the members' weights among the labels."""
        told = [transfer_of(part) for part in self.parts]
        return Transfer.blend(len(self.task.support_y), zip(self.weights[0].tolist(), told, strict=True))
