"""Standardization of parameters that survives missing values, constants and outliers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array

CLIP = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """Centre and spread of d parameters.

    Parameters
    ----------
    centre, spread : ndarray, shape (d,)
        Mean and standard deviation; a constant or never seen parameter has spread 0 and is ignored.
    """

    centre: Array
    spread: Array

    def apply(self, x: Array) -> Array:
        """Return `x` (shape (n, d)) standardized; missing and constant parameters become 0, outliers are bent.

        Beyond `CLIP` spreads a value is bent onto ``CLIP + log(1 + excess)``: far stays farther, but no
        single parameter takes over a distance.

        Examples
        --------
        >>> Scaling(np.array([1.0, 5.0]), np.array([2.0, 0.0])).apply(np.array([[3.0, 7.0], [np.nan, 5.0]]))
        array([[1., 0.],
               [0., 0.]])
        """
        inverse = np.divide(1.0, self.spread, out=np.zeros_like(self.spread), where=self.spread > 0)
        return bend(np.nan_to_num((x - self.centre) * inverse, nan=0.0))


def bend(z: Array) -> Array:
    """Return `z` with what lies beyond `CLIP` bent logarithmically.

    Examples
    --------
    >>> bend(np.array([1.0, -7.0])).round(2).tolist()
    [1.0, -6.69]
    """
    size = np.abs(z)
    if not size.size or size.max() <= CLIP:
        return z
    return np.where(size > CLIP, np.sign(z) * (CLIP + np.log1p(np.maximum(size - CLIP, 0.0))), z)


def scaling(x: Array) -> Scaling:
    """Learn centre and spread from the rows of `x` (shape (n, d), NaN is missing).

    Examples
    --------
    >>> s = scaling(np.array([[0.0, 4.0], [2.0, 4.0], [np.nan, 4.0]]))
    >>> s.centre.tolist(), s.spread.tolist()
    ([1.0, 4.0], [1.0, 0.0])
    """
    seen = np.isfinite(x)
    count = seen.sum(axis=0)
    safe = np.maximum(count, 1)
    centre = np.where(seen, x, 0.0).sum(axis=0) / safe
    deviation = np.where(seen, x - centre, 0.0)
    spread = np.sqrt((deviation**2).sum(axis=0) / safe)
    negligible = spread <= 1e-9 * np.maximum(np.abs(centre), 1e-300)
    return Scaling(centre, np.where(negligible | (count < 2), 0.0, spread))
