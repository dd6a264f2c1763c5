"""A start that lies near what every stage is moved to (Reptile)."""

from __future__ import annotations

import torch
from torch import Tensor

from models.learners.parts.deep.gradient import descend, judged, layers, squares
from models.learners.parts.deep.moving import Moving
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.training import Episode, Training

STEPS = 5
RATE = 0.1


class Reptile(Moving):
    r"""The start moves towards where a few gradient steps took it, averaged over stages.

    With :math:`\tilde\theta_i` the parameters after the steps on all labels of an episode (no query is kept apart),

    .. math:: \theta \leftarrow \theta + \epsilon \tfrac1n \sum_i (\tilde\theta_i - \theta)

    (Nichol, Achiam & Schulman 2018, alg. 2). :math:`\theta - \tilde\theta_i` is the gradient of half the squared
    distance to :math:`\tilde\theta_i` held constant, and is given to Adam as such (ibid., sec. 3). Step sizes cannot
    be learned this way; the spread is, on a query that the steps did not see.

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`.
    """

    name = "reptile"
    title = "a few gradient steps from a common start (Reptile)"
    TRAINING = Training(rate=1e-2)

    def loss(self, params: Params, episode: Episode) -> Tensor:
        """Return half the squared way that all labels move the start, and what the spread loses on the query."""
        net = {name: value.detach() for name, value in layers(params).items()}
        still = params | net
        target = self.move(still, _whole(episode))
        way = torch.stack([(value - target[name].detach()).square().sum() for name, value in layers(params).items()])
        there = {name: value.detach() for name, value in self.move(still, episode).items()}
        return 0.5 * way.sum() + judged(still, there, episode)

    def move(self, params: Params, episode: Episode) -> Params:
        """Return the net after the steps on the support."""
        net, caution = layers(params), params["log_caution"].exp()
        rates = {name: torch.full_like(net["b0"][0], RATE) for name in net}
        return descend(net, lambda part: squares(part, episode.sx, episode, caution), [rates] * STEPS, first_order=True)


def _whole(episode: Episode) -> Episode:
    """Return an episode whose support is support and query together."""
    rows = zip(episode[:3], episode[3:], strict=True)
    return episode._replace(**dict(zip(("sx", "sy", "sm"), (torch.cat(pair) for pair in rows), strict=True)))
