"""A start from which a few gradient steps learn a stage (MAML), with learned step sizes."""

from __future__ import annotations

import torch

from models.learners.parts.deep.gradient import descend, layers, squares, start, step_sizes, stepping
from models.learners.parts.deep.moving import Moving
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.training import Episode, Training

STEPS = 5
FIRST_RATE = 0.1


class Maml(Moving):
    r"""All stages start from one network; a stage takes a few gradient steps from there on its labels.

    The start :math:`\theta` is learned so that the network after the steps is good (Finn, Abbeel & Levine 2017, eq. 1),

    .. math:: \min_\theta \sum_i L_i^{query}(\theta_i^K), \quad
              \theta_i^{k+1} = \theta_i^k - \alpha_k \nabla L_i^{support}(\theta_i^k), \quad \theta_i^0 = \theta,

    through the steps: second derivatives are kept. Step sizes are learned too, one a layer and step (Antoniou,
    Edwards & Storkey 2019, sec. 4, "LSLR").

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`.
    """

    name = "maml"
    title = "a few gradient steps from a common start (MAML)"
    TRAINING = Training(rate=2e-2)

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw a start, and equal step sizes."""
        found = start(width, self.training, generator)
        return found | stepping(found, STEPS, FIRST_RATE)

    def move(self, params: Params, episode: Episode) -> Params:
        """Return the net after the steps on the support."""
        net, caution = layers(params), params["log_caution"].exp()
        return descend(net, lambda moving: squares(moving, episode.sx, episode, caution), step_sizes(params, STEPS))
