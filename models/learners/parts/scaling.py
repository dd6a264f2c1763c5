"""Standardization of parameters that survives missing values, constants and outliers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.base import Array, Task
from models.learners.parts.families import align

CLIP = 6.0
HUGE = float(np.finfo(np.float64).max)


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
        z = (x - self.centre) * inverse
        z[np.isnan(z)] = 0.0
        return bend(z)


def bend(z: Array) -> Array:
    """Return `z` with what lies beyond `CLIP` bent logarithmically.

    Examples
    --------
    >>> bend(np.array([1.0, -7.0])).round(2).tolist()
    [1.0, -6.69]
    """
    size = np.abs(z)
    far = size > CLIP
    if not far.any():
        return z
    bent = z.copy()
    bent[far] = np.sign(z[far]) * (CLIP + np.log1p(np.minimum(size[far], HUGE) - CLIP))
    return bent


def scaling(x: Array) -> Scaling:
    """Learn centre and spread from the rows of `x` (shape (n, d), NaN is missing).

    Examples
    --------
    >>> s = scaling(np.array([[0.0, 4.0], [2.0, 4.0], [np.nan, 4.0]]))
    >>> s.centre.tolist(), s.spread.tolist()
    ([1.0, 4.0], [1.0, 0.0])
    """
    seen = np.isfinite(x)
    count = np.count_nonzero(seen, axis=0)
    safe = np.maximum(count, 1)
    centre = np.where(seen, x, 0.0).sum(axis=0) / safe
    deviation = x - centre
    deviation[~seen] = 0.0
    spread = np.sqrt(np.einsum("ij,ij->j", deviation, deviation) / safe)
    negligible = spread <= 1e-9 * np.maximum(np.abs(centre), 1e-300)
    return Scaling(centre, np.where(negligible | (count < 2), 0.0, spread))


@lru_cache(maxsize=2)
def stage_scaling(task: Task, wanted: tuple[str, ...]) -> Scaling:
    """Learn centre and spread of the parameters `wanted` from all units of `task`, labelled or not.

    The last two are remembered: every member of a portfolio asks for the same.

    Examples
    --------
    >>> task = Task("s", "c", ["a"], [[1.0]], [5.0], unlabelled_x=[[3.0], [5.0]])
    >>> stage_scaling(task, ("a", "b")).centre.tolist()
    [3.0, 0.0]
    """
    return scaling(align(np.vstack([task.support_x, task.unlabelled_x]), task.columns, wanted))
