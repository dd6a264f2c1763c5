r"""Fit a net to few labels while it stays near a start: Gauss-Newton steps, exact for each linearization.

With the derivatives J, shape (n, P), of a net of P parameters at a support of n labels, the inverse of
:math:`J'J + \Lambda` needs only the n x n matrix :math:`K = J \Lambda^{-1} J'` (Woodbury's identity). K is a sum over
layers of products of what goes into a layer and what comes back (Novak et al. 2022, sec. 3.2): J is never formed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from models.learners.parts.deep.nets import Params, forward
from models.learners.parts.deep.training import Episode

#: Shares of a Gauss-Newton step that are tried; at 0 the net stays.
SHARES = (1.0, 0.5, 0.25, 0.1, 0.03, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A net linearized on the rows of a support.

    Parameters
    ----------
    said : Tensor, shape (n,)
        What the net says.
    seen : tuple of Tensor, each of shape (n, inputs)
        What goes into each layer.
    back : tuple of Tensor, each of shape (n, outputs)
        Derivative of what the net says by what each layer gives before its tanh; 0 on rows that do not count.
    hold : dict of Tensor
        Lambda, one value for each weight and bias.
    """

    said: Tensor
    seen: tuple[Tensor, ...]
    back: tuple[Tensor, ...]
    hold: Params

    @classmethod
    def at(cls, net: Params, hold: Params, episode: Episode) -> Self:
        """Linearize at `net`."""
        depth, seen = len(net) // 2, [episode.sx]
        for i in range(depth - 1):
            seen.append(torch.tanh(seen[-1] @ net[f"w{i}"] + net[f"b{i}"]))
        said = (seen[-1] @ net[f"w{depth - 1}"] + net[f"b{depth - 1}"])[:, 0]
        back = [episode.sm[:, None]]
        for i in range(depth - 1, 0, -1):
            back.insert(0, (back[0] @ net[f"w{i}"].mT) * (1.0 - seen[i] ** 2))
        return cls(said, tuple(seen), tuple(back), hold)

    def gram(self) -> Tensor:
        """Return J inv(Lambda) J', shape (n, n)."""
        total = torch.zeros_like(self.said[:, None] * self.said)
        for i, (a, d) in enumerate(zip(self.seen, self.back, strict=True)):
            total = total + (a @ a.mT / self.hold[f"w{i}"] + 1.0 / self.hold[f"b{i}"]) * (d @ d.mT)
        return total

    def forth(self, v: Mapping[str, Tensor]) -> Tensor:
        """Return J v, shape (n,)."""
        pairs = zip(self.seen, self.back, strict=True)
        parts = [((a @ v[f"w{i}"] + v[f"b{i}"]) * d).sum(dim=1) for i, (a, d) in enumerate(pairs)]
        return torch.stack(parts).sum(dim=0)

    def returned(self, c: Tensor) -> Params:
        """Return inv(Lambda) J' c."""
        out: Params = {}
        for i, (a, d) in enumerate(zip(self.seen, self.back, strict=True)):
            out[f"w{i}"] = a.mT @ (c[:, None] * d) / self.hold[f"w{i}"]
            out[f"b{i}"] = (c[:, None] * d).sum(dim=0) / self.hold[f"b{i}"]
        return out

    def weighed(self, r: Tensor) -> Tensor:
        """Return inv(K + 1) r, shape (n,)."""
        gram = self.gram()
        root = torch.linalg.cholesky(gram + torch.eye(len(r), dtype=r.dtype, device=r.device))
        return torch.cholesky_solve(r[:, None], root)[:, 0]

    def divided(self, v: Params) -> Params:
        """Return inv(J'J + Lambda) v."""
        light = {name: value / self.hold[name] for name, value in v.items()}
        taken = self.returned(self.weighed(self.forth(light)))
        return {name: light[name] - taken[name] for name in v}


def misfit(net: Params, episode: Episode) -> Tensor:
    """Return half the sum of squared errors on the support."""
    error = forward(net, episode.sx)[:, 0] - episode.sy
    return 0.5 * (episode.sm * error**2).sum()


def nearest(net: Params, hold: Params, episode: Episode, solves: int) -> Params:
    r"""Return the net with the least :math:`\tfrac12 \sum r^2 + \tfrac12 (\phi - \theta)'\Lambda(\phi - \theta)`.

    Gauss-Newton: with the net linearized at the current :math:`\phi`, the best is
    :math:`\theta + \Lambda^{-1} J' (K + 1)^{-1} (y - f_\phi + J (\phi - \theta))`; exact after one solve where the net
    is linear in its parameters. Of the way there the best of `SHARES` is gone, so the objective never rises.

    Parameters
    ----------
    net : dict of Tensor
        The start, theta.
    hold : dict of Tensor
        Lambda.
    episode : Episode
    solves : int
        Linearizations.
    """
    found = net
    for _ in range(solves):
        plane = Plane.at(found, hold, episode)
        gone = {name: found[name] - net[name] for name in net}
        aim = plane.returned(plane.weighed(episode.sm * (episode.sy - plane.said) + plane.forth(gone)))
        way = {name: aim[name] - gone[name] for name in net}
        share = _best(net, found, way, hold, episode)
        found = {name: found[name] + share * way[name] for name in net}
    return found


def _best(net: Params, found: Params, way: Params, hold: Params, episode: Episode) -> Tensor:
    """Return which of `SHARES` of the way makes the objective least."""
    shares = torch.tensor(SHARES, dtype=episode.sy.dtype, device=episode.sy.device)

    def objective(share: Tensor) -> Tensor:
        there = {name: found[name] + share * way[name] for name in net}
        held = torch.stack([(hold[name] * (there[name] - net[name]) ** 2).sum() for name in net]).sum()
        return misfit(there, episode) + 0.5 * held

    heights = torch.func.vmap(objective)(shares)
    return (shares * torch.nn.functional.one_hot(heights.argmin(), len(SHARES))).sum()
