"""Features learned across stages; a stage takes gradient steps on the last layer alone (ANIL)."""

from __future__ import annotations

import math

import torch

from models.learners.parts.deep.gradient import descend, features, last, layers, squares, start
from models.learners.parts.deep.moving import Moving
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.training import Episode, Training

STEPS = 10
FIRST_RATE = 0.1


class Anil(Moving):
    r"""MAML with almost no inner loop: the body is the same at all stages, only the head moves.

    With features :math:`\phi` of the body and a head w (Raghu et al. 2020, sec. 4),

    .. math:: w^{k+1} = w^k - \alpha_k \nabla_w L^{support}(w^k' \phi).

    The features of the support are computed once, so steps cost next to nothing and there are twice as many.

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`.
    """

    name = "anil"
    title = "a few gradient steps of the last layer on shared features (ANIL)"
    TRAINING = Training(rate=2e-2)

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw a start, and equal step sizes of the head."""
        rates = torch.full((STEPS,), math.log(FIRST_RATE))
        return start(width, self.training, generator) | {"log_rate_weight": rates, "log_rate_bias": rates.clone()}

    def move(self, params: Params, episode: Episode) -> Params:
        """Return the net with its last layer moved: a net of one layer on the features takes the steps."""
        net, caution = layers(params), params["log_caution"].exp()
        top, seen = last(net), features(net, episode.sx)
        rates = zip(params["log_rate_weight"].exp(), params["log_rate_bias"].exp(), strict=True)
        steps = [{"w0": weight, "b0": bias} for weight, bias in rates]
        head = {"w0": net[f"w{top}"], "b0": net[f"b{top}"]}
        moved = descend(head, lambda part: squares(part, seen, episode, caution), steps)
        return net | {f"w{top}": moved["w0"], f"b{top}": moved["b0"]}
