"""T2 and squared prediction error of a robust principal component analysis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array

KEPT = 0.9
BEND = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Subspace:
    """Main directions of standardized parameters.

    Parameters
    ----------
    centre, spread : ndarray, shape (d,)
        Median and robust spread; a constant parameter keeps a small spread, so a change of it is seen.
    axes : ndarray, shape (d, r)
    variances : ndarray, shape (r,)
    rest : float
        Mean squared prediction error outside the axes.
    """

    centre: Array
    spread: Array
    axes: Array
    variances: Array
    rest: float

    def scale(self, x: Array) -> Array:
        """Return `x` standardized; missing becomes 0, far values are bent logarithmically."""
        z = np.nan_to_num((x - self.centre) / self.spread, nan=0.0)
        size = np.abs(z)
        bent: Array = np.where(size > BEND, np.sign(z) * (BEND + np.log1p(np.maximum(size - BEND, 0))), z)
        return bent

    def score(self, x: Array) -> Array:
        """Return T2 / r + SPE / mean SPE of each row: two shares of one scale."""
        z = self.scale(x)
        along = z @ self.axes
        t2 = (along**2 / self.variances).sum(axis=1) / max(len(self.variances), 1)
        spe = np.maximum((z**2).sum(axis=1) - (along**2).sum(axis=1), 0.0)
        total: Array = t2 + spe / self.rest
        return total


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
    filled = np.where(known.any(axis=0), x, 0.0)
    centre = np.nanmedian(filled, axis=0)
    mad = 1.4826 * np.nanmedian(np.abs(filled - centre), axis=0)
    deviation = np.nanstd(filled, axis=0)
    floor = 1e-3 * np.maximum(np.abs(centre), 1e-9)
    spread = np.where(mad > 0.1 * deviation, mad, deviation)
    return centre, np.maximum(spread, floor)


def subspace(x: Array) -> Subspace:
    """Fit the directions that hold 90 % of the variance of `x`, shape (m, d).

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(300, 2)) @ np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    >>> subspace(x).axes.shape
    (3, 2)
    """
    centre, spread = robust_scale(x)
    plain = Subspace(centre, spread, np.zeros((x.shape[1], 0)), np.zeros(0), 1.0)
    z = plain.scale(x)
    values, vectors = np.linalg.eigh(z.T @ z / max(len(z), 1))
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    share = np.cumsum(values) / max(values.sum(), 1e-12)
    r = min(int(np.searchsorted(share, KEPT)) + 1, len(values), max(len(x) // 4, 1))
    rest = max(float(values[r:].sum()), 1e-3)
    return Subspace(centre, spread, vectors[:, :r], np.maximum(values[:r], 1e-6), rest)
