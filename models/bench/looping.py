"""Second-order MAML over all tasks at once, against the plain loop over tasks that it replaces."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from models.learners.parts.deep.nets import Params
    from models.learners.parts.deep.training import Episode


@dataclass(frozen=True, slots=True)
class Looped:
    """Milliseconds of one outer step (loss and gradient) on one thread, best of a few, and how far results lie apart.

    Parameters
    ----------
    tasks, nets : int
        Tasks a step; nets that learn side by side.
    together_ms, loop_ms : float
    apart : float
        Largest difference of a gradient over the largest gradient of that parameter.
    """

    tasks: int
    nets: int
    together_ms: float
    loop_ms: float
    apart: float

    @property
    def ratio(self) -> float:
        """How many times faster all at once is."""
        return self.loop_ms / self.together_ms


def time_loop(*, tasks: int = 16, nets: int = 4, width: int = 19, repeats: int = 3, seed: int = 0) -> Looped:
    """Time one outer step of `maml` both ways on the same episodes and nets.

    Parameters
    ----------
    tasks, nets, width : int
        Tasks a step, nets side by side, inputs of a net.
    repeats : int
        The fastest of so many counts.
    seed : int
        Episodes (3 to 50 labels, 40 to judge on) and nets are drawn from it.

    Returns
    -------
    Looped

    Examples
    --------
    >>> time_loop(tasks=2, nets=1, repeats=1).apart < 1e-4
    True
    """
    import torch

    from models.bench.timing import one_thread
    from models.learners.maml import Maml
    from models.learners.parts.deep.nets import stacked
    from models.learners.parts.deep.stages import Drawn
    from models.learners.parts.deep.training import collate

    rng, learner = np.random.default_rng(seed), Maml()
    drawn = []
    for size in np.geomspace(3, 50, tasks).astype(int):
        x = rng.normal(size=(size + 40, width))
        y = np.sin(x[:, 0]) + x[:, 1] + rng.normal()
        drawn.append(Drawn(x[:size], y[:size], x[size:], y[size:]))
    batch, generator = collate(drawn), torch.Generator().manual_seed(seed)
    params = stacked([learner.net(width, generator) for _ in range(nets)])
    every = torch.func.vmap(torch.func.vmap(learner.loss, in_dims=(None, 0)), in_dims=(0, None))
    with one_thread():
        together_ms, found = _timed(lambda p: every(p, batch).sum(), params, repeats)
        loop_ms, looped = _timed(lambda p: loop(p, batch), params, repeats)
    apart = max(float((found[k] - looped[k]).abs().max() / looped[k].abs().max().clamp(min=1e-12)) for k in found)
    return Looped(tasks, nets, together_ms, loop_ms, apart)


def _timed(loss: Callable[[Params], Tensor], params: Params, repeats: int) -> tuple[float, Params]:
    import torch

    best = float("inf")
    for _ in range(repeats + 1):
        mine = {name: value.clone().requires_grad_(True) for name, value in params.items()}
        began = time.perf_counter()
        gradients = torch.autograd.grad(loss(mine), list(mine.values()))
        best = min(best, 1000 * (time.perf_counter() - began))
    return best, dict(zip(mine, gradients, strict=True))


def loop(params: Params, batch: Episode) -> Tensor:
    """Return the summed loss of `maml`, net by net and task by task (Finn, Abbeel & Levine 2017, algorithm 2).

    Parameters
    ----------
    params : dict of Tensor, each of shape (M, ...)
    batch : Episode
        B episodes, padded; the padding is cut off.
    """
    import torch

    losses = []
    for j in range(len(next(iter(params.values())))):
        net = {name: value[j] for name, value in params.items()}
        losses += [_one(net, type(batch)(*(v[i] for v in batch))) for i in range(len(batch.sy))]
    return torch.stack(losses).sum()


def _one(net: Params, episode: Episode) -> Tensor:
    """Return the loss of one task: steps by `torch.autograd.grad`, then the density of the query."""
    import torch

    from models.learners.maml import STEPS
    from models.learners.parts.deep.gradient import LONGEST, layers, speaking
    from models.learners.parts.deep.head import surprise
    from models.learners.parts.deep.nets import forward

    real, judged = episode.sm > 0, episode.qm > 0
    x, y, moved = episode.sx[real], episode.sy[real], layers(net)
    for k in range(STEPS):
        error = forward(moved, x)[:, 0] - y
        support = 0.5 * (error**2).sum() / (len(y) + net["log_caution"].exp())
        slopes = torch.autograd.grad(support, list(moved.values()), create_graph=True)
        norm = torch.stack([s.square().sum() for s in slopes]).sum().sqrt()
        shorter = LONGEST / norm.clamp(min=LONGEST)
        pairs = zip(moved.items(), slopes, strict=True)
        moved = {name: value - net[f"log_rate_{name}"][k].exp() * shorter * s for (name, value), s in pairs}
    mean, log_square = forward(speaking(net, moved, episode), episode.qx[judged]).unbind(dim=1)
    missed, a = episode.qy[judged] - mean, 1.0 + net["log_a"].exp()
    return surprise(missed, log_square.exp(), a).mean()
