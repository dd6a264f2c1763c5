"""Matching networks: the labels of a stage are averaged by how alike the units are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from scipy import special
from torch import Tensor

from models.base import Array
from models.learners.parts.deep.head import wide
from models.learners.parts.deep.learner import Deep
from models.learners.parts.deep.nets import Params, Stack, forward, perceptron
from models.learners.parts.deep.training import Episode, masked_mean
from models.learners.parts.deep.world import Arrays

EMBEDDED = 16
FREEDOM = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """The support of one stage as M nets see it.

    Parameters
    ----------
    body : Stack
        Embedding, and as last output what the net expects of a unit's label before it sees any of the stage.
    keys : ndarray, shape (M, s, e)
        Embedded support, of length one.
    left : ndarray, shape (M, s)
        Labels less what was expected.
    sharp, nobody : ndarray, shape (M,)
        Factor on the cosine; logit of "like none of them".
    noise, unlike : ndarray, shape (M,)
        Variance of a label, and what comes on top where no labelled unit is alike.
    """

    body: Stack
    keys: Array
    left: Array
    sharp: Array
    nobody: Array
    noise: Array
    unlike: Array

    def weights(self, inputs: Array) -> Array:
        """Return the attention to each labelled unit, and last to none of them, shape (M, n, s + 1)."""
        return self._weights(self.body(inputs)[:, :, :-1])

    def _weights(self, embedded: Array) -> Array:
        alike = self.sharp[:, None, None] * (_unit(embedded) @ np.swapaxes(self.keys, 1, 2))
        nobody = np.broadcast_to(self.nobody[:, None, None], (*alike.shape[:2], 1))
        weights: Array = special.softmax(np.concatenate([alike, nobody], axis=2), axis=2)
        return weights

    def __call__(self, inputs: Array) -> tuple[Array, Array, float]:
        """Return mean and variance of the label, shape (M, n), and degrees of freedom."""
        out = self.body(inputs)
        a = self._weights(out[:, :, :-1])
        shift = np.einsum("mns,ms->mn", a[:, :, :-1], self.left)
        square = np.einsum("mns,ms->mn", a[:, :, :-1], self.left**2) - shift**2
        square = self.noise[:, None] + np.maximum(square, 0.0) + a[:, :, -1] * self.unlike[:, None]
        return out[:, :, -1] + shift, square, FREEDOM


class Matching(Deep):
    r"""Attention over the labelled units of a stage, by an embedding that is learned across stages.

    With an embedding :math:`f` and the cosine :math:`c` (Vinyals et al. 2016, eq. 1 and sec. 2.1.1)

    .. math:: \hat y = \sum_i a(x, x_i)\, y_i, \qquad a(x, x_i) \propto \exp(\gamma\, c(f(x), f(x_i)))

    Here the labels are taken less what the net expects of such a unit anywhere, :math:`h(x_i)`, and :math:`h(x)` is
    added again: nothing left to match gives the sisters' answer. One more place in the softmax stands for "like none
    of them" and has the value 0, so a few labels that are nothing like the unit do not move its prediction.

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`.
    """

    name = "matching"
    title = "matching"

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw an embedding with a mild attention."""
        how = self.training
        return perceptron([width, *[how.width] * how.depth, EMBEDDED + 1], generator) | {
            "log_sharp": torch.tensor(math.log(4.0)),
            "nobody": torch.tensor(2.0),
            "log_noise": torch.tensor(-1.0),
            "log_unlike": torch.tensor(-1.0),
        }

    def loss(self, params: Params, episode: Episode) -> Tensor:
        """Return the mean negative log density of the query's labels."""
        support, query = forward(params, episode.sx), forward(params, episode.qx)
        keys, asked = (torch.nn.functional.normalize(out[:, :-1], dim=1) for out in (support, query))
        alike = params["log_sharp"].exp() * (asked @ keys.mT)
        alike = torch.where(episode.sm > 0, alike, -torch.inf)
        nobody = params["nobody"].expand(len(alike), 1)
        a = torch.softmax(torch.cat([alike, nobody], dim=1), dim=1)
        left = (episode.sy - support[:, -1]) * episode.sm
        shift = a[:, :-1] @ left
        square = (a[:, :-1] @ left**2 - shift**2).clamp(min=0.0)
        square = params["log_noise"].exp() + square + a[:, -1] * params["log_unlike"].exp()
        error = episode.qy - query[:, -1] - shift
        return masked_mean(0.5 * (torch.log(square) + error**2 / square), episode.qm)

    def settle(self, nets: Arrays, sx: Array, sy: Array) -> Matched:
        """Embed the labelled units."""
        body = Stack.of(nets)
        out = body(sx)
        sharp, noise, unlike = (np.exp(wide(nets[f"log_{name}"])) for name in ("sharp", "noise", "unlike"))
        return Matched(body, _unit(out[:, :, :-1]), sy - out[:, :, -1], sharp, wide(nets["nobody"]), noise, unlike)


def _unit(embedded: Array) -> Array:
    """Return the rows at length one."""
    length: Array = np.maximum(np.sqrt((embedded**2).sum(axis=2, keepdims=True)), 1e-12)
    return embedded / length
