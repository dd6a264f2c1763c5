"""A Gaussian process over names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import linalg, optimize

from models.base import Array

STARTS = (0.0, -2.0)
#: Variance of the constant, by that of the kernel: as good as unknown.
FLAT = 100.0
TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """Levels over names, with the settings of the greatest posterior density.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Levels, or their logarithms.
    centre : float
    size : float
        Variance of the kernel.
    rates : ndarray, shape (slots,)
        How fast names that differ in a slot become strangers.
    factor : tuple
        Cholesky factor of the covariance.
    """

    y: Array
    centre: float
    size: float
    rates: Array
    factor: tuple[Array, bool]

    @classmethod
    def of(cls, y: Array, noise: Array, apart: Array) -> Self:
        """Fit it to levels `y`, shape (n,), known within variances `noise`; `apart` has shape (slots, n, n)."""
        variance, centre = float(y.var()), float(y.mean())
        usual = np.log([variance, variance / 8.0])

        def parts(p: Array) -> tuple[float, Array, Array]:
            size, rates = float(np.exp(p[0])), np.exp(p[2:])
            cov = size * np.exp(-np.tensordot(rates, apart, 1)) + FLAT * size
            cov[np.diag_indices(len(y))] += noise + np.exp(p[1]) + TINY * size
            return size, rates, cov

        def unlikely(p: Array) -> float:
            lower = linalg.cholesky(parts(p)[2], lower=True, check_finite=False)
            z = linalg.solve_triangular(lower, y - centre, lower=True, check_finite=False)
            doubt = ((p[:2] - usual) ** 2).sum() / 18.0 + (p[2:] ** 2).sum() / 40.0
            return float(0.5 * z @ z + np.log(np.diag(lower)).sum() + doubt)

        limits = [(v - 9.0, v + 6.0) for v in usual] + [(-9.0, 4.0)] * len(apart)
        starts = [[*usual, *[start] * len(apart)] for start in STARTS]
        tried = [optimize.minimize(unlikely, start, method="L-BFGS-B", bounds=limits) for start in starts]
        size, rates, cov = parts(min(tried, key=lambda one: one.fun).x)
        return cls(y, centre, size, rates, linalg.cho_factor(cov, lower=True))

    def left_out(self) -> Array:
        """Return what the others tell of each level, shape (n,)."""
        inverse = linalg.cho_solve(self.factor, np.eye(len(self.y)))
        told: Array = self.y - (inverse @ (self.y - self.centre)) / np.diag(inverse)
        return told
