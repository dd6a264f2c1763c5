"""The Bayesian head equals the exact posterior, and one more label equals refitting."""

import numpy as np
import torch
from scipy import stats

from models import make_learner
from models.learners.parts.deep.head import features, surprise
from models.learners.parts.deep.nets import Stack, numbers, stacked


def _learner_and_nets(width=3):
    learner = make_learner("bayes_head", seed=3)
    net = learner.net(width, torch.Generator().manual_seed(3))
    net["centre"] = torch.randn(25, generator=torch.Generator().manual_seed(4)) * 0.3
    return learner, numbers(stacked([net]))


def _support(n=7, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    return x, x @ [1.0, -1.0, 0.5] + 0.1 * rng.normal(size=n)


def _exact(nets, x, y, new):
    """The predictive t of labels at `new` by conditioning the joint normal-inverse-gamma prior (Gelman 2013, 14.2)."""
    body = Stack.of(nets)
    phi, star = features(body(x))[0], features(body(new))[0]
    precision, centre = np.exp(nets["log_precision"][0].astype(float)), nets["centre"][0].astype(float)
    cov = np.eye(len(y)) + phi @ np.diag(1 / precision) @ phi.T
    cross = star @ np.diag(1 / precision) @ phi.T
    residual = y - phi @ centre
    mean = star @ centre + cross @ np.linalg.solve(cov, residual)
    within = 1 + (star @ np.diag(1 / precision) * star).sum(1) - (cross @ np.linalg.inv(cov) * cross).sum(1)
    a = np.exp(nets["log_a"][0].astype(float)) + 1 + len(y) / 2
    b = np.exp(nets["log_b"][0].astype(float)) + 0.5 * residual @ np.linalg.solve(cov, residual)
    return mean, b / a * within, 2 * a


def test_the_head_is_the_exact_posterior():
    learner, nets = _learner_and_nets()
    x, y = _support()
    new = np.random.default_rng(1).normal(size=(5, 3))
    mean, square, freedom = learner.settle(nets, x, y)(new)
    exact = _exact(nets, x, y, new)
    np.testing.assert_allclose(mean[0], exact[0], rtol=1e-9)
    np.testing.assert_allclose(square[0], exact[1], rtol=1e-8)
    np.testing.assert_allclose(freedom, exact[2], rtol=1e-12)


def test_one_more_label_equals_refitting():
    learner, nets = _learner_and_nets()
    x, y = _support(8)
    first = learner.settle(nets, x[:7], y[:7])
    mean, _, freedom = first(x[7:])
    phi = features(first.body(x[7:]))[0, 0]
    covariance = first.root[0].T @ first.root[0]
    gain = covariance @ phi / (1 + phi @ covariance @ phi)
    weight = first.weight[0] + gain * (y[7] - mean[0, 0])
    b = first.variance[0] * first.freedom[0] / 2 + 0.5 * (y[7] - mean[0, 0]) ** 2 / (1 + phi @ covariance @ phi)
    refit = learner.settle(nets, x, y)
    np.testing.assert_allclose(refit.weight[0], weight, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(refit.variance[0], b / (freedom / 2 + 0.5), rtol=1e-9)


def test_no_label_leaves_the_prior():
    learner, nets = _learner_and_nets()
    settled = learner.settle(nets, np.zeros((0, 3)), np.zeros(0))
    np.testing.assert_allclose(settled.weight[0], nets["centre"][0], rtol=1e-6, atol=1e-7)


def test_what_training_minimises_is_the_density_of_a_t():
    error, square, a = torch.tensor([0.3, -2.0]), torch.tensor([0.5, 0.7]), torch.tensor(4.0)
    exact = -stats.t.logpdf(error.numpy(), df=8.0, scale=np.sqrt(square.numpy()))
    found = surprise(error, square, a).numpy() + 0.5 * np.log(np.pi)
    np.testing.assert_allclose(found, exact, rtol=1e-5)
