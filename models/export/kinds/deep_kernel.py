"""Gaussian processes on learned features: every expert of every net in the basis of its kernel, averaged by weight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.export.graph import Tensor
from models.export.kinds.kernels import exponential, matern32, squared_distances
from models.export.kinds.networks import Settled, outputs, settled
from models.learners.deep_kernel.experts import MEAN, REACHES
from models.learners.deep_kernel.posterior import Posterior


@settled.register
def _posterior(nets: Posterior, inputs: Tensor) -> Settled:
    """Average the experts of each net: `Posterior.__call__`."""
    later, shrink = _later(nets, inputs), 1.0 - 2.0 / nets.freedom
    means, squares = [], []
    for i, out in enumerate(outputs(nets.lens.body, inputs)):
        view = _View.of(nets, i, out.tanh(), inputs)
        mean, inner, outer = (inputs.full(0.0) for _ in range(3))
        for v in range(len(nets.experts.variants)):
            said, square = (part.to(np.float64) for part in _experts(nets, i, v, view))
            weight = _weights(nets, i, v, later)
            mean = mean + (weight * said).sum(axis=1)
            inner = inner + (weight * square).sum(axis=1)
            outer = outer + (weight * said.square()).sum(axis=1)
        means.append(mean)
        squares.append(inner + (outer - mean.square()).at_least(0.0) * shrink)
    return means, squares, nets.freedom


def _later(nets: Posterior, inputs: Tensor) -> Tensor:
    """Return how far each unit lies after the last label, shape (n, 1): `Posterior.ahead`."""
    if not np.isfinite(nets.last):
        return inputs.full(1.0).column()
    clock = inputs.take(nets.lens.plain.shape[2], axis=1)
    return ((clock - nets.last) / nets.step).clip(0.0, 1.0).column()


def _weights(nets: Posterior, i: int, v: int, later: Tensor) -> Tensor:
    """Return the weights of the levels of noise of one variant, shape (n, H)."""
    among, after = nets.weights[:, :, v, i]
    weights: Tensor = (1.0 - later) * among + later * after
    return weights


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """What the kernel of one net looks at, and what it finds between units and labels: `Lens.covariance`.

    `far` are squared distances on features and on parameters, and how far apart in time; `terms` are linear in
    features and linear in parameters. Both are None without labels.
    """

    phi: Tensor
    plain: Tensor
    far: tuple[Tensor, Tensor, Tensor] | None
    terms: tuple[Tensor, Tensor] | None

    @classmethod
    def of(cls, nets: Posterior, i: int, phi: Tensor, inputs: Tensor) -> _View:
        """Look at `inputs`, whose learned features are `phi`."""
        lens, known, width = nets.lens, nets.support, nets.lens.plain.shape[2]
        plain = inputs.take(np.arange(width), axis=1).to(phi.dtype) * lens.plain[i, 0]
        if not known.phi.shape[1]:
            return cls(phi, plain, None, None)
        clock = inputs.take(width, axis=1) * float(lens.clock[i, 0])
        apart = (clock.column() - known.clock[i]).abs().to(phi.dtype)
        deep = squared_distances(phi, known.phi[i]) * float(lens.deep[i].item() ** 2)
        far = deep, squared_distances(plain, known.plain[i]), apart
        linear = phi @ (known.phi[i].T / known.phi.shape[2]), plain @ known.plain[i].T
        return cls(phi, plain, far, linear)


def _experts(nets: Posterior, i: int, v: int, view: _View) -> tuple[Tensor, Tensor]:
    """Return mean and squared scale by every level of noise of one variant, shape (n, H): `Posterior.each`."""
    experts, size = nets.experts, nets.experts.amplitude[v, :, i]
    learned = view.phi @ experts.slope[i] + float(experts.level[i])
    mean = (learned * float(experts.variants[v, MEAN])).column()
    own = view.phi.square().sum(axis=1) * float(size[1] / experts.slope.shape[1])
    own = (own + view.plain.square().sum(axis=1) * float(size[2]) + float(size[0] + size[3] + size[4])).column()
    noise, square = experts.noise[:, i], nets.square[:, v, i]
    if view.far is None or view.terms is None:
        return mean + np.zeros(len(noise)), (own + noise) * square
    k = float(size[4]) + view.terms[0] * float(size[1]) + view.terms[1] * float(size[2])
    deep, plain, pace = experts.variants[v, REACHES].tolist()
    k = k + exponential(view.far[2] * pace, 1.0) * float(size[3])
    if size[0]:
        k = k + matern32(view.far[0] * deep + view.far[1] * plain, 1.0) * float(size[0])
    cross = k @ nets.vectors[v, i]
    lifted = nets.lifted[:, v, i]
    said = cross @ (nets.turned[v, i] / lifted).T + mean
    return said, ((own - cross.square() @ (1.0 / lifted).T).at_least(0.0) + noise) * square
