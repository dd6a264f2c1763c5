"""A start and a step size for every single parameter (Meta-SGD)."""

from __future__ import annotations

import torch

from models.learners.parts.deep.gradient import descend, layers, squares, start
from models.learners.parts.deep.moving import Moving
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.training import Episode

STEPS = 3
FIRST_RATE = 0.1


class MetaSgd(Moving):
    r"""Start, direction and size of the steps are learned: each parameter has a step size of its own.

    Li, Zhou, Chen & Li (2017, eq. 3), with :math:`\circ` the product by elements and :math:`\alpha` of any sign,

    .. math:: \theta' = \theta - \alpha \circ \nabla L^{support}(\theta),

    taken three times with the same :math:`\alpha` where the paper takes it once.

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`.
    """

    name = "meta_sgd"
    title = "gradient steps of learned direction and size (Meta-SGD)"

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw a start, and equal step sizes."""
        found = start(width, self.training, generator)
        return found | {f"rate_{name}": torch.full_like(value, FIRST_RATE) for name, value in layers(found).items()}

    def move(self, params: Params, episode: Episode) -> Params:
        """Return the net after the steps on the support."""
        net, caution = layers(params), params["log_caution"].exp()
        rates = {name: params[f"rate_{name}"] for name in net}
        return descend(net, lambda part: squares(part, episode.sx, episode, caution), [rates] * STEPS)
