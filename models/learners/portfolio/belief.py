"""What held-out stages said of the members in one family, at each horizon and number of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Array, Kind
from models.errors import StateError
from models.learners.parts.horizons import HORIZONS
from models.learners.portfolio.evidence import SHOTS, Episode, products, widening
from models.learners.portfolio.weights import (
    at_labels,
    believed_first,
    mean_errors,
    nearness,
    soft_weights,
    without_evidence,
)

FEWEST = 2
NEAR = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What held-out stages said of the members in one family.

    Parameters
    ----------
    weights : ndarray, shape (horizons, shots, members)
    errors : ndarray, shape (horizons, shots, members)
        Mean root mean squared error in standard deviations of the stage; NaN where it was not examined.
    factors : ndarray, shape (horizons, shots)
        Widening of the intervals.
    """

    weights: Array
    errors: Array
    factors: Array

    @classmethod
    def without(cls, names: Sequence[str], kind: Kind) -> Self:
        """Return what is believed of members without evidence.

        Examples
        --------
        >>> Belief.without(["prior_mixture", "defect_head"], "binary").weights[0, 0].round(2).tolist()
        [0.18, 0.82]
        """
        shape = (len(HORIZONS), len(SHOTS))
        start = [np.tile(without_evidence(names, h, kind), (len(SHOTS), 1)) for h in range(len(HORIZONS))]
        return cls(np.array(start), np.full((*shape, len(names)), np.nan), np.ones(shape))

    @classmethod
    def of(cls, episodes: Sequence[Episode], names: Sequence[str]) -> Self:
        """Learn from the episodes of each horizon; those with about as many labels count."""
        belief = cls.without(names, "continuous")
        ordered = any(e.horizon for e in episodes)
        for horizon in range(len(HORIZONS)):
            mine = [e for e in episodes if e.horizon == horizon]
            if not mine:
                continue
            matrix, sizes = products(mine), np.array([e.size for e in mine])
            first = believed_first(names, horizon, ordered=ordered)
            for i, shots in enumerate(SHOTS):
                counts = nearness(sizes, int(shots))
                near = [e for e, c in zip(mine, counts, strict=True) if c > NEAR]
                stages = len({e.stage for e in near})
                if stages < FEWEST:
                    continue
                found = soft_weights(matrix, counts, first, stages)
                belief.weights[horizon, i], belief.errors[horizon, i] = found, mean_errors(matrix, counts)
                belief.factors[horizon, i] = widening(near, found, found > 0)
        return belief

    def weights_at(self, labels: int) -> Array:
        """Return the weights with so many labels, shape (horizons, members)."""
        return at_labels(self.weights, SHOTS, labels)

    def factors_at(self, labels: int) -> Array:
        """Return the widening with so many labels, shape (horizons,)."""
        return np.array([np.interp(np.log1p(labels), np.log1p(SHOTS), row) for row in self.factors])

    def errors_at(self, labels: int) -> Array:
        """Return the errors among the labels that were examined with about so many, shape (members,)."""
        nearest: Array = self.errors[0, int(np.abs(np.log1p(SHOTS) - np.log1p(labels)).argmin())]
        return nearest

    def arrays(self) -> dict[str, Array]:
        """Return everything as arrays."""
        return {"weights": self.weights, "errors": self.errors, "factors": self.factors}

    @classmethod
    def read(cls, arrays: Mapping[str, Array], members: int) -> Self:
        """Rebuild what `arrays` wrote.

        Raises
        ------
        StateError
            If something is missing or does not fit so many members.
        """
        try:
            found = cls(arrays["weights"], arrays["errors"], arrays["factors"])
        except KeyError as error:
            raise StateError(f"state of learner 'portfolio': {error} is missing") from None
        shape = (len(HORIZONS), len(SHOTS))
        right = found.weights.shape == found.errors.shape == (*shape, members) and found.factors.shape == shape
        if not right:
            raise StateError("state of learner 'portfolio': an array has the wrong shape - train again")
        return found
