"""One stage under all experts at once: an eigendecomposition a kernel, every level of noise for free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from models.base import Array
from models.learners.deep_kernel.experts import MEAN, REACHES, Experts
from models.learners.deep_kernel.kernel import Lens, View, variances
from models.learners.parts.deep.world import Arrays

MOST_WEIGHED = 100
NEGLIGIBLE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Gaussian processes of M nets, H V experts each, conditioned on n labels.

    Parameters
    ----------
    lens : Lens
    experts : Experts
    support : View
    last, step : float
        Clock of the newest label, and mean distance between labels.
    vectors : ndarray, shape (V, M, n, n)
        Eigenvectors of the kernels.
    lifted : ndarray, shape (H, V, M, n)
        Eigenvalues and noise.
    turned : ndarray, shape (V, M, n)
        Labels less the prior mean, in the eigenvectors' basis.
    square : ndarray, shape (H, V, M)
        Squared output scale, the mean of its posterior's inverse.
    weights : ndarray, shape (2, H, V, M)
        Of the experts of each net, among the labels and after the last of them.
    """

    lens: Lens
    experts: Experts
    support: View
    last: float
    step: float
    vectors: Array
    lifted: Array
    turned: Array
    square: Array
    weights: Array

    @classmethod
    def of(cls, nets: Arrays, x: Array, y: Array) -> Self:
        """Condition on inputs `x`, shape (n, w + 1), and labels `y`; experts of no weight are left out.

        Beyond `MOST_WEIGHED` labels the weights of the variants are settled on an even sample of them.
        """
        lens, experts = Lens.of(nets), Experts.of(nets)
        if len(y) > MOST_WEIGHED:
            rows = np.linspace(0, len(y) - 1, MOST_WEIGHED).astype(np.intp)
            experts = cls.conditioned(lens, experts, x[rows], y[rows]).worthwhile().experts
        return cls.conditioned(lens, experts, x, y).worthwhile()

    @classmethod
    def conditioned(cls, lens: Lens, experts: Experts, x: Array, y: Array) -> Self:
        """Condition all experts on n labels.

        With ``K = V diag(e) V'`` and ``r = V'(y - m)``, ``b_n = b + sum(r^2 / (e + noise)) / 2`` and the evidence is
        ``-log|K + noise I| / 2 - (a + n/2) log b_n`` up to what all experts share (Rasmussen & Williams 2006, eq.
        2.30; the scale integrated out as in Gelman et al. 2013, sec. 14.2).
        """
        support = lens.see(x)
        gram = lens.covariance(support, support, experts.variants[:, REACHES], experts.amplitude)
        values, vectors = np.linalg.eigh(gram)
        turned = np.einsum("vmij,vmi->vmj", vectors, y - experts.mean(support))
        lifted = np.maximum(values, 0.0)[None] + experts.noise[:, None, :, None]
        a, b = experts.a + len(y) / 2, experts.b + 0.5 * (turned**2 / lifted).sum(axis=3)
        evidence = -0.5 * np.log(lifted).sum(axis=3) - a * np.log(b)
        weights = _shares(evidence + experts.log_prior)
        last, step = _pace(x[:, -1])
        return cls(lens, experts, support, last, step, vectors, lifted, turned, b / a, weights)

    @property
    def freedom(self) -> float:
        """Degrees of freedom, the mean over the nets."""
        return float(2 * self.experts.a.mean() + self.turned.shape[2])

    @property
    def learned(self) -> float:
        """Weight, among the labels, of the experts that use the learned features; the mean over the nets."""
        return float((self.weights[0].sum(axis=0) * self.experts.variants[:, MEAN, None]).sum(axis=0).mean())

    def worthwhile(self) -> Self:
        """Return the posterior without the variants that have next to no weight anywhere."""
        kept = np.flatnonzero(self.weights.sum(axis=1).max(axis=(0, 2)) > NEGLIGIBLE)
        if len(kept) == self.weights.shape[2]:
            return self
        weights = self.weights[:, :, kept] / self.weights[:, :, kept].sum(axis=(1, 2), keepdims=True)
        return replace(
            self,
            experts=self.experts.keep(kept),
            vectors=self.vectors[kept],
            lifted=self.lifted[:, kept],
            turned=self.turned[kept],
            square=self.square[:, kept],
            weights=weights,
        )

    def each(self, inputs: Array) -> tuple[Array, Array]:
        """Return mean and squared scale by every expert, shape (H, V, M, q)."""
        view, amplitude = self.lens.see(inputs), self.experts.amplitude
        cross = self.lens.covariance(view, self.support, self.experts.variants[:, REACHES], amplitude) @ self.vectors
        mean = np.moveaxis(cross @ np.moveaxis(self.turned / self.lifted, 0, 3), 3, 0) + self.experts.mean(view)
        known = np.moveaxis(cross**2 @ np.moveaxis(1.0 / self.lifted, 0, 3), 3, 0)
        left = np.maximum(variances(view, amplitude) - known, 0.0) + self.experts.noise[:, None, :, None]
        return mean, left * self.square[..., None]

    def ahead(self, inputs: Array) -> Array:
        """Return how far each unit lies after the last label: 0 among the labels, 1 from one label distance on."""
        out: Array = np.clip((inputs[:, -1] - self.last) / self.step, 0.0, 1.0)
        return out

    def __call__(self, inputs: Array) -> tuple[Array, Array, float]:
        """Return mean and squared scale of each net, shape (M, q), the experts averaged; and degrees of freedom."""
        means, squares = self.each(inputs)
        later = self.ahead(inputs)
        weights = self.weights[0][..., None] * (1.0 - later) + self.weights[1][..., None] * later
        mean = (weights * means).sum(axis=(0, 1))
        shrink = 1.0 - 2.0 / self.freedom
        square = (weights * (squares + shrink * (means - mean) ** 2)).sum(axis=(0, 1))
        return mean, square, self.freedom


def _shares(logs: Array) -> Array:
    """Return weights that sum to 1 over noises and variants, shape (2, H, V, M), from their logarithms."""
    share = np.exp(logs - logs.max(axis=(1, 2), keepdims=True))
    out: Array = share / share.sum(axis=(1, 2), keepdims=True)
    return out


def _pace(clock: Array) -> tuple[float, float]:
    """Return the clock of the newest label and the mean distance between labels; without labels all is after them."""
    if not len(clock):
        return -np.inf, 1.0
    return float(clock.max()), max(float(np.ptp(clock)) / max(len(clock) - 1, 1), 1e-3)
