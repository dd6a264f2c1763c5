"""Kernel regression on a stage's own labels: exact posterior, leave-one-out errors, evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.calibration import loo_factor
from models.learners.parts.serving import t_quantile


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Posterior of ``y = offset + f(x) + noise`` with covariance ``s^2 (K + noise I)``, s integrated out.

    Parameters
    ----------
    centre : float
        Generalized least squares offset.
    alpha : ndarray, shape (n,)
    inverse : ndarray, shape (n, n)
        Of ``K + noise I``.
    noise : float
    scale : float
        Scale of the t, before the leave-one-out factor.
    freedom : float
    evidence : float
        Log marginal likelihood with a flat prior on the offset (Rasmussen & Williams 2006, eq. 2.45) and
        an inverse gamma prior on s^2.
    left_out : ndarray, shape (n,)
        Leave-one-out errors (ibid., eq. 5.12).
    factor : float
        Widening from the leave-one-out errors.
    """

    centre: float
    alpha: Array
    inverse: Array
    noise: float
    scale: float
    freedom: float
    evidence: float
    left_out: Array
    factor: float

    def answer(self, k_star: Array, k_self: Array) -> tuple[Array, Array]:
        """Return mean and scale of the t for units with kernel `k_star` (q, n) and variance `k_self` (q,)."""
        mean = self.centre + k_star @ self.alpha
        solved = k_star @ self.inverse
        left = 1.0 - solved.sum(axis=1)
        variance = k_self + self.noise - (solved * k_star).sum(axis=1) + left**2 / self.inverse.sum()
        return mean, self.factor * self.scale * np.sqrt(np.maximum(variance, 1e-12))


def regress_each(k: Array, y: Array, noises: Sequence[float], guess: float) -> list[Fit]:
    """Fit as `regress` does for each of `noises`, with one eigendecomposition."""
    spectrum = np.linalg.eigh(k)
    return [regress(k, y, noise, guess, spectrum=spectrum) for noise in noises]


def regress(
    k: Array, y: Array, noise: float, guess: float, *, freedom: float = 3.0, spectrum: tuple[Array, Array] | None = None
) -> Fit:
    """Fit labels `y` (n,) with kernel `k` (n, n) and noise ratio `noise`; `guess` is the prior standard deviation.

    `spectrum` is the eigendecomposition of `k` where it is known already.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 12)[:, None]
    >>> fit = regress(x @ x.T, 3 + 2 * x[:, 0], 1e-3, 1.0)
    >>> mean, scale = fit.answer(np.array([[0.5]]) @ x.T, np.array([0.25]))
    >>> round(float(mean[0]), 1)
    4.0
    """
    n = len(y)
    values, vectors = np.linalg.eigh(k) if spectrum is None else spectrum
    lifted = np.maximum(values, 0.0) + noise
    inverse = (vectors / lifted) @ vectors.T
    total = inverse.sum()
    centre = float(inverse.sum(axis=0) @ y / total)
    alpha = inverse @ (y - centre)
    quadratic = float((y - centre) @ alpha)
    prior = freedom * guess**2 / (1.0 + noise)
    df = freedom + n - 1
    scale = float(np.sqrt((prior + quadratic) / df))
    evidence = -0.5 * (np.log(lifted).sum() + np.log(total) + df * np.log(prior + quadratic + 1e-300))
    diagonal = np.maximum(np.diag(inverse) - inverse.sum(axis=0) ** 2 / total, 1e-12)
    errors = alpha / diagonal
    factor = loo_factor(errors, scale * t_quantile(0.9, df) / np.sqrt(diagonal))
    return Fit(centre, alpha, inverse, noise, scale, df, float(evidence), errors, factor)
