r"""Practice: stages of the training are measured over and over, and what lowered the error is done more often.

REINFORCE (Williams 1992, eq. 11) on the drop of the error a label, with the mean of several walks of the same stage as
the baseline (Kool, van Hoof & Welling 2019, sec. 4):

.. math:: \nabla J = E \sum_t (G_t - \bar G_t) \nabla \log \pi(c_t \mid h_t), \quad G_t = \sum_{s > t} (e_{s-1} - e_s)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from models.learners.parts.deep.ensemble import Examined
from models.learners.parts.deep.nets import Params
from models.learners.parts.deep.stages import FEWEST_STRANGE, Prepared
from models.learners.parts.deep.world import Arrays
from models.learners.parts.draws import draw
from models.learners.rl2.bout import Bout
from models.learners.rl2.policy import HIDDEN, remember, scores
from models.learners.rl2.surrogate import Kernel

POOL = 40
UNITS = 40
LABELS = 10
STAGES = 4
WALKS = 8
RATE = 1e-2
CLIP = 1.0


class Scene(NamedTuple):
    """One stage to practise on: covariances (p + q, p), variances (p + q,), noise, labels (p + q,), real (p + q,)."""

    covariance: Tensor
    variance: Tensor
    noise: Tensor
    labels: Tensor
    real: Tensor


def practise(policy: Params, nets: Arrays, examined: Examined, rounds: int, rng: np.random.Generator) -> Params:
    """Return the policy after `rounds` of practice; each stage is seen through the net that is blind to it."""
    params = {name: value.clone().requires_grad_(True) for name, value in policy.items()}
    optimizer = torch.optim.Adam(list(params.values()), lr=RATE)
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    for _ in range(rounds):
        found = [scene(*examined[int(i)], nets, rng) for i in rng.permutation(len(examined))[:STAGES]]
        scenes = [s for s in found if s is not None]
        if not scenes:
            continue
        batch = Scene(*(torch.stack(parts).repeat_interleave(WALKS, dim=0) for parts in zip(*scenes, strict=True)))
        chance, gain = walk(params, batch, by_chance(generator))
        ahead = gain.flip(1).cumsum(dim=1).flip(1).reshape(len(scenes), WALKS, -1)
        better = (ahead - ahead.mean(dim=1, keepdim=True)).reshape(gain.shape)
        optimizer.zero_grad()
        (-(better / better.std().clamp(min=1e-6) * chance).mean()).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(list(params.values()), CLIP)
        optimizer.step()
    return {name: value.detach() for name, value in params.items()}


def scene(prepared: Prepared, place: int, nets: Arrays, rng: np.random.Generator) -> Scene | None:
    """Divide a stage into candidates and units by which the error is counted; None where it has too few labels."""
    size = min(POOL, len(prepared.task.support_y) - 10)
    found = draw(prepared.task, 0, size, rng) if size >= max(FEWEST_STRANGE, 2) else None
    if found is None:
        return None
    drawn = prepared.drawn(*found, whole=True, rng=rng)
    x, p, q = np.vstack([drawn.sx, drawn.qx]), len(drawn.sy), len(drawn.qy)
    kernel = Kernel.of({name: value[place : place + 1] for name, value in nets.items() if "/" not in name})
    places = np.concatenate([np.arange(p), POOL + np.arange(q)])
    covariance, rest = np.zeros((POOL + UNITS, POOL)), np.zeros((3, POOL + UNITS))
    covariance[np.ix_(places, np.arange(p))] = kernel.between(x, drawn.sx)[0]
    rest[:, places] = kernel.own(x)[0], np.concatenate([drawn.sy, drawn.qy]), np.ones(p + q)
    variance, labels, real = torch.from_numpy(rest).float()
    noise = torch.tensor(kernel.noise[0], dtype=torch.float32)
    return Scene(torch.from_numpy(covariance).float(), variance, noise, labels, real)


Choose = Callable[[Tensor], Tensor]


def by_chance(generator: torch.Generator) -> Choose:
    """Return a choice among candidates with probabilities by their scores."""
    return lambda found: torch.multinomial(torch.softmax(found.detach(), dim=1), 1, generator=generator)[:, 0]


def walk(params: Mapping[str, Tensor], batch: Scene, choose: Choose, labels: int = LABELS) -> tuple[Tensor, Tensor]:
    """Measure `labels` units a stage; return the log probability of each choice and the drop of the error, (B, T)."""
    real, units = batch.real[:, :POOL], batch.real[:, POOL:]
    bout = Bout.of(batch.covariance, batch.variance, batch.noise, real, units)
    state = torch.zeros((len(real), HIDDEN))
    before, chances, gains = _error(bout, batch), [], []
    for _ in range(min(labels, int(real.sum(dim=1).min()))):
        signs = bout.signs()
        found = scores(params, signs, state, bout.free)
        chosen = choose(found)
        chances.append(torch.log_softmax(found, dim=1).gather(1, chosen[:, None])[:, 0])
        label = batch.labels.gather(1, chosen[:, None])[:, 0]
        state = seen(params, bout, state, signs=signs, chosen=chosen, label=label)
        now = _error(bout, batch)
        gains.append(before - now)
        before = now
    return torch.stack(chances, dim=1), torch.stack(gains, dim=1)


def seen(
    params: Mapping[str, Tensor], bout: Bout, state: Tensor, *, signs: Tensor, chosen: Tensor, label: Tensor
) -> Tensor:
    """Measure `chosen` and return the hidden state after reading how they looked and what came of it, (B, h)."""
    looked = signs[torch.arange(len(chosen)), chosen]
    surprise = bout.measure(chosen, label)
    read = torch.cat([looked, label[:, None], surprise[:, None], bout.left()[:, None]], dim=1)
    return remember(params, state, read)


def _error(bout: Bout, batch: Scene) -> Tensor:
    """Return the root mean squared error on the units, in their standard deviations, shape (B,)."""
    real, labels = batch.real[:, POOL:], batch.labels[:, POOL:]
    count = real.sum(dim=1).clamp(min=1.0)
    centre = (labels * real).sum(dim=1, keepdim=True) / count[:, None]
    spread = (((labels - centre) * real).square().sum(dim=1) / count).sqrt().clamp(min=1e-3)
    missed = ((labels - bout.mean[:, POOL:]) * real).square().sum(dim=1) / count
    return missed.sqrt() / spread
