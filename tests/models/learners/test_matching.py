"""Matching is a softmax over the support, by cosine; units that are nothing alike leave a prediction where it was."""

import numpy as np
import torch

from models import make_learner
from models.learners.parts.deep.nets import numbers, stacked


def _settled(n=7, **changed):
    learner = make_learner("matching")
    generator = torch.Generator().manual_seed(5)
    nets = numbers(stacked([learner.net(4, generator) for _ in range(2)])) | changed
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(n, 4)), rng.normal(size=n)
    return learner.settle(nets, x, y), x, y, rng.normal(size=(5, 4))


def test_weights_are_a_softmax_of_the_cosine_over_the_support():
    settled, x, _, new = _settled()
    a = settled.weights(new)
    np.testing.assert_allclose(a.sum(axis=2), 1.0)
    assert (a > 0).all()
    f, g = settled.body(new)[0, :, :-1], settled.body(x)[0, :, :-1]
    cosine = f @ g.T / np.linalg.norm(f, axis=1)[:, None] / np.linalg.norm(g, axis=1)
    odds = np.log(a[0, :, 0] / a[0, :, 1])
    np.testing.assert_allclose(odds, settled.sharp[0] * (cosine[:, 0] - cosine[:, 1]), rtol=1e-7)


def test_with_nothing_expected_a_prediction_is_the_attention_times_the_labels():
    settled, _, y, new = _settled(nobody=np.full(2, -60.0, dtype=np.float32))
    expected = settled.body(new)[:, :, -1]
    mean, square, _ = settled(new)
    np.testing.assert_allclose(mean - expected, np.einsum("mns,ms->mn", settled.weights(new)[:, :, :-1], settled.left))
    assert (square > 0).all()
    flat = type(settled)(
        *(getattr(settled, f) for f in ("body", "keys")),
        np.tile(y, (2, 1)),
        *(getattr(settled, f) for f in ("sharp", "nobody", "noise", "unlike")),
    )
    np.testing.assert_allclose(flat(new)[0] - expected, flat.weights(new)[:, :, :-1] @ y)


def test_without_labels_or_likeness_the_sisters_answer():
    none, _, _, new = _settled(0)
    unlike, *_ = _settled(nobody=np.full(2, 60.0, dtype=np.float32))
    np.testing.assert_allclose(none(new)[0], none.body(new)[:, :, -1])
    np.testing.assert_allclose(unlike(new)[0], unlike.body(new)[:, :, -1])


def test_the_order_of_the_support_means_nothing():
    learner = make_learner("matching")
    nets = numbers(stacked([learner.net(4, torch.Generator().manual_seed(1))]))
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(9, 4)), rng.normal(size=9)
    order = rng.permutation(9)
    one, two = learner.settle(nets, x, y)(x), learner.settle(nets, x[order], y[order])(x)
    np.testing.assert_allclose(one[0], two[0], rtol=1e-9)
