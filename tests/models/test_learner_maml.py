"""MAML: the gradient through the steps is the true one, and one pass over all tasks equals a loop over them."""

import numpy as np
import pytest
import torch

from models import make_learner
from models.learners.parts.deep.gradient import descend, layers, speaking
from models.learners.parts.deep.nets import forward, numbers, stacked
from models.learners.parts.deep.stages import Drawn
from models.learners.parts.deep.training import Episode, collate


def episodes(sizes=(3, 7, 12), width=4, seed=0):
    """A batch of padded episodes of a bent function with an offset a stage, in double precision."""
    rng, drawn = np.random.default_rng(seed), []
    for size in sizes:
        x, offset = rng.normal(size=(size + 9, width)), rng.normal()
        y = np.sin(x[:, 0]) + 0.5 * x[:, 1] + offset
        drawn.append(Drawn(x[:size], y[:size], x[size:], y[size:]))
    return Episode(*(v.double() for v in collate(drawn)))


def one(batch, i):
    return Episode(*(v[i] for v in batch))


def start(name, width=4, seed=1, **settings):
    learner = make_learner(name, width=6, **settings)
    net = learner.net(width, torch.Generator().manual_seed(seed))
    return learner, {k: v.double().requires_grad_(True) for k, v in net.items()}


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


def _loop(net, batch, steps=5):
    """What a textbook does: task by task and step by step, gradients by `torch.autograd.grad` (Finn 2017, alg. 2)."""
    losses = []
    for i in range(len(batch.sy)):
        episode = one(batch, i)
        real = episode.sm > 0
        x, y = episode.sx[real], episode.sy[real]
        moved = layers(net)
        for k in range(steps):
            error = forward(moved, x)[:, 0] - y
            support = 0.5 * (error**2).sum() / (len(y) + net["log_caution"].exp())
            slopes = torch.autograd.grad(support, list(moved.values()), create_graph=True)
            norm = torch.sqrt(sum((s**2).sum() for s in slopes))
            scale = 2.0 / torch.clamp(norm, min=2.0)
            rates = [net[f"log_rate_{name}"][k].exp() for name in moved]
            moved = {name: moved[name] - r * scale * s for name, r, s in zip(moved, rates, slopes, strict=True)}
        mean, log_square = forward(speaking(net, moved, episode), episode.qx).unbind(1)
        a = 1 + net["log_a"].exp()
        scaled = torch.distributions.StudentT(2 * a, mean, (log_square / 2).exp())
        losses.append(-(scaled.log_prob(episode.qy) + 0.5 * np.log(np.pi))[episode.qm > 0].mean())
    return torch.stack(losses).mean()


def test_all_tasks_at_once_equal_the_loop_over_tasks():
    learner, net = start("maml")
    batch = episodes()
    _loop(net, batch).backward()
    looped = {name: value.grad.clone() for name, value in net.items()}
    for value in net.values():
        value.grad = None
    torch.func.vmap(learner.loss, in_dims=(None, 0))(net, batch).mean().backward()
    for name, value in net.items():
        torch.testing.assert_close(value.grad, looped[name], rtol=1e-5, atol=1e-8, msg=name)


def test_steps_reduce_the_error_on_the_support_and_no_label_moves_nothing():
    learner, net = start("maml")
    batch = episodes()
    for i in range(3):
        episode = one(batch, i)
        moved = learner.move(net, episode)
        errors = [((forward(n, episode.sx)[:, 0] - episode.sy) ** 2 * episode.sm).sum() for n in (layers(net), moved)]
        assert errors[1] < errors[0]
    bare = one(batch, 0)._replace(sm=torch.zeros_like(one(batch, 0).sm))
    for name, value in learner.move(net, bare).items():
        torch.testing.assert_close(value, net[name])


def test_what_serves_is_what_was_trained():
    learner, net = start("maml")
    episode = one(episodes(), 0)
    nets = numbers(stacked([net, net]))
    same = {k: torch.tensor(v[0], dtype=torch.float64) for k, v in nets.items()}
    served = learner.settle(nets, episode.sx[:3].numpy(), episode.sy[:3].numpy())
    mean, square, freedom = served(episode.qx.numpy())
    expected = forward(speaking(same, learner.move(same, episode), episode), episode.qx).detach().numpy()
    np.testing.assert_allclose(mean, [expected[:, 0]] * 2, rtol=1e-8)
    np.testing.assert_allclose(square, np.exp([expected[:, 1]] * 2), rtol=1e-8)
    assert freedom == pytest.approx(2 * (1 + 2.0))


def test_a_gradient_without_bounds_is_shortened():
    net = {"w0": torch.ones(1, 1), "b0": torch.zeros(1)}
    rates = {"w0": torch.tensor(1.0), "b0": torch.tensor(1.0)}
    moved = descend(net, lambda p: 1e6 * p["w0"].sum(), [rates])
    assert moved["w0"].item() == pytest.approx(-1.0)
