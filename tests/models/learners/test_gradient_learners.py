"""What defines each learner that takes gradient steps; and what they all keep."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from models import make_learner
from models.checks import sisters, take
from models.learners import reptile
from models.learners.parts.deep.gradient import judged, last, layers, speaking
from models.learners.parts.deep.nets import forward, numbers, stacked
from models.state import to_bytes
from tests.models.learners.meta_episodes import episodes, one, start

NAMES = ("maml", "fomaml", "anil", "meta_sgd", "imaml", "reptile")
ROOT = Path(__file__).resolve().parents[3]


def _gradient(learner, net, episode):
    names = list(net)
    found = torch.autograd.grad(learner.loss(net, episode), [net[n] for n in names], allow_unused=True)
    return dict(zip(names, found, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_steps_reduce_the_error_on_the_support_and_no_label_moves_nothing(name):
    learner, net = start(name)
    batch = episodes()
    for i in range(3):
        episode = one(batch, i)
        nets = (layers(net), learner.move(net, episode))
        errors = [((forward(n, episode.sx)[:, 0] - episode.sy) ** 2 * episode.sm).sum() for n in nets]
        assert errors[1] < errors[0]
    bare = one(batch, 0)._replace(sm=torch.zeros_like(batch.sm[0]))
    for key, value in learner.move(net, bare).items():
        torch.testing.assert_close(value, net[key])


@pytest.mark.parametrize("name", NAMES)
def test_what_serves_is_what_was_trained(name):
    learner, net = start(name)
    episode = one(episodes(), 0)
    nets = numbers(stacked([net, net]))
    same = {k: torch.tensor(v[0], dtype=torch.float64) for k, v in nets.items()}
    mean, square, freedom = learner.settle(nets, episode.sx[:3].numpy(), episode.sy[:3].numpy())(episode.qx.numpy())
    expected = forward(speaking(same, learner.move(same, episode), episode), episode.qx).detach().numpy()
    np.testing.assert_allclose(mean, [expected[:, 0]] * 2, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(square, np.exp([expected[:, 1]] * 2), rtol=1e-4)
    assert freedom == pytest.approx(2 * (1 + 2.0))


@pytest.mark.parametrize("name", NAMES)
def test_padding_changes_no_loss(name):
    learner, net = start(name)
    alone, padded = one(episodes((3,)), 0), one(episodes((3, 12)), 0)
    torch.testing.assert_close(learner.loss(net, alone), learner.loss(net, padded))


def test_to_first_order_the_start_moves_by_the_gradient_at_the_end():
    learner, net = start("fomaml")
    episode = one(episodes(), 2)
    end = {k: v.detach().requires_grad_(True) for k, v in learner.move(net, episode).items()}
    mine = layers(net)
    both = torch.autograd.grad(judged(net, end, episode), [*end.values(), *mine.values()])
    found = _gradient(learner, net, episode)
    for i, name in enumerate(mine):
        torch.testing.assert_close(found[name], both[i] + both[i + len(end)])


def test_first_order_says_what_maml_says_but_learns_otherwise():
    (full, net), (first, other) = start("maml"), start("fomaml")
    episode = one(episodes(), 2)
    torch.testing.assert_close(full.loss(net, episode), first.loss(other, episode))
    exact, rough = _gradient(full, net, episode), _gradient(first, other, episode)
    apart = (exact["w0"] - rough["w0"]).norm() / exact["w0"].norm()
    assert apart > 0.05


def test_anil_leaves_the_body_alone_but_learns_it():
    learner, net = start("anil")
    episode = one(episodes(), 2)
    moved = learner.move(net, episode)
    top = last(moved)
    for name in moved:
        assert (moved[name] is net[name]) == (int(name[1:]) < top)
    assert not torch.equal(moved[f"w{top}"], net[f"w{top}"])
    assert _gradient(learner, net, episode)["w0"].abs().max() > 0


def test_meta_sgd_learns_a_step_size_for_every_parameter():
    prior = make_learner("meta_sgd", steps=100, strangers=False).fit(sisters()[1:])
    nets = prior._worlds[0].nets
    for name in ("w0", "b0", "w1", "w2"):
        rates = nets[f"rate_{name}"]
        assert rates.shape == nets[name].shape
        assert np.abs(rates - 0.1).max() > 1e-2
        assert rates.std() > 1e-3


def test_reptile_moves_the_start_by_the_mean_way_of_the_tasks():
    learner, net = start("reptile")
    batch = episodes()
    torch.func.vmap(learner.loss, in_dims=(None, 0))(net, batch).mean().backward()
    ways = []
    for i in range(3):
        episode = one(batch, i)
        real = torch.cat([episode.sm, episode.qm]) > 0
        x, y = torch.cat([episode.sx, episode.qx])[real], torch.cat([episode.sy, episode.qy])[real]
        moved = {k: v.detach().requires_grad_(True) for k, v in layers(net).items()}
        for _ in range(reptile.STEPS):
            error = 0.5 * ((forward(moved, x)[:, 0] - y) ** 2).sum() / (len(y) + 2.0)
            slopes = torch.autograd.grad(error, list(moved.values()))
            shorter = 2.0 / max(torch.sqrt(sum((s**2).sum() for s in slopes)).item(), 2.0)
            pairs = zip(moved.items(), slopes, strict=True)
            moved = {k: (v - reptile.RATE * shorter * s).detach().requires_grad_(True) for (k, v), s in pairs}
        ways.append({k: moved[k] - net[k] for k in moved})
    for name in layers(net):
        mean = torch.stack([way[name] for way in ways]).mean(dim=0)
        torch.testing.assert_close(-net[name].grad, mean)


@pytest.mark.slow
def test_predictions_are_identical_in_a_fresh_process(tmp_path):
    tasks = sisters()
    task, here = take(tasks[0], range(7)), []
    for name in NAMES:
        prior = make_learner(name, steps=2, strangers=False).fit(tasks[1:])
        (tmp_path / name).write_bytes(to_bytes(prior.state()))
        p = prior.adapt(task).predict(task.unlabelled_x)
        here.append([p.mean, p.lower, p.upper])
    code = (
        "import sys, numpy as np\nfrom models import load_learner\nfrom models.checks import sisters, take\n"
        "from models.state import from_bytes\ntask, out = take(sisters()[0], range(7)), []\n"
        f"for name in {NAMES}:\n"
        "    prior = load_learner(from_bytes(open(f'{sys.argv[1]}/{name}', 'rb').read()))\n"
        "    p = prior.adapt(task).predict(task.unlabelled_x)\n    out.append([p.mean, p.lower, p.upper])\n"
        "np.save(sys.argv[1] + '/out.npy', np.array(out))\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=env)
    for name, mine, other in zip(NAMES, here, np.load(tmp_path / "out.npy"), strict=True):
        np.testing.assert_array_equal(mine, other, err_msg=name)
