"""The policy that learned what to measure: its surrogate is exact, it starts greedy, practice pays, history counts."""

import numpy as np
import pytest
import torch
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, DotProduct, Matern

from models import Task, make_learner
from models.errors import TaskError
from models.labels import policy_named, queue
from models.labels.information import fall
from models.learners.parts.deep.nets import numbers, stacked
from models.learners.parts.deep.stages import Drawn
from models.learners.parts.deep.training import collate
from models.learners.parts.together import Joint
from models.learners.rl2.bout import Bout
from models.learners.rl2.learner import _played
from models.learners.rl2.policy import HIDDEN, READ, remember, unpractised
from models.learners.rl2.surrogate import Kernel, Surrogate, lost

WIDTH = 4


def _nets():
    net = make_learner("rl2").net(WIDTH, torch.Generator().manual_seed(1))
    net["log_reach"] = torch.tensor([0.8, -0.5, -2.0, 0.0])
    return net, numbers(stacked([net]))


def _units(n, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, WIDTH))
    return x, np.sin(x[:, 0]) + 0.1 * rng.normal(size=n)


def test_the_surrogate_is_scikit_learns():
    _, nets = _nets()
    (x, y), new = _units(12), _units(5, 1)[0]
    kernel, found = Kernel.of(nets), Surrogate.of(nets, x, y)
    a, b, c = kernel.amplitude[:, 0, 0, 0]
    theirs = ConstantKernel(a) * Matern(1.0, nu=1.5) + ConstantKernel(b) * DotProduct(1e-6, "fixed") + ConstantKernel(c)
    gp = GaussianProcessRegressor(theirs, alpha=kernel.noise[0], optimizer=None).fit(x * kernel.reach[0], y)
    mean, sd = gp.predict(new * kernel.reach[0], return_std=True)
    np.testing.assert_allclose(found(new)[0][0], mean, rtol=1e-7)
    np.testing.assert_allclose(found(new)[1][0] / found.square[0], sd**2 + kernel.noise[0], rtol=1e-7)


def test_what_training_minimises_is_the_density_that_numpy_serves():
    net, nets = _nets()
    (x, y), (new, ny) = _units(12), _units(5, 1)
    batch = collate([Drawn(x, y, new, ny), Drawn(*_units(20, 2), *_units(9, 3))])
    mean, square, freedom = Surrogate.of(nets, x, y)(new)
    t = torch.distributions.StudentT(freedom, torch.from_numpy(mean[0]), torch.from_numpy(np.sqrt(square[0])))
    expected = -float(t.log_prob(torch.from_numpy(ny)).mean()) - 0.5 * np.log(np.pi)
    np.testing.assert_allclose(float(lost(net, type(batch)(*(v[0] for v in batch)))), expected, rtol=1e-4)


def _bout(nets, x, p):
    kernel = Kernel.of(nets)
    one = torch.ones((1, len(x)), dtype=torch.float64)
    tensors = (torch.from_numpy(v) for v in (kernel.between(x, x[:p]), kernel.own(x), kernel.noise))
    return Bout.of(*tensors, one[:, :p], one[:, p:])


