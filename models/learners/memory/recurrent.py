r"""A memory that is written label after label: a head whose updates are gated as in an LSTM (Ravi & Larochelle 2017).

On shared features :math:`\phi(x)` the memory is a head c. A label y moves it by (ibid., eq. 2 and 3)

.. math:: c \leftarrow f \odot c - i \odot \nabla, \quad \nabla = -(y - \phi'c)\,\phi, \quad
          f, i = \sigma(W [\nabla, \mathrm{error}, c, \log(1 + t)] + b)

with one W for all coordinates of the memory and a bias for each. The gradient of a squared error at one label is in
closed form, so reading is a forward pass. What the spread will be is told by the errors made on the way, each label
being predicted before it is read: a t with ``a = a0 + sum(w) / 2`` and ``b = b0 + sum(w error^2) / 2``, where
early errors fade with a learned weight w, times a learned power of the number of labels read.

Labels are read in the order of time, the newest last; without times in an order that their values decide, so that
shuffled rows change nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from scipy import special
from torch import Tensor

from models.base import Array
from models.learners.parts import Rows
from models.learners.parts.deep.head import features, surprise, wide
from models.learners.parts.deep.nets import Params, Stack, forward, perceptron
from models.learners.parts.deep.training import Episode, Training, masked_mean
from models.learners.parts.deep.world import Arrays

FEATURES = 24
GATES = 2
CLUES = 4
MIXING = 12.9898


def net(width: int, how: Training, generator: torch.Generator) -> Params:
    """Draw features, a first memory, and gates that forget little and learn in small steps."""
    body = perceptron([width, *[how.width] * how.depth, FEATURES], generator)
    bias = torch.tensor([4.0, -3.0])[:, None].repeat(1, FEATURES + 1)
    gates = {"gate": torch.zeros((GATES, CLUES)), "bias": bias, "first": torch.zeros(FEATURES + 1)}
    spread = {"log_a": math.log(2.0), "log_b": math.log(2.0), "fade": 2.0, "power": 0.0}
    return body | gates | {name: torch.tensor(value) for name, value in spread.items()}


def loss(params: Params, episode: Episode) -> Tensor:
    """Return the mean negative log density of the query after the support was read in the order of time."""
    order = torch.argsort(episode.sx[:, -1] + 9.0 * (1.0 - episode.sm), stable=True)
    x, y, mask = episode.sx[order], episode.sy[order], episode.sm[order]
    phi = _features(params, x)
    memory, fade = params["first"], torch.sigmoid(params["fade"])
    a = params["log_a"].exp() + 1.0
    b = params["log_b"].exp()
    lost, weight, step = torch.zeros_like(a), torch.zeros_like(a), torch.zeros_like(a)
    for row in range(len(y)):
        error = y[row] - phi[row] @ memory
        forget, learn = _gates(params, memory, -error * phi[row], error, step)
        moved = forget * memory + learn * error * phi[row]
        memory = torch.where(mask[row] > 0, moved, memory)
        step = step + mask[row]
        lost = torch.where(mask[row] > 0, fade * lost + error**2, lost)
        weight = torch.where(mask[row] > 0, fade * weight + 1.0, weight)
    a, b = a + weight / 2, b + lost / 2
    square = b / a * torch.exp(params["power"] * torch.log1p(step))
    return masked_mean(surprise(episode.qy - _features(params, episode.qx) @ memory, square, a), episode.qm)


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What M nets wrote into their memories while reading n labels.

    Parameters
    ----------
    nets : mapping of str to ndarray
    body : Stack
    memory : ndarray, shape (M, r)
    lost, weight : ndarray, shape (M,)
        Squared errors on the way and their count, both faded.
    read : int
        n.
    """

    nets: Arrays
    body: Stack
    memory: Array
    lost: Array
    weight: Array
    read: int

    @classmethod
    def of(cls, nets: Arrays, x: Array, y: Array) -> Self:
        """Read inputs (n, width) and labels (n,) in the order of time."""
        plain = {name: wide(value) for name, value in nets.items()}
        none = np.zeros(len(plain["first"]))
        order = in_time(x, y)
        return cls(plain, Stack.of(nets), plain["first"], none, none, 0).more(x[order], y[order])

    def more(self, x: Array, y: Array) -> Self:
        """Return the memory after more labels, read in the order given."""
        memory, lost, weight = self.memory, self.lost, self.weight
        fade = special.expit(self.nets["fade"])
        phi = features(self.body(x))
        for row, label in enumerate(y):
            seen = phi[:, row]
            error = label - (seen * memory).sum(axis=1)
            forget, learn = self._gates(memory, seen, error, self.read + row)
            memory = forget * memory + learn * error[:, None] * seen
            lost, weight = fade * lost + error**2, fade * weight + 1.0
        return type(self)(self.nets, self.body, memory, lost, weight, self.read + len(y))

    def _gates(self, memory: Array, seen: Array, error: Array, step: int) -> tuple[Array, Array]:
        gradient = np.tanh(-error[:, None] * seen)
        told = np.broadcast_to(np.tanh(error**2)[:, None], memory.shape)
        clues = np.stack([gradient, told, memory, np.full(memory.shape, np.log1p(step))], axis=1)
        logits = np.einsum("mgc,mcr->mgr", self.nets["gate"], clues) + self.nets["bias"]
        forget, learn = np.moveaxis(special.expit(logits), 1, 0)
        return forget, learn

    def __call__(self, inputs: Array) -> tuple[Array, Array, float]:
        """Return mean and squared scale, shape (M, q), and the mean degrees of freedom."""
        mean = np.einsum("mnr,mr->mn", features(self.body(inputs)), self.memory)
        a = np.exp(self.nets["log_a"]) + 1.0 + self.weight / 2
        b = np.exp(self.nets["log_b"]) + self.lost / 2
        square = b / a * np.exp(self.nets["power"] * np.log1p(self.read))
        return mean, np.broadcast_to(square[:, None], mean.shape), float(2 * a.mean())


def in_time(x: Array, y: Array) -> Rows:
    """Return the order of reading: by the clock, the last column of `x`; ties in an order their values decide.

    Sorted by a parameter or a label, rows would be a ramp; a fractional part of a sum of sines has no trend.

    Examples
    --------
    >>> in_time(np.array([[5.0, 1.0], [4.0, -1.0]]), np.zeros(2)).tolist()
    [1, 0]
    """
    mixed = (1e4 * np.sin(MIXING * x[:, :-1] + np.arange(x.shape[1] - 1))).sum(axis=1) % 1.0
    return np.lexsort([y, mixed, x[:, -1]])


def _gates(params: Params, memory: Tensor, gradient: Tensor, error: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
    told = torch.tanh(error**2).expand(len(memory))
    clues = torch.stack([torch.tanh(gradient), told, memory, torch.log1p(step).expand(len(memory))])
    forget, learn = torch.sigmoid(params["gate"] @ clues + params["bias"]).unbind()
    return forget, learn


def _features(params: Params, x: Tensor) -> Tensor:
    out = torch.tanh(forward(params, x))
    return torch.cat([out, torch.ones_like(out[..., :1])], dim=-1)
