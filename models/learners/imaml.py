"""A start to which every stage stays near: the inner problem solved, the outer gradient implicit (iMAML)."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from models.base import Array
from models.learners.parts.deep.ensemble import Settled
from models.learners.parts.deep.gradient import judged, layers, settled, untrained
from models.learners.parts.deep.learner import Deep
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.proximal import Plane, misfit, nearest
from models.learners.parts.deep.training import Episode, Training
from models.learners.parts.deep.world import Arrays

SOLVES = 2
CONJUGATE = 2
FIRST_HOLD = 8.0
QUIET = 1e-12


class Imaml(Deep):
    r"""A stage's network solves a problem of its own: fit the labels, stay near the common start.

    .. math:: \theta_i = \arg\min_\phi \tfrac12 \sum_j (y_j - f_\phi(x_j))^2
              + \tfrac12 (\phi - \theta)' \Lambda (\phi - \theta)

    with a diagonal :math:`\Lambda`, one value a layer, learned too. The outer gradient does not pass through the way
    to the solution, but follows from its being one (Rajeswaran, Finn, Kakade & Levine 2019, lemma 1),

    .. math:: \frac{d L^{query}}{d \theta} = \Lambda (H + \Lambda)^{-1} \nabla L^{query}(\theta_i),

    H being the second derivative of the squared errors at the solution. The inner problem is solved by Gauss-Newton
    steps in closed form, the linear system by conjugate gradients on H itself, started from Gauss and Newton's answer.

    Parameters
    ----------
    seed, device, families, worlds, common, **settings
        As for `Deep`.
    """

    name = "imaml"
    title = "the solution nearest to a common start (iMAML)"
    TRAINING = Training(steps=150, rate=2e-2)
    MOST_LABELS = 400

    def net(self, width: int, generator: torch.Generator) -> Params:
        """Draw a start, and equal holds."""
        found = untrained(width, self.training, generator)
        return found | {f"log_hold_{name}": torch.tensor(math.log(FIRST_HOLD)) for name in layers(found)}

    def loss(self, params: Params, episode: Episode) -> Tensor:
        """Return the mean negative log density of the query at the solution; its gradient is the implicit one."""
        net, hold = layers(params), holds(params)
        there = {name: value.detach() for name, value in self.move(params, episode).items()}
        still = {name: value.detach() for name, value in params.items()}
        return judged(params, there, episode) + implicit(
            lambda phi: judged(still, phi, episode), net, there, hold, episode
        )

    def settle(self, nets: Arrays, sx: Array, sy: Array) -> Settled:
        """Solve the inner problem for every net."""
        return settled(self.move, nets, sx, sy)

    def move(self, params: Params, episode: Episode) -> Params:
        """Return the net that solves the inner problem."""
        net, hold = layers(params), holds(params)
        return nearest(net, hold, episode, SOLVES)


def holds(params: Params) -> Params:
    """Return the diagonal of Lambda: how strongly each layer is held to the start."""
    return {name: params[f"log_hold_{name}"].exp() for name in layers(params)}


def implicit(outer: Callable[[Params], Tensor], net: Params, there: Params, hold: Params, episode: Episode) -> Tensor:
    r"""Return a scalar that is 0, and whose gradient is what moves the solution `there` contribute to `outer`.

    At the solution :math:`F(\phi; \theta, \Lambda) = \nabla \tfrac12 \sum r^2 + \Lambda (\phi - \theta) = 0`, so
    :math:`d\phi = -(H + \Lambda)^{-1} dF` and with :math:`(H + \Lambda) u = \nabla` `outer` the gradient is that of
    :math:`-u'F`, in which only :math:`\theta` and :math:`\Lambda` vary.

    Parameters
    ----------
    outer : callable
        What is to be small at the solution; constant in all but its argument.
    net : dict of Tensor
        The start, theta.
    there : dict of Tensor
        The solution, constant.
    hold : dict of Tensor
    episode : Episode
    """
    slope = torch.func.grad(outer)(there)
    fixed = {name: value.detach() for name, value in hold.items()}
    u = solved(slope, there, fixed, episode)
    pull = torch.stack([(u[k].detach() * hold[k] * (there[k] - net[k])).sum() for k in net]).sum()
    return pull.detach() - pull


def solved(slope: Params, there: Params, hold: Params, episode: Episode) -> Params:
    """Return the solution u of (H + Lambda) u = `slope`, where that has positive curvature, by conjugate gradients.

    Hestenes & Stiefel (1952), sec. 3; H is never formed, its products are derivatives along a direction. The residual
    curvature can make H indefinite: steps along directions that do not curve upwards are not taken.
    """

    def curved(v: Params) -> Params:
        bent: Params = torch.func.grad(lambda p: _dot(torch.func.grad(lambda q: misfit(q, episode))(p), v))(there)
        return {name: bent[name] + hold[name] * v[name] for name in v}

    u = Plane.at(there, hold, episode).divided(slope)
    rest = _plus(slope, curved(u), -1.0)
    along, size = rest, _dot(rest, rest)
    for _ in range(CONJUGATE):
        bent = curved(along)
        curvature = _dot(along, bent)
        step = torch.where(curvature > QUIET, size / curvature.clamp(min=QUIET), torch.zeros_like(size))
        u, rest = _plus(u, along, step), _plus(rest, bent, -step)
        smaller = _dot(rest, rest)
        along, size = _plus(rest, along, smaller / size.clamp(min=QUIET)), smaller
    return u


def _plus(a: Params, b: Params, factor: Tensor | float) -> Params:
    return {name: a[name] + factor * b[name] for name in a}


def _dot(a: Params, b: Params) -> Tensor:
    return torch.stack([(a[name] * b[name]).sum() for name in a]).sum()
