"""MAML: the gradient through the steps is the true one, and one pass over all tasks equals a loop over them."""

import pytest
import torch

from models.bench.looping import loop
from models.learners.parts.deep.gradient import descend
from tests.models.learners.meta_episodes import episodes, one, start


def test_the_gradient_through_the_steps_is_that_of_finite_differences():
    learner, net = start("maml")
    episode = one(episodes(), 1)
    learner.loss(net, episode).backward()
    for name, value in net.items():
        flat = value.detach().reshape(-1)
        place = int(value.grad.abs().reshape(-1).argmax())
        ends = []
        for shift in (1e-6, -1e-6):
            moved = flat.clone()
            moved[place] += shift
            with torch.no_grad():
                ends.append(learner.loss(net | {name: moved.reshape(value.shape)}, episode).item())
        slope = (ends[0] - ends[1]) / 2e-6
        assert slope == pytest.approx(value.grad.reshape(-1)[place].item(), rel=1e-5, abs=1e-9), name


def test_all_tasks_at_once_equal_the_loop_over_tasks():
    learner, net = start("maml")
    batch = episodes()
    nets = {
        name: torch.stack([value.detach(), 1.1 * value.detach()]).requires_grad_(True) for name, value in net.items()
    }
    looped = torch.autograd.grad(loop(nets, batch), list(nets.values()))
    every = torch.func.vmap(torch.func.vmap(learner.loss, in_dims=(None, 0)), in_dims=(0, None))
    found = torch.autograd.grad(every(nets, batch).sum(), list(nets.values()))
    for name, mine, other in zip(nets, found, looped, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-8, msg=name)


def test_a_gradient_without_bounds_is_shortened():
    net = {"w0": torch.ones(1, 1), "b0": torch.zeros(1)}
    rates = {"w0": torch.tensor(1.0), "b0": torch.tensor(1.0)}
    moved = descend(net, lambda p: 1e6 * p["w0"].sum(), [rates])
    assert moved["w0"].item() == pytest.approx(-1.0)
