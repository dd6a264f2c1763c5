"""Small padded episodes and untrained nets in double precision, for tests of learners that take gradient steps."""

import numpy as np
import torch

from models import make_learner
from models.learners.parts.deep.stages import Drawn
from models.learners.parts.deep.training import Episode, collate


def episodes(sizes=(3, 7, 12), width=4, seed=0):
    """Return a batch of a bent function with an offset a stage."""
    rng, drawn = np.random.default_rng(seed), []
    for size in sizes:
        x, offset = rng.normal(size=(size + 9, width)), rng.normal()
        y = np.sin(x[:, 0]) + 0.5 * x[:, 1] + offset
        drawn.append(Drawn(x[:size], y[:size], x[size:], y[size:]))
    return Episode(*(v.double() for v in collate(drawn)))


def one(batch, i):
    """Return episode i of a batch."""
    return Episode(*(v[i] for v in batch))


def start(name, width=4, seed=1):
    """Return a learner and one untrained net of its own, whose tensors want gradients."""
    learner = make_learner(name, width=6)
    net = learner.net(width, torch.Generator().manual_seed(seed))
    return learner, {k: v.double().requires_grad_(True) for k, v in net.items()}
