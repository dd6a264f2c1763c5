"""iMAML: the inner problem is solved, and the implicit gradient is that of its solution."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from models import Task, make_learner
from models.checks import COLUMNS, sisters
from models.learners import imaml
from models.learners.imaml import implicit
from models.learners.parts.deep.gradient import layers
from models.learners.parts.deep.nets import forward
from models.learners.parts.deep.proximal import Plane, misfit, nearest
from tests.models.learners.meta_episodes import episodes, one, start


def _flat(seed=0, width=4):
    """A net without a hidden layer, whose inner problem is quadratic, and its holds."""
    rng = np.random.default_rng(seed)
    net = {"w0": torch.tensor(rng.normal(size=(width, 1))), "b0": torch.tensor(rng.normal(size=1))}
    hold = {"w0": torch.tensor(2.0).double(), "b0": torch.tensor(0.5).double()}
    return [{k: v.requires_grad_(True) for k, v in part.items()} for part in (net, hold)]


def _outer(episode):
    return lambda phi: ((forward(phi, episode.qx)[:, 0] - episode.qy) ** 2 * episode.qm).sum()


def _ridge(net, hold, episode):
    """The exact solution: ridge regression towards the start (Hoerl & Kennard 1970)."""
    real = episode.sm > 0
    x = torch.cat([episode.sx[real], torch.ones_like(episode.sy[real])[:, None]], dim=1)
    theta = torch.cat([net["w0"][:, 0], net["b0"]])
    held = torch.cat([hold["w0"].expand(len(net["w0"])), hold["b0"][None]])
    moved = theta + torch.linalg.solve(x.T @ x + torch.diag(held), x.T @ (episode.sy[real] - x @ theta))
    return {"w0": moved[:-1, None], "b0": moved[-1:]}


def _unrolled(net, hold, episode, steps=1500, rate=0.01):
    """Plain gradient steps from the start, all of them differentiated through."""
    phi = net
    for _ in range(steps):
        error = misfit(phi, episode) + 0.5 * sum((hold[k] * (phi[k] - net[k]) ** 2).sum() for k in net)
        slopes = torch.autograd.grad(error, list(phi.values()), create_graph=True)
        phi = {k: phi[k] - rate * s for k, s in zip(phi, slopes, strict=True)}
    return phi


def _gradients(value, *parts):
    return torch.autograd.grad(value, [v for part in parts for v in part.values()])


@pytest.mark.parametrize(("way", "tolerance"), [(_ridge, 1e-8), (_unrolled, 1e-3)])
def test_on_a_quadratic_the_implicit_gradient_is_the_exact_one(way, tolerance):
    net, hold = _flat()
    episode = one(episodes(), 1)
    outer = _outer(episode)
    exact = _gradients(outer(way(net, hold, episode)), net, hold)
    there = {k: v.detach() for k, v in nearest(net, hold, episode, 1).items()}
    found = _gradients(implicit(outer, net, there, hold, episode), net, hold)
    for mine, other in zip(found, exact, strict=True):
        torch.testing.assert_close(mine, other, rtol=tolerance, atol=tolerance)


def test_the_solution_on_a_quadratic_is_ridge_regression():
    net, hold = _flat()
    episode = one(episodes(), 0)
    for name, value in nearest(net, hold, episode, 1).items():
        torch.testing.assert_close(value, _ridge(net, hold, episode)[name])


@pytest.mark.parametrize(
    "names",
    [("w0", "log_hold_w1", "clues"), pytest.param(("b1", "w2", "log_hold_b2", "spread"), marks=pytest.mark.slow)],
)
def test_on_a_curved_problem_the_implicit_gradient_is_that_of_finite_differences(monkeypatch, names):
    monkeypatch.setattr(imaml, "SOLVES", 60)
    monkeypatch.setattr(imaml, "CONJUGATE", 60)
    learner, net = start("imaml")
    episode = one(episodes(), 1)
    learner.loss(net, episode).backward()
    for name in names:
        value = net[name]
        place = int(value.grad.abs().reshape(-1).argmax())
        ends = []
        for shift in (1e-4, -1e-4):
            moved = value.detach().reshape(-1).clone()
            moved[place] += shift
            ends.append(learner.loss(net | {name: moved.reshape(value.shape)}, episode).item())
        assert (ends[0] - ends[1]) / 2e-4 == pytest.approx(value.grad.reshape(-1)[place].item(), rel=2e-3), name


def test_the_objective_never_rises_and_no_label_moves_nothing():
    _, net = start("imaml")
    batch = episodes((3, 7, 40), seed=2)
    net = layers(net)
    for hold in (8.0, 0.05):
        held = {k: torch.tensor(hold).double() for k in net}
        for i in range(3):
            episode = one(batch, i)
            heights = []
            for solves in range(5):
                phi = nearest(net, held, episode, solves)
                way = sum((hold * (phi[k] - net[k]) ** 2).sum() for k in net)
                heights.append((misfit(phi, episode) + 0.5 * way).item())
            assert all(b <= a + 1e-9 for a, b in pairwise(heights))
            assert heights[-1] < heights[0]
    bare = one(batch, 0)._replace(sm=torch.zeros_like(batch.sm[0]))
    for name, value in nearest(net, held, bare, 2).items():
        torch.testing.assert_close(value, net[name])


def test_the_plane_is_the_derivative_of_the_net():
    _, net = start("imaml")
    net = {k: v.detach() for k, v in layers(net).items()}
    episode = one(episodes(), 1)._replace(sm=one(episodes((7,)), 0).sm.new_ones(12))
    hold = {k: torch.tensor(0.5 + i).double() for i, k in enumerate(net)}
    plane = Plane.at(net, hold, episode)
    rows = torch.func.jacrev(lambda p: forward(p, episode.sx)[:, 0])(net)
    flat = torch.cat([rows[k].reshape(12, -1) for k in net], dim=1)
    held = torch.cat([hold[k].expand(net[k].numel()) for k in net])
    torch.testing.assert_close(plane.gram(), flat / held @ flat.T)
    torch.testing.assert_close(plane.forth(net), flat @ torch.cat([v.reshape(-1) for v in net.values()]))
    exact = torch.linalg.solve(flat.T @ flat + torch.diag(held), torch.cat([v.reshape(-1) for v in net.values()]))
    torch.testing.assert_close(torch.cat([v.reshape(-1) for v in plane.divided(net).values()]), exact)


def test_beyond_four_hundred_labels_the_oldest_are_left_out_and_it_is_said():
    """The inner problem is solved among the labels, which costs their number cubed."""
    prior = make_learner("imaml", steps=2, strangers=False).fit(sisters()[1:])
    x, t = np.random.default_rng(3).normal(size=(410, len(COLUMNS))), np.arange(410.0)
    long, newest = (
        prior.adapt(Task("long", "thickness", COLUMNS, x[at:], x[at:, 0], family="mill", support_t=t[at:]))
        for at in (0, 10)
    )
    assert "the 10 oldest labels are left out" in long.sentences()[0]
    assert np.abs(long.predict(x[:20]).mean - newest.predict(x[:20]).mean).max() < 0.1
