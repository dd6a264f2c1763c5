"""Prototypical networks: a unit is like the class whose mean embedding is nearest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import special
from torch import Tensor

from models.base import Array
from models.learners.parts.deep.head import wide
from models.learners.parts.deep.learner import Deep
from models.learners.parts.deep.nets import Params, Stack, forward, perceptron
from models.learners.parts.deep.training import Episode, masked_mean
from models.learners.parts.deep.world import Arrays

CUTS = (-0.6, 0.0, 0.6)
CLASSES = len(CUTS) + 1
VALUES = (-1.2, -0.3, 0.3, 1.2)
EMBEDDED = 12
FREEDOM = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """Prototypes of M nets at one stage.

    Parameters
    ----------
    body : Stack
    centre : ndarray, shape (M, classes, e)
        Mean embedding of each class.
    value, spread : ndarray, shape (M, classes)
        Mean label of each class, and variance inside it.
    bias : ndarray, shape (M, classes)
        What the logarithm of a class's probability starts from.
    """

    body: Stack
    centre: Array
    value: Array
    spread: Array
    bias: Array

    def shares(self, inputs: Array) -> Array:
        """Return the probability of each class, shape (M, n, classes)."""
        away = self.body(inputs)[:, :, None, :] - self.centre[:, None]
        shares: Array = special.softmax(self.bias[:, None] - (away**2).sum(axis=3), axis=2)
        return shares

    def __call__(self, inputs: Array) -> tuple[Array, Array, float]:
        """Return mean and variance of the label, shape (M, n), and degrees of freedom."""
        p = self.shares(inputs)
        mean = np.einsum("mnk,mk->mn", p, self.value)
        square = np.einsum("mnk,mk->mn", p, self.value**2 + self.spread) - mean**2
        return mean, square, FREEDOM


class Prototypes(Deep):
    r"""A class is the mean of its embedded units; a new unit belongs to classes by its distance to them.

    With an embedding :math:`f`, the prototype of class k and the probability of the class are (Snell, Swersky & Zemel
    2017, eq. 1 and 2)

    .. math:: c_k = \frac{1}{n_k} \sum_{y_i \in k} f(x_i), \qquad
              p(k \mid x) \propto \exp(-\|f(x) - c_k\|^2)

    Good and nonconforming units are two classes. A continuous label falls into one of four by its place on the
    scale of its stage, and is predicted by the mean labels of the classes, weighed by their probabilities. Each class
    has a prototype and a label learned across stages, which count as some labels (how many is learned too): they
    serve where a stage has none of the class, which then is held less likely by a learned amount.

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`.
    """

    name = "prototypes"
    title = "prototypes"

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw an embedding, and prototypes near each other."""
        how = self.training
        return perceptron([width, *[how.width] * how.depth, EMBEDDED], generator) | {
            "centre": 0.3 * torch.randn((CLASSES, EMBEDDED), generator=generator),
            "value": torch.tensor(VALUES),
            "bias": torch.zeros(CLASSES),
            "log_spread": torch.full((CLASSES,), -1.0),
            "log_worth": torch.tensor(0.0),
            "log_empty": torch.tensor(0.0),
        }

    def loss(self, params: Params, episode: Episode) -> Tensor:
        """Return the surprise at the query's class (Snell et al. 2017, alg. 1), and at its label given the classes."""
        inside = _classes(episode.sy) * episode.sm[:, None]
        worth, count = params["log_worth"].exp(), inside.sum(dim=0)
        sums, labels = inside.mT @ forward(params, episode.sx), inside.mT @ episode.sy
        centre = (worth * params["centre"] + sums) / (worth + count)[:, None]
        value = (worth * params["value"] + labels) / (worth + count)
        empty = (count == 0) * (count.sum() > 0)
        bias = params["bias"] - empty * params["log_empty"].exp()
        away = (forward(params, episode.qx)[:, None] - centre).square().sum(dim=2)
        logs = torch.log_softmax(bias - away, dim=1)
        p, spread = logs.exp(), params["log_spread"].exp()
        mean = p @ value
        square = (p @ (value**2 + spread) - mean**2).clamp(min=1e-4)
        label = 0.5 * (torch.log(square) + (episode.qy - mean) ** 2 / square)
        return masked_mean(label - (_classes(episode.qy) * logs).sum(dim=1), episode.qm)

    def settle(self, nets: Arrays, sx: Array, sy: Array) -> Classes:
        """Average the embeddings of each class with its learned prototype."""
        body, inside = Stack.of(nets), (_place(sy)[:, None] == np.arange(CLASSES)).astype(np.float64)
        worth, count = np.exp(wide(nets["log_worth"]))[:, None], inside.sum(axis=0)
        sums = np.einsum("nk,mne->mke", inside, body(sx))
        centre = (worth[:, :, None] * wide(nets["centre"]) + sums) / (worth + count)[:, :, None]
        value = (worth * wide(nets["value"]) + inside.T @ sy) / (worth + count)
        empty = (count == 0) & (len(sy) > 0)
        bias = wide(nets["bias"]) - empty * np.exp(wide(nets["log_empty"]))[:, None]
        return Classes(body, centre, value, np.exp(wide(nets["log_spread"])), bias)


def _place(y: Array) -> NDArray[np.intp]:
    return np.searchsorted(np.array(CUTS), y, side="left")


def _classes(y: Tensor) -> Tensor:
    """Return 1 for the class of each standardized label, 0 for the others, **Shape** (n,) -> (n, classes)."""
    place = (y[:, None] > torch.tensor(CUTS, device=y.device)).sum(dim=1)
    return (place[:, None] == torch.arange(CLASSES, device=y.device)).to(y.dtype)
