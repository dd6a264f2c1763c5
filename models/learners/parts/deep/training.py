"""Meta-training: an ensemble of nets side by side, each blind to a share of the stages, on episodes of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from models.learners.parts import Rows
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.stages import Drawn, Prepared

CLIP = 1.0
TRIES = 20


class Episode(NamedTuple):
    """One episode, or a batch of B with a direction more in front, padded with zeros.

    Parameters
    ----------
    sx : Tensor, shape (S, width)
        Inputs of the support.
    sy, sm : Tensor, shape (S,)
        Standardized labels, and 1 where the row is real.
    qx : Tensor, shape (Q, width)
    qy, qm : Tensor, shape (Q,)
    """

    sx: Tensor
    sy: Tensor
    sm: Tensor
    qx: Tensor
    qy: Tensor
    qm: Tensor


Loss = Callable[[Params, Episode], Tensor]


@dataclass(frozen=True, slots=True)
class Training:
    """Settings of meta-training.

    Parameters
    ----------
    steps : int
        Of the outer loop, where labels are plenty; fewer where they are few (`ensemble.PLENTY`).
    batch : int
        Episodes a step, shared by the nets.
    rate : float
        Adam's step (Kingma & Ba 2015), falling to 0 along a cosine (Loshchilov & Hutter 2017).
    decay : float
        Decoupled weight decay (Loshchilov & Hutter 2019).
    width, depth : int
        Units a hidden layer, hidden layers.
    folds : int
        Shares of the stages that one net each never sees; one net more sees all.
    """

    steps: int = 250
    batch: int = 16
    rate: float = 5e-3
    decay: float = 1e-2
    width: int = 48
    depth: int = 2
    folds: int = 3


def collate(drawn: Sequence[Drawn], device: torch.device | None = None) -> Episode:
    """Pad episodes to one size and stack them.

    Examples
    --------
    >>> one = Drawn(np.ones((2, 3)), np.ones(2), np.ones((4, 3)), np.ones(4))
    >>> none = Drawn(np.ones((0, 3)), np.ones(0), np.ones((1, 3)), np.ones(1))
    >>> batch = collate([one, none])
    >>> tuple(batch.sx.shape), batch.sm.sum(dim=1).tolist(), batch.qm.sum(dim=1).tolist()
    ((2, 2, 3), [2.0, 0.0], [4.0, 1.0])
    """
    support = max(1, *(len(d.sy) for d in drawn)) if len(drawn) > 1 else max(1, len(drawn[0].sy))
    query = max(len(d.qy) for d in drawn)
    width = drawn[0].qx.shape[1]
    shapes = [(support, width), (support,), (support,), (query, width), (query,), (query,)]
    arrays = [np.zeros((len(drawn), *shape), dtype=np.float32) for shape in shapes]
    sx, sy, sm, qx, qy, qm = arrays
    for i, d in enumerate(drawn):
        n, q = len(d.sy), len(d.qy)
        sx[i, :n], sy[i, :n], sm[i, :n] = d.sx, d.sy, 1.0
        qx[i, :q], qy[i, :q], qm[i, :q] = d.qx, d.qy, 1.0
    return Episode(*(torch.from_numpy(a).to(device) for a in arrays))


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of `values` where `mask` is 1."""
    return (values * mask).sum() / mask.sum().clamp(min=1.0)


def train(loss: Loss, nets: Params, prepared: Sequence[Prepared], place: Rows, *, how: Training, seed: int) -> Params:
    """Return the stacked `nets` after meta-training.

    Parameters
    ----------
    loss : callable
        ``loss(params, episode)`` of one net on one episode, a scalar; mapped over nets and episodes at once
        (`torch.func.vmap`), so there is no loop over tasks.
    nets : dict of Tensor, each of shape (M, ...)
    prepared : sequence of Prepared
        Stages from which episodes can be drawn.
    place : ndarray of int
        For each stage which net never sees it.
    how : Training
    seed : int

    Returns
    -------
    dict of Tensor
    """
    rng = np.random.default_rng(seed)
    device = next(iter(nets.values())).device
    params = {name: value.clone().requires_grad_(True) for name, value in nets.items()}
    count = len(next(iter(params.values())))
    optimizer = torch.optim.AdamW(list(params.values()), lr=how.rate, weight_decay=how.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(how.steps, 1))
    every = torch.func.vmap(torch.func.vmap(loss, in_dims=(None, 0)), in_dims=(0, None))
    for _ in range(how.steps):
        found, stages = _draw(prepared, how.batch, rng)
        if not found:
            break
        sees = torch.from_numpy((place[stages][None] != np.arange(count)[:, None]).astype(np.float32)).to(device)
        losses = every(params, collate(found, device))
        optimizer.zero_grad()
        total = torch.where(sees > 0, losses, 0.0).div(sees.sum(dim=1, keepdim=True).clamp(min=1.0)).sum()
        total.backward()  # type: ignore[no-untyped-call]  # torch ships this one without types
        if _clip(params):
            optimizer.step()
        schedule.step()
    return {name: value.detach() for name, value in params.items()}


def _draw(prepared: Sequence[Prepared], batch: int, rng: np.random.Generator) -> tuple[list[Drawn], Rows]:
    """Draw a batch, every stage in turn; stages that cannot give an episode of the size drawn are passed over."""
    found: list[Drawn] = []
    stages: list[int] = []
    for _ in range(TRIES):
        for i in rng.permutation(len(prepared)):
            drawn = prepared[i].episode(rng)
            if drawn is not None:
                found.append(drawn)
                stages.append(int(i))
            if len(found) == batch:
                return found, np.array(stages)
    return found, np.array(stages, dtype=np.intp)


def _clip(params: Params) -> bool:
    """Shorten each net's gradient to `CLIP`; say whether all of them are finite."""
    square = sum(p.grad.reshape(len(p), -1).square().sum(dim=1) for p in params.values() if p.grad is not None)
    norm = torch.as_tensor(square).sqrt()
    if not bool(torch.isfinite(norm).all()):
        return False
    factor = (CLIP / norm.clamp(min=CLIP)).detach()
    for p in params.values():
        if p.grad is not None:
            p.grad.mul_(factor.reshape(-1, *[1] * (p.dim() - 1)))
    return True
