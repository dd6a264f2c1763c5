"""The Bayesian head: tanh of the body's outputs, then the posterior of a last layer."""

from __future__ import annotations

import numpy as np

from models.export.graph import Tensor
from models.export.kinds.networks import Settled, outputs, settled
from models.learners.parts.deep.head import Heads


@settled.register
def _heads(nets: Heads, inputs: Tensor) -> Settled:
    means, squares = [], []
    for i, out in enumerate(outputs(nets.body, inputs)):
        phi = inputs.graph.join(out.tanh(), inputs.full(1.0).to(inputs.graph.real).column())
        doubt = (phi @ nets.root[i].T).square().sum(axis=1)
        means.append((phi @ nets.weight[i]).to(np.float64))
        squares.append((1.0 + doubt.to(np.float64)) * float(nets.variance[i]))
    return means, squares, float(nets.freedom.mean())
