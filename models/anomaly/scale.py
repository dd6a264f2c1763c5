"""The scale on which detectors look at parameters: robust, harmless for constants, far values bent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Array

BEND = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Median and robust spread of each parameter, shape (d,) each.

    A constant parameter keeps a small spread, so a change of it is seen.
    """

    centre: Array
    spread: Array

    @classmethod
    def of(cls, rows: Array) -> Self:
        """Learn the scale of `rows`, shape (m, d)."""
        return cls(*robust_scale(rows))

    def apply(self, x: Array) -> Array:
        """Return `x`, shape (n, d), standardized; missing becomes 0, far values are bent logarithmically."""
        z = (x - self.centre) / self.spread
        z[np.isnan(z)] = 0.0
        far = np.abs(z) > BEND
        if far.any():
            z[far] = np.sign(z[far]) * (BEND + np.log1p(np.abs(z[far]) - BEND))
        out: Array = z
        return out


def robust_scale(x: Array) -> tuple[Array, Array]:
    """Return median and spread of each column of `x`, shape (m, d): the scaled MAD, else the deviation.

    A column without any spread gets a thousandth of its size, so that it is harmless while it stays constant.

    Examples
    --------
    >>> centre, spread = robust_scale(np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [9.0, 5.0]]))
    >>> centre.tolist(), spread.round(3).tolist()
    ([2.5, 5.0], [1.483, 0.005])
    """
    known = np.isfinite(x)
    count = known.sum(axis=0)
    centre = _medians(x, count)
    away = x - centre
    mad = 1.4826 * _medians(np.abs(away), count)
    deviation = _deviations(np.where(known, away, 0.0), count)
    floor = 1e-3 * np.maximum(np.abs(centre), 1e-9)
    spread = np.where(mad > 0.1 * deviation, mad, deviation)
    return centre, np.maximum(spread, floor)


def _medians(x: Array, count: Array) -> Array:
    """Return the median of the `count` known values of each column, 0 where none is known."""
    ordered = np.sort(x, axis=0)  # missing values go last
    below, above = np.maximum(count - 1, 0) // 2, count // 2
    columns = np.arange(x.shape[1])
    middle = (ordered[below, columns] + ordered[np.minimum(above, len(x) - 1), columns]) / 2
    medians: Array = np.where(count > 0, middle, 0.0)
    return medians


def _deviations(away: Array, count: Array) -> Array:
    known = np.maximum(count, 1)
    mean = away.sum(axis=0) / known
    square = np.einsum("ij,ij->j", away, away) / known
    deviations: Array = np.sqrt(np.maximum(square - mean**2, 0.0))
    return deviations
