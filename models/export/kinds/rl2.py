"""The Gaussian process by which `rl2` predicts; what it would measure next is not for the device."""

from __future__ import annotations

import numpy as np

from models.export.graph import Tensor
from models.export.kinds.kernels import matern32, squared_distances
from models.export.kinds.networks import Settled, settled
from models.learners.rl2.surrogate import Surrogate


@settled.register
def _surrogate(nets: Surrogate, inputs: Tensor) -> Settled:
    """Answer as `Surrogate.__call__` does."""
    kernel, means, squares = nets.kernel, [], []
    for i, (smooth, line, offset) in enumerate(kernel.amplitude[:, :, 0, 0].T.tolist()):
        z, known = inputs.to(inputs.graph.real) * kernel.reach[i, 0], nets.x * kernel.reach[i, 0]
        own = z.square().sum(axis=1) * line + (smooth + offset)
        if not len(known):
            means.append(inputs.full(0.0).to(np.float64))
            squares.append((own + float(kernel.noise[i])).to(np.float64) * float(nets.square[i]))
            continue
        k = matern32(squared_distances(z, known), 1.0) * smooth + (z @ known.T) * line + offset
        root = np.linalg.cholesky(nets.inverse[i])
        left = (own - (k @ root).square().sum(axis=1)).at_least(0.0) + float(kernel.noise[i])
        means.append((k @ nets.weight[i]).to(np.float64))
        squares.append(left.to(np.float64) * float(nets.square[i]))
    return means, squares, nets.freedom
