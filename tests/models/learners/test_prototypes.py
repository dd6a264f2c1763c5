"""Prototypes are class means of embeddings, whatever the order; what is trained is what serves."""

import numpy as np
import pytest
import torch

from models import make_learner
from models.learners.parts.deep.nets import numbers, stacked
from models.learners.parts.deep.training import Drawn, collate


def _nets(learner, count=2, width=5):
    generator = torch.Generator().manual_seed(3)
    return stacked([learner.net(width, generator) for _ in range(count)])


def _support(n=12, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 5)), np.where(rng.random(n) < 0.4, 2.0, -0.5)


def test_prototypes_are_the_class_means_of_the_embedded_units():
    learner = make_learner("prototypes")
    nets = numbers(_nets(learner)) | {"log_worth": np.full(2, -60.0, dtype=np.float32)}
    x, y = _support()
    classes = learner.settle(nets, x, y)
    embedded = classes.body(x)
    good, bad = embedded[:, y < 0].mean(axis=1), embedded[:, y > 0].mean(axis=1)
    np.testing.assert_allclose(classes.centre[:, 1], good, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(classes.centre[:, 3], bad, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(classes.value[:, [1, 3]], [[-0.5, 2.0]] * 2)


def test_the_probability_of_a_class_falls_with_the_squared_distance():
    learner = make_learner("prototypes")
    x, y = _support()
    classes = learner.settle(numbers(_nets(learner)), x, y)
    p = classes.shares(x)
    np.testing.assert_allclose(p.sum(axis=2), 1.0)
    distance = ((classes.body(x)[:, :, None] - classes.centre[:, None]) ** 2).sum(axis=3)
    odds = np.log(p[:, :, 1] / p[:, :, 3])
    np.testing.assert_allclose(odds, distance[:, :, 3] - distance[:, :, 1], rtol=1e-7)


def test_the_order_of_the_support_means_nothing():
    learner = make_learner("prototypes")
    nets, (x, y) = numbers(_nets(learner)), _support()
    order = np.random.default_rng(1).permutation(len(y))
    one, two = learner.settle(nets, x, y)(x), learner.settle(nets, x[order], y[order])(x)
    np.testing.assert_allclose(one[0], two[0], rtol=1e-9)
    np.testing.assert_allclose(one[1], two[1], rtol=1e-7)


@pytest.mark.parametrize("name", ["prototypes", "matching"])
@pytest.mark.parametrize("n", [0, 4])
def test_what_is_trained_is_what_serves(name, n):
    learner = make_learner(name)
    nets = _nets(learner, 1)
    (x, y), (new, truth) = _support(n), _support(6, seed=2)
    mean, square, _ = learner.settle(numbers(nets), x, y)(new)
    wanted = 0.5 * (np.log(square) + (truth - mean) ** 2 / square).mean()
    if name == "prototypes":
        p = learner.settle(numbers(nets), x, y).shares(new)[0]
        wanted -= np.log(p[np.arange(6), np.searchsorted([-0.6, 0.0, 0.6], truth)]).mean()
    padded = collate([Drawn(x, y, new, truth), Drawn(*_support(9), *_support(7))])
    episode = type(padded)(*(part[0] for part in padded))
    found = learner.loss({k: v[0] for k, v in nets.items()}, episode)
    assert float(found) == pytest.approx(wanted, rel=1e-4)
