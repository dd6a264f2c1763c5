"""Learning a stage by gradient steps: what the gradient-based meta-learners share.

A perceptron says the mean. Its squared scale is linear, in logarithms, in the same features and in what the labels
give away (`clues`): gradient steps cannot learn a spread from ten labels, but sisters tell how it depends on them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.base import Array
from models.learners.parts.deep.head import surprise
from models.learners.parts.deep.nets import Params, Stack, forward, numbers, perceptron
from models.learners.parts.deep.training import Episode, Training, masked_mean
from models.learners.parts.deep.world import Arrays

LONGEST = 2.0
TRUST = 5.0
FLOOR = 1e-2
QUIET = 1e-12

#: Squared error of a net, as a function of the part of it that moves.
Error = Callable[[Params], Tensor]
#: Returns the net of one stage: what is learned across stages, and the stage's episode.
Move = Callable[[Params, Episode], Params]


def untrained(width: int, how: Training, generator: torch.Generator) -> Params:
    """Draw a net for inputs of `width` columns, with a flat spread."""
    net = perceptron([width, *[how.width] * how.depth, 1], generator)
    flat = {"spread": torch.zeros(how.width), "clues": torch.tensor([-1.0, 0.0, 0.0, 0.0])}
    return net | flat | {"log_a": torch.tensor(math.log(2.0))}


def start(width: int, how: Training, generator: torch.Generator) -> Params:
    """Draw a net to take steps from, with a caution worth two labels."""
    return untrained(width, how, generator) | {"log_caution": torch.tensor(math.log(2.0))}


def stepping(net: Params, steps: int, rate: float) -> Params:
    """Return step sizes to be learned, in logarithms and equal at first: one for each layer of `net` and step."""
    return {f"log_rate_{name}": torch.full((steps,), math.log(rate)) for name in layers(net)}


def step_sizes(params: Mapping[str, Tensor], steps: int) -> list[Params]:
    """Return the learned step sizes of each step, by layer: what `stepping` drew."""
    rates = {name: params[f"log_rate_{name}"].exp().unbind() for name in layers(params)}
    return [{name: rates[name][k] for name in rates} for k in range(steps)]


def layers(params: Mapping[str, Tensor]) -> Params:
    """Return the weights and biases of the perceptron among `params`."""
    return {name: value for name, value in params.items() if name[0] in "wb" and name[1:].isdigit()}


def last(net: Mapping[str, Tensor]) -> int:
    """Return the place of the last layer of a perceptron.

    Examples
    --------
    >>> last(perceptron([3, 8, 8, 1], torch.Generator()))
    2
    """
    return len(net) // 2 - 1


def features(net: Params, x: Tensor) -> Tensor:
    """Return the last hidden layer for inputs `x`, **Shape** (n, inputs) -> (n, units)."""
    top = last(net)
    return torch.tanh(forward({k: v for k, v in net.items() if int(k[1:]) < top}, x))


def squares(net: Params, x: Tensor, episode: Episode, caution: Tensor) -> Tensor:
    """Return half the squared error on the support, whose inputs to `net` are `x`, over labels plus `caution`.

    Divided so, few labels move a net less than many do: the caution counts as labels that agree with the net.
    """
    error = forward(net, x)[:, 0] - episode.sy
    return 0.5 * (episode.sm * error**2).sum() / (episode.sm.sum() + caution)


def descend(net: Params, error: Error, steps: Sequence[Params], *, first_order: bool = False) -> Params:
    """Return `net` after one gradient step for each of `steps`.

    Parameters
    ----------
    net : dict of Tensor
    error : callable
        What is stepped down.
    steps : sequence of dict of Tensor
        Step sizes of each step, which broadcast against the parameters; parameters without one stay as they are.
    first_order : bool
        Treat the gradients as constants when this result is itself differentiated.
    """
    for rates in steps:
        slope = _slope(net, error, rates)
        if first_order:
            slope = {name: value.detach() for name, value in slope.items()}
        net = net | {name: net[name] - rate * slope[name] for name, rate in rates.items()}
    return net


def _slope(net: Params, error: Error, moving: Mapping[str, Tensor]) -> Params:
    """Return the gradient of the parameters that move, shortened to `LONGEST`."""
    slope: Params = torch.func.grad(lambda part: error(net | part))({name: net[name] for name in moving})
    square = torch.stack([value.square().sum() for value in slope.values()]).sum()
    shorter = LONGEST / (square + QUIET).sqrt().clamp(min=LONGEST)
    return {name: value * shorter for name, value in slope.items()}


def clues(before: Params, after: Params, episode: Episode) -> Tensor:
    """Return what the support says of the spread, shape (4,).

    A constant, how many labels there are (n / (n + 5)), and, as far as there are labels, the logarithms of the mean
    squared error before and after the net moved: the first is too large, the second too small, what to make of them
    is learned.
    """
    n = episode.sm.sum()
    errors = [forward(net, episode.sx)[:, 0] - episode.sy for net in (before, after)]
    logs = [torch.log(masked_mean(error**2, episode.sm) + FLOOR) for error in errors]
    return torch.stack([torch.ones_like(n), *(n / (n + TRUST) * v for v in (torch.ones_like(n), *logs))])


def speaking(params: Params, net: Params, episode: Episode) -> Params:
    """Return `net` with a second output behind the mean: the logarithm of the squared scale."""
    top = last(net)
    level = (params["clues"] * clues(layers(params), net, episode)).sum()
    weight = torch.cat([net[f"w{top}"], params["spread"][:, None]], dim=1)
    return net | {f"w{top}": weight, f"b{top}": torch.cat([net[f"b{top}"], level[None]])}


def judged(params: Params, net: Params, episode: Episode) -> Tensor:
    """Return the mean negative log density of the query by the net of its stage."""
    mean, log_square = forward(speaking(params, net, episode), episode.qx).unbind(dim=1)
    return masked_mean(surprise(episode.qy - mean, log_square.exp(), 1.0 + params["log_a"].exp()), episode.qm)


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """M nets that moved to a stage.

    Parameters
    ----------
    nets : Stack
        Two outputs: the mean, and the logarithm of the squared scale.
    freedom : float
    """

    nets: Stack
    freedom: float

    def __call__(self, inputs: Array) -> tuple[Array, Array, float]:
        """Return mean and squared scale, shape (M, n), and degrees of freedom."""
        out = self.nets(inputs)
        return out[..., 0], np.exp(out[..., 1]), self.freedom


def settled(move: Move, nets: Arrays, sx: Array, sy: Array) -> Moved:
    """Move M stacked nets to a support, shape (n, width) and (n,).

    The way there is computed in double precision and its end rounded to single: the last bits of torch's products
    depend on where memory lies, and predictions must be the same in every process.
    """
    params = {name: torch.tensor(value, dtype=torch.float64) for name, value in nets.items()}
    episode = _support(sx, sy)
    with torch.no_grad():
        found = torch.func.vmap(lambda p: speaking(p, move(p, episode), episode))(params)
    freedom = 2.0 * (1.0 + float(np.exp(np.asarray(nets["log_a"], dtype=np.float64)).mean()))
    return Moved(Stack.of(numbers(found)), freedom)


def _support(sx: Array, sy: Array) -> Episode:
    """Return an episode without a query; a support without labels has one row that does not count."""
    n = len(sy)
    x, y, mask = np.zeros((max(n, 1), sx.shape[1])), np.zeros(max(n, 1)), np.zeros(max(n, 1))
    x[:n], y[:n], mask[:n] = sx, sy, 1.0
    tensors = [torch.tensor(v) for v in (x, y, mask)]
    return Episode(*tensors, *(v[:0] for v in tensors))