def test_label_after_label_is_the_same_as_all_at_once():
    _, nets = _nets()
    x, y = _units(15)
    bout = _bout(nets, x, 8)
    for i in (3, 0, 6):
        bout.measure(torch.tensor([i]), torch.tensor([y[i]]))
    at_once = Surrogate.of(nets, x[[3, 0, 6]], y[[3, 0, 6]])
    mean, square, _ = at_once(x)
    np.testing.assert_allclose(bout.mean[0].numpy(), mean[0], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(
        bout.variance[0].numpy() + bout.noise[0].item(), square[0] / at_once.square[0], rtol=1e-8
    )


def test_the_expected_fall_is_that_of_the_queue_and_before_practice_it_decides():
    _, nets = _nets()
    x, _ = _units(40)
    kernel = Kernel.of(nets)
    every = np.vstack([x[12:], x[:12]])
    together = Joint(
        kernel.between(every, x[:12])[0], kernel.own(every)[0], np.zeros(12), float(kernel.noise[0]), every, every[:0]
    )
    nets["policy/greed"][:, 1] = 0.0
    found = _played(nets, x, np.zeros(0), given=0, candidates=12, batch=6)
    assert found.tolist() == fall(together, 6, aim="variance").places.tolist()


def _family(count, rows, seed):
    """Stages where one parameter of six decides, by a bend that only units far out show."""
    rng, out = np.random.default_rng(seed), []
    for i in range(count):
        x = rng.normal(size=(rows, 6))
        turn = rng.normal()
        y = np.where(x[:, 0] > 0, (2 + turn) * x[:, 0], -0.2 * x[:, 0]) + 0.05 * rng.normal(size=rows)
        out.append(Task(f"s{seed}-{i}", "c", list("abcdef"), x, y, family="f"))
    return out


@pytest.fixture(scope="module")
def practised():
    settings = {"steps": 100, "folds": 2, "strangers": False, "practice": 25}
    return make_learner("rl2", **settings).fit(_family(8, 60, 0))


def _error(prior, stage, rows, new, truth):
    task = Task(stage.stage, "c", stage.columns, stage.support_x[rows], stage.support_y[rows], family="f")
    return float(np.sqrt(np.mean((prior.adapt(task).predict(new).mean - truth) ** 2)) / truth.std())


def test_where_one_parameter_matters_the_policy_beats_chance(practised):
    chosen, chance = [], []
    for seed in range(1, 7):
        (stage,), new = _family(1, 80, seed), np.random.default_rng(seed + 100).normal(size=(300, 6))
        blank = Task("new", "c", stage.columns, np.zeros((0, 6)), [], unlabelled_x=stage.support_x, family="f")
        truth = _truth(stage, new)
        chosen.append(_error(practised, stage, practised.policy(blank, batch=6), new, truth))
        rng = np.random.default_rng(seed)
        draws = [rng.permutation(80)[:6] for _ in range(5)]
        chance.append(np.mean([_error(practised, stage, rows, new, truth) for rows in draws]))
    assert np.mean(chosen) < 0.9 * np.mean(chance)


def _truth(stage, x):
    """Values of the stage's relation, which its own units give away: slopes on either side of 0."""
    own, y = stage.support_x[:, 0], stage.support_y
    slopes = [(own[s] @ y[s]) / (own[s] @ own[s]) for s in (own > 0, own <= 0)]
    return np.where(x[:, 0] > 0, slopes[0], slopes[1]) * x[:, 0]


def test_the_policy_is_deterministic_and_forgets_how_candidates_were_ordered(practised):
    (stage,) = _family(1, 50, 9)
    task = Task("new", "c", stage.columns, stage.support_x[:4], stage.support_y[:4], stage.support_x[4:], family="f")
    first = practised.policy(task, range(46), 5)
    assert len(set(first.tolist())) == 5
    assert first.tolist() == practised.policy(task, range(46), 5).tolist()
    shuffled = practised.policy(task, np.random.default_rng(0).permutation(46), 5)
    assert first.tolist() == shuffled.tolist()
    assert not set(practised.policy(task, range(46), 5, given=first[:2].tolist())) & set(first[:2].tolist())


def test_the_hidden_state_depends_on_the_history():
    params = unpractised(torch.Generator().manual_seed(0))
    one, two = torch.randn((2, 1, READ), generator=torch.Generator().manual_seed(1))
    none = torch.zeros((1, HIDDEN))
    forth, back = (remember(params, remember(params, none, a), b) for a, b in ((one, two), (two, one)))
    assert (forth - back).abs().max() > 1e-3


def test_labels_change_what_is_measured_next():
    _, nets = _nets()
    nets["policy/w1"] = np.random.default_rng(0).normal(size=nets["policy/w1"].shape).astype(np.float32) * 9
    x, y = _units(60)
    orders = [_played(nets, x, sign * y[:6], given=2, candidates=30, batch=8).tolist() for sign in (1.0, -3.0)]
    assert orders[0] != orders[1]


def test_the_queue_asks_the_policy_and_a_learner_without_one_is_refused(practised):
    (stage,) = _family(1, 30, 9)
    task = Task("new", "c", stage.columns, stage.support_x[:3], stage.support_y[:3], stage.support_x[3:], family="f")
    picks = queue(practised, task, range(27), 4, np.random.default_rng(0), policy=policy_named("rl2"), share=0.25)
    assert sum(pick.by_lot for pick in picks) == 1
    with pytest.raises(TaskError, match="has not learned what to measure"):
        policy_named("rl2")(make_learner("ridge"), task, range(27), 4, np.random.default_rng(0))


def test_for_a_stranger_there_is_no_policy(practised):
    task = Task("odd", "w", ["q"], np.zeros((0, 1)), [], unlabelled_x=np.arange(5.0)[:, None])
    assert practised.policy(task, [3, 1, 2], 2).tolist() == [1, 2]
