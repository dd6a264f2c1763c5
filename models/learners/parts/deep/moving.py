"""The base of learners whose nets move by gradient steps on the labels of a stage: they say how, the rest is shared."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor

from models.base import Array
from models.learners.parts.deep.ensemble import Settled
from models.learners.parts.deep.gradient import judged, settled, start
from models.learners.parts.deep.learner import Deep
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.training import Episode
from models.learners.parts.deep.world import Arrays


class Moving(Deep):
    """All stages start from one net, which moves on the labels of each; judged is where it ends.

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`.
    """

    @abstractmethod
    def move(self, params: Params, episode: Episode) -> Params:
        """Return the net after its steps on the support."""

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw a start."""
        return start(width, self.training, generator)

    def loss(self, params: Params, episode: Episode) -> Tensor:
        """Return the mean negative log density of the query after the steps."""
        return judged(params, self.move(params, episode), episode)

    def settle(self, nets: Arrays, sx: Array, sy: Array) -> Settled:
        """Take the steps with every net."""
        return settled(self.move, nets, sx, sy)
