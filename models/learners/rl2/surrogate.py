"""The Gaussian process that predicts, and by which errors are counted while the policy practises."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor

from models.base import Array
from models.learners.parts.deep.head import surprise, wide
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.training import Episode, masked_mean
from models.learners.parts.deep.world import Arrays

#: Amplitudes of the terms: Matern 3/2 with a reach for each input, linear, offset.
START = (0.5, 0.5, 0.3)
LEAST_NOISE = 1e-3
ROUND = 1e-6
SQRT3 = 3.0**0.5


def unlearned(width: int) -> Params:
    """Return the hyperparameters before meta-training: every input counts alike."""
    scalars = {"log_noise": math.log(0.1), "log_a": math.log(2.0), "log_b": math.log(2.0)}
    kernel = {"log_reach": torch.zeros(width), "log_amplitude": torch.tensor(START).log()}
    return kernel | {name: torch.tensor(value) for name, value in scalars.items()}


def lost(params: Params, episode: Episode) -> Tensor:
    """Return the mean negative log density of the query given the support."""
    n, mask = len(episode.sm), episode.sm
    z = torch.cat([episode.sx, episode.qx]) * (params["log_reach"].exp() / episode.sx.shape[1] ** 0.5)
    size, amplitude = z.square().sum(dim=1), params["log_amplitude"].exp()
    inner = z @ z[:n].mT
    r = SQRT3 * ((size[:, None] + size[None, :n] - 2 * inner).clamp(min=0.0) + ROUND).sqrt()
    k = (amplitude[0] * (1.0 + r) * torch.exp(-r) + amplitude[1] * inner + amplitude[2]) * mask
    noise = params["log_noise"].exp() + LEAST_NOISE
    root = torch.linalg.cholesky(k[:n] * mask[:, None] + noise * torch.eye(n, device=mask.device))
    right = torch.cat([(episode.sy * mask)[:, None], k[n:].mT], dim=1)
    white = torch.linalg.solve_triangular(root, right, upper=False)
    own = amplitude[0] + amplitude[1] * size[n:] + amplitude[2]
    left = (own - white[:, 1:].square().sum(dim=0)).clamp(min=0.0) + noise
    a = params["log_a"].exp() + 1.0 + mask.sum() / 2
    b = params["log_b"].exp() + 0.5 * white[:, 0].square().sum()
    return masked_mean(surprise(episode.qy - white[:, 1:].mT @ white[:, 0], b / a * left, a), episode.qm)


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """Covariances of M nets before any label, in units of the output scale.

    Parameters
    ----------
    reach : ndarray, shape (M, 1, w)
        How much each input counts.
    amplitude : ndarray, shape (3, M, 1, 1)
    noise : ndarray, shape (M,)
    """

    reach: Array
    amplitude: Array
    noise: Array

    @classmethod
    def of(cls, nets: Arrays) -> Self:
        """Take the hyperparameters out of stacked arrays."""
        reach = np.exp(wide(nets["log_reach"]))[:, None, :]
        amplitude = np.exp(wide(nets["log_amplitude"])).T[:, :, None, None]
        return cls(reach / reach.shape[2] ** 0.5, amplitude, np.exp(wide(nets["log_noise"])) + LEAST_NOISE)

    def between(self, x: Array, other: Array) -> Array:
        """Return the covariances of inputs (n, w) and (m, w), shape (M, n, m)."""
        a, b = x[None] * self.reach, other[None] * self.reach
        inner = a @ np.swapaxes(b, 1, 2)
        square = (a**2).sum(axis=2)[:, :, None] + (b**2).sum(axis=2)[:, None, :] - 2 * inner
        r = SQRT3 * np.sqrt(np.maximum(square, 0.0))
        k: Array = self.amplitude[0] * (1.0 + r) * np.exp(-r) + self.amplitude[1] * inner + self.amplitude[2]
        return k

    def own(self, x: Array) -> Array:
        """Return the variances of inputs (n, w), shape (M, n)."""
        one, line, offset = self.amplitude[..., 0]
        out: Array = one + line * ((x[None] * self.reach) ** 2).sum(axis=2) + offset
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """Posterior of M nets after n labels (Rasmussen & Williams 2006, eq. 2.25 and 2.26), the scale integrated out.

    Parameters
    ----------
    kernel : Kernel
    x : ndarray, shape (n, w)
    inverse : ndarray, shape (M, n, n)
        Of the covariance of the labels.
    weight : ndarray, shape (M, n)
    square : ndarray, shape (M,)
        Squared output scale.
    freedom : float
    """

    kernel: Kernel
    x: Array
    inverse: Array
    weight: Array
    square: Array
    freedom: float

    @classmethod
    def of(cls, nets: Arrays, x: Array, y: Array) -> Self:
        """Condition on inputs (n, w) and labels (n,)."""
        kernel = Kernel.of(nets)
        covariance: Array = kernel.between(x, x) + kernel.noise[:, None, None] * np.eye(len(y))
        inverse: Array = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
        weight: Array = inverse @ y
        a = np.exp(wide(nets["log_a"])) + 1.0 + len(y) / 2
        b = np.exp(wide(nets["log_b"])) + 0.5 * weight @ y
        return cls(kernel, x, inverse, weight, b / a, float(2 * a.mean()))

    def __call__(self, inputs: Array) -> tuple[Array, Array, float]:
        """Return mean and squared scale, shape (M, q), and the mean degrees of freedom."""
        cross = self.kernel.between(inputs, self.x)
        known = ((cross @ self.inverse) * cross).sum(axis=2)
        left = np.maximum(self.kernel.own(inputs) - known, 0.0) + self.kernel.noise[:, None]
        return np.einsum("mqn,mn->mq", cross, self.weight), self.square[:, None] * left, self.freedom
