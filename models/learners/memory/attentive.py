r"""A memory that is attended to: every label is kept, a unit looks up those it resembles (Kim et al. 2019).

Keys :math:`k(x)` and values :math:`v(x, y)` are perceptrons. A unit reads, with H heads (ibid., sec. 3; Vaswani et al.
2017, eq. 1),

.. math:: r(x^*) = \mathrm{softmax}(k(x^*) K' / \sqrt{d / H}) V

where the first row of K and V is learned: it is what a unit reads where nothing is like it, or where there is no label.
The mean of the values is the summary of the stage, and a decoder answers from unit, reading and summary. This is the
deterministic path of the attentive neural process; its latent path, whose role is to draw coherent functions, is left
out, for only marginal predictions are asked for here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
import torch
from torch import Tensor

from models.base import Array
from models.learners.parts.deep.head import surprise, wide
from models.learners.parts.deep.nets import Params, Stack, forward, perceptron
from models.learners.parts.deep.training import Episode, Training, masked_mean
from models.learners.parts.deep.world import Arrays

SIZE = 32
HEADS = 4
PRIOR_COUNT = 4.0
LEAST_LOG = -7.0
Value = TypeVar("Value")


def net(width: int, how: Training, generator: torch.Generator) -> Params:
    """Draw keys, values, decoder and the row that stands for no label."""
    sizes = {
        "key": [width, how.width, SIZE],
        "value": [width + 1, how.width, SIZE],
        "answer": [width + 2 * SIZE + 1, how.width, how.width, 2],
    }
    out: Params = {}
    for part, layers in sizes.items():
        out |= {f"{part}/{name}": value for name, value in perceptron(layers, generator).items()}
    nothing = torch.randn((2, SIZE), generator=generator) / SIZE**0.5
    return out | {"nothing": nothing, "log_a": torch.tensor(math.log(2.0))}


def loss(params: Params, episode: Episode) -> Tensor:
    """Return the mean negative log density of the query after the support was read."""
    keys = _heads(torch.cat([params["nothing"][:1], forward(_part(params, "key"), episode.sx)]))
    labelled = torch.cat([episode.sx, episode.sy[:, None]], dim=1)
    values = torch.tanh(forward(_part(params, "value"), labelled))
    asked = _heads(forward(_part(params, "key"), episode.qx))
    hidden = torch.cat([torch.ones_like(episode.sm[:1]), episode.sm])
    scores = asked @ keys.mT / (SIZE / HEADS) ** 0.5 + (hidden - 1.0) * 1e9
    kept = _heads(torch.cat([params["nothing"][1:], values]))
    read = (torch.softmax(scores, dim=2) @ kept).transpose(0, 1).flatten(1)
    count = episode.sm.sum() + PRIOR_COUNT
    summary = (values * episode.sm[:, None]).sum(dim=0) / count
    stage = torch.cat([summary, (episode.sm.sum() / count)[None]]).expand(len(read), -1)
    said = forward(_part(params, "answer"), torch.cat([episode.qx, read, stage], dim=1))
    square = said[:, 1].clamp(min=LEAST_LOG).exp()
    return masked_mean(surprise(episode.qy - said[:, 0], square, params["log_a"].exp() + 1.0), episode.qm)


@dataclass(frozen=True, slots=True, eq=False)
class Attended:
    """What M nets keep of n labels.

    Parameters
    ----------
    key, value, answer : Stack
    keys, values : ndarray, shape (M, n + 1, `SIZE`)
        The learned row first.
    freedom : float
    """

    key: Stack
    value: Stack
    answer: Stack
    keys: Array
    values: Array
    freedom: float

    @classmethod
    def of(cls, nets: Arrays, x: Array, y: Array) -> Self:
        """Read inputs (n, width) and labels (n,)."""
        key, value, answer = (Stack.of(_part(nets, part)) for part in ("key", "value", "answer"))
        nothing, freedom = wide(nets["nothing"]), float((2 * np.exp(wide(nets["log_a"])) + 2.0).mean())
        empty = cls(key, value, answer, nothing[:, :1], nothing[:, 1:], freedom)
        return empty.more(x, y)

    def more(self, x: Array, y: Array) -> Self:
        """Return the memory after more labels: they are added, what was there stays."""
        keys = np.concatenate([self.keys, self.key(x)], axis=1)
        values = np.concatenate([self.values, np.tanh(self.value(np.column_stack([x, y])))], axis=1)
        return type(self)(self.key, self.value, self.answer, keys, values, self.freedom)

    def __call__(self, inputs: Array) -> tuple[Array, Array, float]:
        """Return mean and squared scale, shape (M, q), and the degrees of freedom."""
        m, n = self.keys.shape[0], self.keys.shape[1] - 1
        asked, keys, values = (_split(v) for v in (self.key(inputs), self.keys, self.values))
        scores = asked @ np.swapaxes(keys, 2, 3) / (SIZE / HEADS) ** 0.5
        weight = np.exp(scores - scores.max(axis=3, keepdims=True))
        weight /= weight.sum(axis=3, keepdims=True)
        read = np.moveaxis(weight @ values, 1, 2).reshape(m, len(inputs), SIZE)
        count = n + PRIOR_COUNT
        stage = np.column_stack([self.values[:, 1:].sum(axis=1) / count, np.full(m, n / count)])
        units = np.broadcast_to(inputs, (m, *inputs.shape))
        stages = np.broadcast_to(stage[:, None], (m, len(inputs), stage.shape[1]))
        said = self.answer(np.concatenate([units, read, stages], axis=2))
        return said[..., 0], np.exp(np.maximum(said[..., 1], LEAST_LOG)), self.freedom


def _part(params: Mapping[str, Value], part: str) -> dict[str, Value]:
    return {name[len(part) + 1 :]: value for name, value in params.items() if name.startswith(f"{part}/")}


def _heads(rows: Tensor) -> Tensor:
    """Split rows (n, size) into heads (H, n, size / H)."""
    return rows.reshape(len(rows), HEADS, SIZE // HEADS).transpose(0, 1)


def _split(rows: Array) -> Array:
    """Split rows (M, n, size) into heads (M, H, n, size / H)."""
    return np.moveaxis(rows.reshape(*rows.shape[:2], HEADS, SIZE // HEADS), 2, 1)
