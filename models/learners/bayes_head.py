"""Deep features with an exact Bayesian last layer (ALPaCA)."""

from __future__ import annotations

import torch
from torch import Tensor

from models.base import Array
from models.learners.parts.deep.head import HeadRecipe, Heads
from models.learners.parts.deep.learner import Deep
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.training import Episode
from models.learners.parts.deep.world import Arrays


class BayesHead(Deep):
    r"""A network's features are shared by all stages; a stage has only a last layer of its own, in closed form.

    The posterior of the last layer after n labels (Harrison, Sharma & Pavone 2018, eq. 4 to 6) is

    .. math:: w = (\Phi'\Phi + \Lambda_0)^{-1} (\Phi'y + \Lambda_0 w_0)

    and predictions are Student t; `models.learners.parts.deep.head` has the rest of the algebra. What is
    learned across stages is the features :math:`\phi` and the prior of the last layer and of the noise.

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`.
    """

    name = "bayes_head"
    title = "Bayesian head on shared features"

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw features and a wide, flat prior of the head."""
        return HeadRecipe(self.training).net(width, generator)

    def loss(self, params: Params, episode: Episode) -> Tensor:
        """Return the mean negative log density of the query under the posterior of the support."""
        return HeadRecipe(self.training).loss(params, episode)

    def settle(self, nets: Arrays, sx: Array, sy: Array) -> Heads:
        """Compute the exact posterior of every net's head."""
        return HeadRecipe(self.training).settle(nets, sx, sy)
