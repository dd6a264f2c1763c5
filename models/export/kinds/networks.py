"""Networks: inputs on one scale or on a basis, perceptrons side by side, the answers of several nets averaged.

What is learned by a kind of network beyond its body is translated by ``@settled.register`` in a module of its own.
"""

from __future__ import annotations

from functools import singledispatch

import numpy as np

from models.export.answers import Said, Units, answer, arrives, unknown
from models.export.graph import Tensor
from models.export.kinds.standardized import bent, standardized
from models.learners.parts.deep.inputs import AHEAD, BASIS, Basis, Clock, SisterInputs, StrangerInputs, Turn
from models.learners.parts.deep.learner import Nets
from models.learners.parts.deep.nets import Stack

Settled = tuple[list[Tensor], list[Tensor], float]


@singledispatch
def settled(nets: object, inputs: Tensor) -> Settled:
    """Translate settled nets: of each its mean and squared scale, shape (n,) in double, and the degrees of freedom.

    Raises
    ------
    NotExportable
        If nobody translates this kind.
    """
    if arrives(type(nets)):
        return settled(nets, inputs)
    raise unknown(nets, "a network", "kinds.networks.settled")


@singledispatch
def seen(inputs: object, units: Units) -> Tensor:  # noqa: ARG001 - the signature that is dispatched
    """Translate how a network reads units, shape (n, width) in double."""
    raise unknown(inputs, "inputs of a network", "kinds.networks.seen")


@answer.register
def _nets(respond: Nets, units: Units) -> Said:
    """Average the answers: variances, and the variance of the means added (`averaged`)."""
    means, squares, freedom = settled(respond.settled, seen(respond.inputs, units))
    share = 1.0 / len(means)
    shrink = (freedom - 2.0) / freedom if freedom > 2.0 else 1.0
    middle, total = means[0] * share, squares[0] * share
    for mean, square in zip(means[1:], squares[1:], strict=True):
        middle, total = middle + mean * share, total + square * share
    for mean in means:
        total = total + (mean - middle).square() * (shrink * share)
    scale = total.at_least(1e-18).sqrt() * (respond.scale * respond.factor)
    return Said(respond.level + middle * respond.scale, scale, freedom)


@seen.register
def _sister(inputs: SisterInputs, units: Units) -> Tensor:
    aligned = units.aligned(inputs.columns, inputs.wanted)
    parts = (standardized(inputs.plant, aligned), standardized(inputs.stage, aligned))
    return units.graph.join(*parts, _clock(inputs.clock, units))


@seen.register
def _stranger(inputs: StrangerInputs, units: Units) -> Tensor:
    return units.graph.join(_turned(inputs.turn, _scores(inputs.basis, units.x)), _clock(inputs.clock, units))


def _scores(basis: Basis, x: Tensor) -> Tensor:
    """Return the coordinates on the axes, shape (n, `BASIS`): `Basis.scores`."""
    padded = np.pad(basis.axes, ((0, 0), (0, BASIS - basis.axes.shape[1])))
    return bent(standardized(basis.stage, x) @ padded)


def _turned(turn: Turn, scores: Tensor) -> Tensor:
    """Return the direction of the labels, then the axes: `Turn.apply`."""
    ordered = scores.take(turn.order, axis=1)
    length = float(np.sqrt((turn.slope**2).sum())) + 1e-12
    along = (ordered @ (turn.slope / length)).column()
    return scores.graph.join(along, ordered * np.where(turn.slope < 0, -1.0, 1.0))


def _clock(clock: Clock, units: Units) -> Tensor:
    """Return the times as one column, -1 at the start and 1 at the end of the history: `Clock.read`."""
    if clock.span <= 0:
        return units.x.full(0.0).column()
    place = (units.time(clock.start + clock.span) - clock.start) * (2.0 / clock.span) - 1.0
    return place.clip(-1.0, AHEAD).column()


def outputs(body: Stack, inputs: Tensor) -> list[Tensor]:
    """Return the outputs of every net, each of shape (n, outputs), in the graph's precision: `Stack`."""
    real = inputs.to(inputs.graph.real)
    return [output(body, i, real) for i in range(len(body))]


def output(body: Stack, i: int, inputs: Tensor) -> Tensor:
    """Return the outputs of net `i`, shape (n, outputs), in the precision of its inputs."""
    out, last = inputs, len(body.weights) - 1
    for layer, (weight, bias) in enumerate(zip(body.weights, body.biases, strict=True)):
        out = out @ weight[i] + bias[i]
        out = out if layer == last else out.tanh()
    return out
