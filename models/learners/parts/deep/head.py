r"""A Bayesian last layer on the features of a net, in closed form.

With features :math:`\phi`, prior :math:`w \mid s^2 \sim N(w_0, s^2 \Lambda_0^{-1})` and
:math:`s^2 \sim IG(a_0, b_0)`, a support of n labels gives (Harrison, Sharma & Pavone 2018, eq. 4 to 6; with the noise
integrated out as in Gelman et al. 2013, sec. 14.2)

.. math:: \Lambda = \Phi'\Phi + \Lambda_0, \quad w = \Lambda^{-1}(\Phi'y + \Lambda_0 w_0), \quad
          a = a_0 + n/2, \quad b = b_0 + \tfrac12 (\|y - \Phi w\|^2 + (w - w_0)'\Lambda_0 (w - w_0))

and a prediction that is Student t with 2 a degrees of freedom, mean :math:`\phi'w` and squared scale
:math:`(b / a)(1 + \phi'\Lambda^{-1}\phi)`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.base import Array
from models.learners.parts.deep.nets import Params, Stack, forward, perceptron
from models.learners.parts.deep.training import Episode, Training, masked_mean
from models.learners.parts.deep.world import Arrays

FEATURES = 24


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """Posterior of M last layers on features.

    Parameters
    ----------
    body : Stack
        Of the features, before the hyperbolic tangent.
    weight : ndarray, shape (M, r)
        Posterior mean; the last feature is the constant 1.
    root : ndarray, shape (M, r, r)
        Inverse of the lower Cholesky factor of the posterior precision.
    variance : ndarray, shape (M,)
        ``b / a``: squared scale of the noise.
    freedom : ndarray, shape (M,)
        ``2 a``.
    """

    body: Stack
    weight: Array
    root: Array
    variance: Array
    freedom: Array

    def __call__(self, inputs: Array) -> tuple[Array, Array, float]:
        """Return mean and squared scale, shape (M, n), and the mean degrees of freedom."""
        phi = features(self.body(inputs))
        mean = (phi @ self.weight[:, :, None])[:, :, 0]
        off = phi @ np.swapaxes(self.root, 1, 2)
        doubt = np.einsum("mnr,mnr->mn", off, off)
        return mean, self.variance[:, None] * (1.0 + doubt), float(self.freedom.mean())


def features(outputs: Array) -> Array:
    """Return tanh of a body's outputs (M, n, r - 1) with a constant 1 behind, shape (M, n, r)."""
    nets, n, r = outputs.shape
    phi = np.ones((nets, n, r + 1))
    np.tanh(outputs, out=phi[:, :, :-1])
    return phi


@dataclass(frozen=True, slots=True)
class HeadRecipe:
    """Learned across stages by the log density of the query: features, w_0, a diagonal Lambda_0, a_0 and b_0."""

    training: Training

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw features and a wide, flat prior of the head."""
        how = self.training
        body = perceptron([width, *[how.width] * how.depth, FEATURES], generator)
        head = {"centre": torch.zeros(FEATURES + 1), "log_precision": torch.full((FEATURES + 1,), math.log(4.0))}
        return body | head | {"log_a": torch.tensor(math.log(2.0)), "log_b": torch.tensor(math.log(0.5))}

    def loss(self, params: Params, episode: Episode) -> Tensor:
        """Return the mean negative log density of the query under the posterior of the support."""
        phi, new = _features(params, episode.sx) * episode.sm[:, None], _features(params, episode.qx)
        precision, n = params["log_precision"].exp(), episode.sm.sum()
        root = torch.linalg.cholesky(phi.mT @ phi + torch.diag(precision))
        centre = params["centre"]
        weight = torch.cholesky_solve((phi.mT @ episode.sy + precision * centre)[:, None], root)[:, 0]
        a = params["log_a"].exp() + 1.0 + n / 2
        misfit = (episode.sm * (episode.sy - phi @ weight) ** 2).sum()
        b = params["log_b"].exp() + 0.5 * (misfit + (precision * (weight - centre) ** 2).sum())
        doubt = torch.linalg.solve_triangular(root, new.mT, upper=False).square().sum(dim=0)
        return masked_mean(surprise(episode.qy - new @ weight, b / a * (1.0 + doubt), a), episode.qm)

    def settle(self, nets: Arrays, sx: Array, sy: Array) -> Heads:
        """Compute the exact posterior of every net's head."""
        body = Stack.of(nets)
        phi = features(body(sx))
        precision, centre = np.exp(wide(nets["log_precision"])), wide(nets["centre"])
        gram = np.swapaxes(phi, 1, 2) @ phi + precision[:, :, None] * np.eye(phi.shape[2])
        right = np.swapaxes(phi, 1, 2) @ sy + precision * centre
        root = np.linalg.inv(np.linalg.cholesky(gram))
        weight = np.einsum("mji,mj->mi", root, np.einsum("mij,mj->mi", root, right))
        a = np.exp(wide(nets["log_a"])) + 1.0 + len(sy) / 2
        misfit = ((sy - np.einsum("mnr,mr->mn", phi, weight)) ** 2).sum(axis=1)
        b = np.exp(wide(nets["log_b"])) + 0.5 * (misfit + (precision * (weight - centre) ** 2).sum(axis=1))
        return Heads(body, weight, root, b / a, 2 * a)


def wide(values: NDArray[np.floating]) -> Array:
    """Return float32 arrays of a state in the double precision that serving computes in."""
    return np.asarray(values, dtype=np.float64)


def _features(params: Params, x: Tensor) -> Tensor:
    out = torch.tanh(forward(params, x))
    return torch.cat([out, torch.ones_like(out[..., :1])], dim=-1)


def surprise(error: Tensor, square: Tensor, a: Tensor) -> Tensor:
    """Return the negative log density of a Student t with 2 a degrees of freedom, without constants."""
    gain = torch.lgamma(a + 0.5) - torch.lgamma(a)
    return -gain + 0.5 * torch.log(2 * a * square) + (a + 0.5) * torch.log1p(error**2 / (2 * a * square))
