"""By what a stage may differ from its sisters: variants of the kernel and levels of noise, each an expert."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from models.base import Array
from models.learners.deep_kernel.kernel import View
from models.learners.parts import Rows
from models.learners.parts.deep.world import Arrays

#: One row a variant: factors of the squared distances (features, parameters) and of the pace of the clock, of the
#: amplitudes of the five terms (smooth, linear in features, linear in parameters, wandering level, offset) and of the
#: learned mean.
VARIANTS = np.array(
    [
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],  # as learned
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 10.0, 10.0, 1.0],  # a level of its own, which wanders more
        [1.0, 1.0, 8.0, 1.0, 1.0, 1.0, 10.0, 1.0, 1.0],  # a level that wanders fast
        [1.0, 0.1, 1.0, 1.0, 1.0, 0.1, 1.0, 1.0, 1.0],  # the learned features alone, nearly
        [0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0],  # the parameters alone
        [0.0, 0.1, 8.0, 1.0, 0.0, 1.0, 10.0, 10.0, 0.0],  # the same, smoother, with a level that wanders fast
        [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 10.0, 0.0],  # a wandering level and nothing else
    ]
)
REACHES = slice(0, 3)
TERMS = slice(3, 8)
MEAN = 8
NOISES = np.array([0.3, 1.0, 4.0, 16.0])
HORIZONS = 2
LEAST_NOISE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Experts:
    """Hyperparameters of M nets: H levels of noise by V variants of the kernel.

    Parameters
    ----------
    variants : ndarray, shape (V, 9)
        Rows of `VARIANTS`.
    size : ndarray, shape (5, M)
        Learned amplitudes.
    slope, level : ndarray, shape (M, r), (M,)
        Of the learned mean.
    noise : ndarray, shape (H, M)
    a, b : ndarray, shape (M,)
        Inverse gamma prior of the squared output scale.
    log_prior : ndarray, shape (2, H, V, M)
        Weights before any label, among the labels and after the last of them.
    """

    variants: Array
    size: Array
    slope: Array
    level: Array
    noise: Array
    a: Array
    b: Array
    log_prior: Array

    @classmethod
    def of(cls, nets: Arrays) -> Self:
        """Take them out of stacked arrays."""
        wide = {name: value.astype(np.float64) for name, value in nets.items()}
        noise = NOISES[:, None] * (np.exp(wide["log_noise"]) + LEAST_NOISE)
        a, b = np.exp(wide["log_a"]) + 1.0, np.exp(wide["log_b"])
        prior = wide["log_prior"].reshape(-1, HORIZONS, len(NOISES), len(VARIANTS))
        size = np.exp(wide["log_amplitude"].T)
        return cls(VARIANTS, size, wide["slope"], wide["level"], noise, a, b, np.moveaxis(prior, 0, 3))

    @property
    def amplitude(self) -> Array:
        """Amplitudes of the terms, shape (V, 5, M)."""
        out: Array = self.variants[:, TERMS, None] * self.size
        return out

    def mean(self, view: View) -> Array:
        """Return the prior means, shape (V, M, n)."""
        learned = np.einsum("mnr,mr->mn", view.phi, self.slope) + self.level[:, None]
        out: Array = self.variants[:, MEAN, None, None] * learned
        return out

    def keep(self, kept: Rows) -> Self:
        """Return the experts of some variants alone."""
        return replace(self, variants=self.variants[kept], log_prior=self.log_prior[:, :, kept])
