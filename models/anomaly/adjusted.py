"""How far each parameter lies from what all the others say it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models.anomaly.scale import Scale
from models.base import Array

SHRINK = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """Largest residual of a parameter regressed on all others, in its standard deviations (Hawkins 1991).

    Parameters
    ----------
    scale : Scale
    residual : ndarray, shape (d, d)
        Units on the scale times this are standardized residuals: the inverse covariance, columns over the roots of its
        diagonal (Hawkins 1991, eq. 2).
    """

    scale: Scale
    residual: Array
    name: ClassVar[str] = "adjusted"

    @classmethod
    def learn(cls, rows: Array, seed: int = 0) -> Self:  # noqa: ARG003 - nothing random here
        """Invert the covariance of `rows`, shape (m, d), shrunk to its diagonal, the more the fewer units."""
        scale = Scale.of(rows)
        z = scale.apply(rows)
        d = max(z.shape[1], 1)
        share = min(1.0, SHRINK + d / (len(z) + d))
        covariance = (1 - share) * (z.T @ z) / max(len(z), 1)
        covariance[np.diag_indices_from(covariance)] += share * np.maximum(np.mean(z**2, axis=0), 1e-3)
        inverse = np.linalg.inv(covariance)
        return cls(scale, inverse / np.sqrt(np.diag(inverse)))

    def score(self, x: Array) -> Array:
        """Return the largest absolute residual of each row of `x`, shape (n, d)."""
        residuals = np.abs(self.scale.apply(x) @ self.residual)
        score: Array = residuals.max(axis=1, initial=0.0)
        return score
