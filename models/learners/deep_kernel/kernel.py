"""The kernel between units: learned features and parameters, the clock, an offset; as it learns and as it serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from models.base import Array
from models.learners.parts.deep.nets import Params, Stack, forward
from models.learners.parts.deep.world import Arrays

#: Terms of the covariance: Matern on features and parameters together, linear in each, a wandering level, an offset.
PARTS = ("smooth", "deep", "plain", "clock", "offset")
START = (0.5, 0.3, 0.3, 0.1, 0.3)
ROUND = 1e-6
SQRT3 = 3.0**0.5


class Covariances(NamedTuple):
    """Of n units of the support and q of the query: (n, n), (q, n), variances (q,), prior means (n + q,)."""

    support: Tensor
    cross: Tensor
    own: Tensor
    mean: Tensor


def covariances(params: Params, support: Tensor, query: Tensor) -> Covariances:
    """Return what one net's kernel says of inputs (n, w + 1) and (q, w + 1), whose last column is the clock."""
    x, n = torch.cat([support, query]), len(support)
    amplitude = params["log_amplitude"].exp()
    phi = torch.tanh(forward(params, x))
    plain = x[:, :-1] * (params["log_plain"].exp() / (x.shape[1] - 1) ** 0.5)
    clock = x[:, -1:] * params["log_clock"].exp()
    offset = amplitude[4].sqrt().expand(len(x), 1)
    flat = torch.cat([phi * (amplitude[1] / phi.shape[1]).sqrt(), plain * amplitude[2].sqrt(), offset], dim=1)
    bent = torch.cat([phi * params["log_deep"].exp(), plain], dim=1)
    size = bent.square().sum(dim=1)
    square = size[:, None] + size[None, :n] - 2 * bent @ bent[:n].mT
    r = SQRT3 * (square.clamp(min=0.0) + ROUND).sqrt()
    k = amplitude[0] * (1.0 + r) * torch.exp(-r) + flat @ flat[:n].mT
    k = k + amplitude[3] * torch.exp(-(clock - clock[:n].mT).abs())
    own = amplitude[0] + amplitude[3] + flat[n:].square().sum(dim=1)
    return Covariances(k[:n], k[n:], own, phi @ params["slope"] + params["level"])


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the kernels of M nets look at of n units.

    Parameters
    ----------
    phi : ndarray, shape (M, n, r)
        Learned features.
    plain : ndarray, shape (M, n, w)
        Parameters by their inverse lengths.
    clock : ndarray, shape (M, n)
        In units of how fast the level wanders.
    """

    phi: Array
    plain: Array
    clock: Array


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """How the kernels of M nets look at inputs.

    Parameters
    ----------
    body : Stack
    deep : ndarray, shape (M, 1, 1)
        Inverse length on the features.
    plain : ndarray, shape (M, 1, w)
        Inverse lengths on the parameters.
    clock : ndarray, shape (M, 1)
    """

    body: Stack
    deep: Array
    plain: Array
    clock: Array

    @classmethod
    def of(cls, nets: Arrays) -> Self:
        """Take body and lengths out of stacked arrays."""
        plain = np.exp(nets["log_plain"].astype(np.float64))[:, None, :]
        deep, clock = (np.exp(nets[name].astype(np.float64)) for name in ("log_deep", "log_clock"))
        return cls(Stack.of(nets), deep[:, None, None], plain / plain.shape[2] ** 0.5, clock[:, None])

    def see(self, x: Array) -> View:
        """Look at inputs, shape (n, w + 1)."""
        return View(np.tanh(self.body(x)), x[None, :, :-1] * self.plain, x[None, :, -1] * self.clock)

    def covariance(self, a: View, b: View, reach: Array, amplitude: Array) -> Array:
        """Return the covariances of units `a` and `b` under V variants of the kernel, shape (V, M, n, m).

        Parameters
        ----------
        a, b : View
        reach : ndarray, shape (V, 3)
            Factors of the squared distances on features and on parameters, and of the pace of the clock.
        amplitude : ndarray, shape (V, 5, M)
            Of the terms in `PARTS`.
        """
        deep, plain = a.phi @ np.swapaxes(b.phi, 1, 2), a.plain @ np.swapaxes(b.plain, 1, 2)
        far = _apart(a.phi, deep, b.phi) * self.deep**2, _apart(a.plain, plain, b.plain)
        since = np.abs(a.clock[:, :, None] - b.clock[:, None, :])
        wander = {pace: np.exp(-pace * since) for pace in np.unique(reach[:, 2]).tolist()}
        deep /= a.phi.shape[2]
        out = np.empty((len(reach), *deep.shape))
        smooth: dict[tuple[float, float], Array] = {}
        for v, ((on_deep, on_plain, pace), size) in enumerate(
            zip(reach.tolist(), amplitude[..., None, None], strict=True)
        ):
            out[v] = size[1] * deep + size[2] * plain + size[3] * wander[pace] + size[4]
            if size[0].any():
                if (on_deep, on_plain) not in smooth:
                    smooth[on_deep, on_plain] = _matern(on_deep * far[0] + on_plain * far[1])
                out[v] += size[0] * smooth[on_deep, on_plain]
        return out


def variances(view: View, amplitude: Array) -> Array:
    """Return the variance of each unit under V variants, shape (V, M, n)."""
    one = np.ones(view.clock.shape)
    terms = np.stack([one, (view.phi**2).mean(axis=2), (view.plain**2).sum(axis=2), one, one])
    out: Array = np.einsum("vpm,pmi->vmi", amplitude, terms)
    return out


def _apart(a: Array, inner: Array, b: Array) -> Array:
    square: Array = (a**2).sum(axis=2)[:, :, None] + (b**2).sum(axis=2)[:, None, :] - 2 * inner
    return np.maximum(square, 0.0, out=square)


def _matern(square: Array) -> Array:
    """Return the Matern kernel of order 3/2 of squared distances (Rasmussen & Williams 2006, eq. 4.17)."""
    r = SQRT3 * np.sqrt(square)
    k: Array = (1.0 + r) * np.exp(-r)
    return k
