"""The policy: a gated recurrent unit over what was measured, and a score for every candidate."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from models.learners.parts.deep.nets import Params, forward, perceptron
from models.learners.rl2.bout import SIGNS

HIDDEN = 12
READ = SIGNS + 3
GREED = (8.0, 4.0)
RULES = (1, 7)


def unpractised(generator: torch.Generator) -> Params:
    """Draw a policy that starts as a greedy rule: the expected fall of the variance, squared, times what is covered."""
    score = perceptron([SIGNS + HIDDEN, 16, 1], generator)
    score["w1"] = torch.zeros_like(score["w1"])
    memory = {
        "gate_in": torch.randn((READ, 3 * HIDDEN), generator=generator) / READ**0.5,
        "gate_state": torch.randn((HIDDEN, 3 * HIDDEN), generator=generator) / HIDDEN**0.5,
        "gate_bias": torch.zeros(3 * HIDDEN),
    }
    return score | memory | {"greed": torch.tensor(GREED)}


def remember(params: Mapping[str, Tensor], state: Tensor, read: Tensor) -> Tensor:
    """Return the state (B, h) of a gated recurrent unit after reading (B, `READ`) (Cho et al. 2014, eq. 5 to 8)."""
    reset, update, new = (read @ params["gate_in"] + params["gate_bias"]).chunk(3, dim=1)
    kept, moved, former = (state @ params["gate_state"]).chunk(3, dim=1)
    update = torch.sigmoid(update + moved)
    candidate = torch.tanh(new + torch.sigmoid(reset + kept) * former)
    return update * state + (1.0 - update) * candidate


def scores(params: Mapping[str, Tensor], signs: Tensor, state: Tensor, free: Tensor) -> Tensor:
    """Return the score of every candidate, shape (B, p); minus infinity where it cannot be measured."""
    seen = torch.cat([signs, state[:, None].expand(-1, signs.shape[1], -1)], dim=2)
    learned = forward(params, seen)[..., 0]
    return ((signs[..., RULES] * params["greed"]).sum(dim=-1) + learned).masked_fill(free == 0, -torch.inf)
