"""The deep kernel is an exact Gaussian process on what its net sees, under experts that the evidence weighs."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Kernel, Matern

from models import Task, make_learner
from models.checks import sisters, take
from models.learners.deep_kernel.experts import NOISES, REACHES, VARIANTS, Experts
from models.learners.deep_kernel.kernel import Lens, covariances
from models.learners.deep_kernel.posterior import Posterior
from models.learners.deep_kernel.weighing import log_density
from models.learners.parts.deep.nets import numbers, stacked
from models.learners.parts.deep.stages import Drawn
from models.learners.parts.deep.training import collate

WIDTH = 4


def _net(seed=3):
    net = make_learner("deep_kernel", seed=seed).net(WIDTH, torch.Generator().manual_seed(seed))
    generator = torch.Generator().manual_seed(seed + 1)
    return {k: v + 0.2 * torch.randn(v.shape, generator=generator) if k[0] != "w" else v for k, v in net.items()}


def _nets(count=1):
    return numbers(stacked([_net(seed) for seed in range(3, 3 + count)]))


def _support(n=9, seed=0):
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(size=(n, WIDTH - 1)), np.sort(rng.uniform(-1, 1, n))])
    return x, x[:, 0] - x[:, 1] + 0.1 * rng.normal(size=n)


def _posterior(nets, x, y):
    return Posterior.conditioned(Lens.of(nets), Experts.of(nets), x, y)


class _Given(Kernel):
    """Rows are places in a fixed covariance, so that scikit-learn does the algebra on our kernel."""

    def __init__(self, table):
        self.table = table

    def __call__(self, a, b=None):
        other = a if b is None else b
        return self.table[np.ix_(a[:, 0].astype(int), other[:, 0].astype(int))]

    def diag(self, a):
        return np.diag(self.table)[a[:, 0].astype(int)]

    def is_stationary(self):
        return False


def test_the_posterior_is_scikit_learns_on_the_same_kernel():
    nets, (x, y), new = _nets(), _support(), _support(5, seed=1)[0]
    lens, experts = Lens.of(nets), Experts.of(nets)
    posterior = _posterior(nets, x, y)
    view = lens.see(np.vstack([x, new]))
    tables = lens.covariance(view, view, experts.variants[:, REACHES], experts.amplitude)
    places = np.arange(len(x) + len(new))[:, None]
    means, squares = posterior.each(new)
    for h, noise in enumerate(experts.noise[:, 0]):
        for v, table in enumerate(tables[:, 0]):
            prior = experts.mean(view)[v, 0]
            gp = GaussianProcessRegressor(_Given(table), alpha=noise, optimizer=None)
            gp.fit(places[:9], y - prior[:9])
            mean, sd = gp.predict(places[9:], return_std=True)
            np.testing.assert_allclose(means[h, v, 0], mean + prior[9:], rtol=1e-6, atol=1e-8)
            np.testing.assert_allclose(squares[h, v, 0] / posterior.square[h, v, 0], sd**2 + noise, rtol=1e-6)


def test_the_smooth_term_is_scikit_learns_matern():
    nets, (x, _) = _nets(), _support()
    lens, experts = Lens.of(nets), Experts.of(nets)
    view, only = lens.see(x), np.array([1.0, 0.0, 0.0, 0.0, 0.0])[None, :, None]
    found = lens.covariance(view, view, experts.variants[:1, REACHES], only)[0, 0]
    bent = np.hstack([view.phi[0] * lens.deep[0], view.plain[0]])
    np.testing.assert_allclose(found, (ConstantKernel(1.0) * Matern(1.0, nu=1.5))(bent), atol=1e-5)


def test_numpy_serves_the_kernel_that_torch_trained():
    net, (x, y), (new, ny) = _net(), _support(), _support(5, seed=1)
    trained = covariances({k: v.double() for k, v in net.items()}, torch.from_numpy(x), torch.from_numpy(new))
    nets = numbers(stacked([net]))
    lens, experts = Lens.of(nets), Experts.of(nets)
    served = lens.covariance(lens.see(new), lens.see(x), experts.variants[:, REACHES], experts.amplitude)[0, 0]
    np.testing.assert_allclose(served, trained.cross.numpy(), rtol=1e-5, atol=1e-6)
    posterior, place = _posterior(nets, x, y), (int(np.flatnonzero(NOISES == 1.0)[0]), 0, 0)
    mean, square = (v[place] for v in posterior.each(new))
    batch = collate([Drawn(x, y, new, ny)])
    loss = make_learner("deep_kernel").loss(net, type(batch)(*(v[0] for v in batch)))
    expected = -log_density(ny - mean, square, posterior.freedom).mean() - 0.5 * np.log(np.pi)
    np.testing.assert_allclose(float(loss), expected, rtol=1e-4)


def test_one_more_label_equals_refitting():
    nets, (x, y) = _nets(), _support(10)
    before, after = _posterior(nets, x[:9], y[:9]), _posterior(nets, x, y)
    means, squares = before.each(x[9:])
    gained = log_density(y[9] - means[..., 0], squares[..., 0], before.freedom)
    moved = np.log(before.weights[0]) + gained
    moved = np.exp(moved - moved.max(axis=(0, 1)))
    np.testing.assert_allclose(after.weights[0], moved / moved.sum(axis=(0, 1)), rtol=1e-6, atol=1e-12)


@given(st.integers(0, 10_000), st.integers(2, 12))
@settings(max_examples=25, deadline=None)
def test_every_kernel_is_symmetric_and_positive(seed, n):
    nets, rng = _nets(2), np.random.default_rng(seed)
    lens, experts = Lens.of(nets), Experts.of(nets)
    view = lens.see(rng.normal(size=(n, WIDTH)) * rng.choice([0.0, 1.0, 6.0], WIDTH))
    k = lens.covariance(view, view, experts.variants[:, REACHES], experts.amplitude)
    np.testing.assert_allclose(k, np.swapaxes(k, 2, 3), rtol=1e-9, atol=1e-9)
    assert np.linalg.eigvalsh(k).min() > -1e-6 * k.max()


def test_the_density_is_that_of_a_t():
    error, square = np.array([0.3, -2.0]), np.array([0.5, 0.7])
    np.testing.assert_allclose(log_density(error, square, 8.0), stats.t.logpdf(error, 8.0, scale=np.sqrt(square)))


def _line(n=30, seed=0, by=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    return x, np.tanh(2 * x[:, by]) + 0.05 * rng.normal(size=n)


@pytest.fixture(scope="module")
def prior():
    tasks = [Task(f"s{i}", "c", list("abc"), *_line(60, i), family="f") for i in range(8)]
    return make_learner("deep_kernel", steps=60, batch=8, folds=2, strangers=False).fit(tasks)


def test_a_stage_that_contradicts_its_sisters_turns_from_what_they_taught(prior):
    (x, y), (new, ny) = _line(30, 90, by=2), _line(200, 91, by=2)
    like = prior.adapt(Task("new", "c", list("abc"), *_line(30, 92), family="f"))
    unlike = prior.adapt(Task("odd", "c", list("abc"), x, y, family="f"))
    error = np.sqrt(np.mean((unlike.predict(new).mean - ny) ** 2))
    assert error < 0.6 * ny.std()
    assert like.respond.settled.learned > 2 * unlike.respond.settled.learned


def test_sisters_help_at_few_labels(prior):
    x, y = _line(3, 93)
    new, ny = _line(200, 94)
    error = np.sqrt(np.mean((prior.adapt(Task("new", "c", list("abc"), x, y, family="f")).predict(new).mean - ny) ** 2))
    assert error < 0.35 * ny.std()


def test_the_prior_of_the_experts_never_heard_the_stages_its_net_is_blind_to(prior):
    shape = (3, 2, len(NOISES), len(VARIANTS))
    log_prior = prior._worlds[0].nets["log_prior"].reshape(shape)
    assert np.isfinite(log_prior).all()
    np.testing.assert_allclose(np.exp(log_prior).sum(axis=(2, 3)), 1.0, rtol=1e-4)


def test_beyond_four_hundred_labels_the_oldest_are_left_out_and_it_is_said(prior):
    x, y = _line(410, 95)
    task = Task("long", "c", list("abc"), x, y, family="f", support_t=np.arange(410.0))
    adapted = prior.adapt(task)
    assert "the 10 oldest labels are left out" in adapted.sentences()[0]
    newest = prior.adapt(Task("long", "c", list("abc"), x[10:], y[10:], family="f", support_t=np.arange(10.0, 410.0)))
    assert np.abs(adapted.predict(x[:20]).mean - newest.predict(x[:20]).mean).max() < 0.1


def test_a_stage_without_labels_gets_what_was_learned():
    tasks = sisters()
    adapted = make_learner("deep_kernel", steps=2, strangers=False).fit(tasks[1:]).adapt(take(tasks[0], []))
    assert np.isfinite(adapted.predict(tasks[0].unlabelled_x).mean).all()
    assert "carry" in " ".join(adapted.sentences())
