"""Nets that moved to a stage by gradient steps: an output for the mean, one for the logarithm of the squared scale."""

from __future__ import annotations

import numpy as np

from models.export.graph import Tensor
from models.export.kinds.networks import Settled, outputs, settled
from models.learners.parts.deep.gradient import Moved


@settled.register
def _moved(nets: Moved, inputs: Tensor) -> Settled:
    found = [out.to(np.float64) for out in outputs(nets.nets, inputs)]
    return [out.take(0, axis=1) for out in found], [out.take(1, axis=1).exp() for out in found], nets.freedom
