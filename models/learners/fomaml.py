"""MAML to first order: the steps are taken, but not differentiated through."""

from __future__ import annotations

import torch

from models.learners.parts.deep.gradient import descend, layers, squares, start, step_sizes, stepping
from models.learners.parts.deep.moving import Moving
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.training import Episode, Training

STEPS = 5
FIRST_RATE = 0.1


class Fomaml(Moving):
    r"""A common start for all stages, learned as if the gradients of the steps were constants.

    The steps are those of MAML; the start moves by the gradient of the query at their end (Finn, Abbeel & Levine
    2017, sec. 5.2; Nichol, Achiam & Schulman 2018, eq. 6),

    .. math:: g = \nabla_{\theta^K} L^{query}(\theta^K), \quad
              \theta^{k+1} = \theta^k - \alpha_k \nabla L^{support}(\theta^k).

    Step sizes, one a layer and step, are learned to the same order: :math:`\partial \theta^K / \partial \alpha_k` is
    :math:`-\nabla L^{support}(\theta^k)`.

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`.
    """

    name = "fomaml"
    title = "a few gradient steps from a common start (first-order MAML)"
    TRAINING = Training(rate=1e-2)

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw a start, and equal step sizes."""
        found = start(width, self.training, generator)
        return found | stepping(found, STEPS, FIRST_RATE)

    def move(self, params: Params, episode: Episode) -> Params:
        """Return the net after the steps on the support, whose gradients count as constants."""
        net, caution = layers(params), params["log_caution"].exp()
        return descend(
            net, lambda part: squares(part, episode.sx, episode, caution), step_sizes(params, STEPS), first_order=True
        )
