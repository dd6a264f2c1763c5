"""Networks that compare a unit with what they know of the stage: prototypes of classes, attention to labelled units."""

from __future__ import annotations

import numpy as np

from models.export.graph import Tensor
from models.export.kinds.kernels import squared_distances
from models.export.kinds.networks import Settled, outputs, settled
from models.learners import matching, prototypes
from models.learners.matching import Matched
from models.learners.prototypes import Classes

SHORTEST = 1e-12


@settled.register
def _classes(nets: Classes, inputs: Tensor) -> Settled:
    means, squares = [], []
    for i, out in enumerate(outputs(nets.body, inputs)):
        p = (nets.bias[i] - squared_distances(out, nets.centre[i])).softmax().to(np.float64)
        mean = p @ nets.value[i]
        means.append(mean)
        squares.append(p @ (nets.value[i] ** 2 + nets.spread[i]) - mean.square())
    return means, squares, prototypes.FREEDOM


@settled.register
def _matched(nets: Matched, inputs: Tensor) -> Settled:
    means, squares = [], []
    for i, out in enumerate(outputs(nets.body, inputs)):
        shares = _attention(nets, i, out)
        expected = out.take(nets.keys.shape[2], axis=1).to(np.float64)
        shift = shares @ np.append(nets.left[i], 0.0)
        apart = (shares @ np.append(nets.left[i] ** 2, 0.0) - shift.square()).at_least(0.0)
        nobody = shares.take(nets.keys.shape[1], axis=1)
        means.append(expected + shift)
        squares.append(apart + nobody * float(nets.unlike[i]) + float(nets.noise[i]))
    return means, squares, matching.FREEDOM


def _attention(nets: Matched, i: int, out: Tensor) -> Tensor:
    """Return the attention to each labelled unit, and last to none of them, shape (n, s + 1), double."""
    embedded = out.take(np.arange(nets.keys.shape[2]), axis=1)
    length = embedded.square().sum(axis=1).sqrt().at_least(SHORTEST).column()
    nobody = out.full(float(nets.nobody[i])).to(out.dtype).column()
    if not nets.keys.shape[1]:
        return nobody.softmax().to(np.float64)
    alike = (embedded / length) @ (nets.keys[i].T * nets.sharp[i])
    return out.graph.join(alike, nobody).softmax().to(np.float64)
