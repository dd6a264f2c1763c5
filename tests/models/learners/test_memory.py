"""Memories: reading is one forward pass, attention forgets the order, a recurrent memory keeps that of time."""

import numpy as np
import pytest
import torch

from models import Task, make_learner
from models.checks import check_learner, sisters, take
from models.errors import UnknownName
from models.learners.memory.recurrent import in_time
from models.learners.parts.deep.nets import numbers, stacked
from models.learners.parts.deep.stages import Drawn
from models.learners.parts.deep.training import collate

WIDTH = 4
READERS = ("attentive", "recurrent")


def _net(reader, seed=1):
    learner = make_learner("memory", reader=reader)
    net = learner.net(WIDTH, torch.Generator().manual_seed(seed))
    generator = torch.Generator().manual_seed(seed + 1)
    return learner, {name: value + 0.1 * torch.randn(value.shape, generator=generator) for name, value in net.items()}


def _settled(reader, x, y, count=2):
    learner = make_learner("memory", reader=reader)
    return learner.settle(numbers(stacked([_net(reader, seed)[1] for seed in range(count)])), x, y)


def _support(n=9, seed=0):
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(size=(n, WIDTH - 1)), np.sort(rng.uniform(-1, 1, n))])
    return x, x[:, 0] - x[:, 1] + 0.1 * rng.normal(size=n)


@pytest.mark.parametrize("reader", READERS)
def test_numpy_reads_what_torch_learned_to_read_and_padding_changes_nothing(reader):
    learner, net = _net(reader)
    (x, y), (new, ny) = _support(), _support(6, 1)
    batch = collate([Drawn(x, y, new, ny), Drawn(*_support(15, 2), *_support(8, 3))])
    lost = float(learner.loss(net, type(batch)(*(v[0] for v in batch))))
    mean, square, freedom = learner.settle(numbers(stacked([net])), x, y)(new)
    density = torch.distributions.StudentT(freedom, torch.from_numpy(mean[0]), torch.from_numpy(np.sqrt(square[0])))
    expected = -float(density.log_prob(torch.from_numpy(ny)).mean()) - 0.5 * np.log(np.pi)
    np.testing.assert_allclose(lost, expected, rtol=1e-4)


@pytest.mark.parametrize("reader", READERS)
def test_shuffled_labels_change_nothing(reader):
    (x, y), new = _support(), _support(6, 1)[0]
    order = np.random.default_rng(5).permutation(len(y))
    first, second = _settled(reader, x, y)(new), _settled(reader, x[order], y[order])(new)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)


def test_the_recurrent_memory_depends_on_the_order_of_time_and_the_attentive_does_not():
    (x, y), new = _support(), _support(6, 1)[0]
    late, early = _settled("recurrent", x, y), _settled("recurrent", x[:0], y[:0]).more(x[::-1], y[::-1])
    assert np.abs(late(new)[0] - early(new)[0]).max() > 1e-6
    same = _settled("attentive", x[:0], y[:0]).more(x[::-1], y[::-1])
    np.testing.assert_allclose(_settled("attentive", x, y)(new)[0], same(new)[0], rtol=1e-10)


@pytest.mark.parametrize("reader", READERS)
def test_one_more_label_is_one_step_of_reading_and_no_gradient(reader, monkeypatch):
    (x, y), new = _support(10), _support(6, 1)[0]
    before = _settled(reader, x[:9], y[:9])
    monkeypatch.setattr(torch.Tensor, "backward", None)
    monkeypatch.setattr(torch.func, "grad", None)
    after = before.more(x[9:], y[9:])
    np.testing.assert_allclose(after(new)[0], _settled(reader, x, y)(new)[0], rtol=1e-10)
    assert np.abs(after(new)[0] - before(new)[0]).max() > 1e-6


def test_a_label_is_written_by_the_gates_of_the_paper():
    (x, y), count = _support(1), 1
    settled = _settled("recurrent", x, y, count)
    nets = settled.nets
    phi = np.append(np.tanh(settled.body(x)[0, 0]), 1.0)
    first = nets["first"][0]
    error = y[0] - phi @ first
    clues = np.stack([np.tanh(-error * phi), np.full(25, np.tanh(error**2)), first, np.zeros(25)])
    forget, learn = 1 / (1 + np.exp(-(nets["gate"][0] @ clues + nets["bias"][0])))
    np.testing.assert_allclose(settled.memory[0], forget * first + learn * error * phi, rtol=1e-12)


def test_reading_in_time_has_no_trend_where_there_are_no_times():
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.normal(size=(300, 3)), np.zeros(300)])
    place = np.argsort(in_time(x, np.zeros(300)))
    assert all(abs(np.corrcoef(place, x[:, j])[0, 1]) < 0.15 for j in range(3))


@pytest.mark.parametrize("reader", READERS)
def test_without_a_label_the_learned_prior_answers(reader):
    rng = np.random.default_rng(0)
    tasks = []
    for i in range(6):
        x = rng.normal(size=(40, 2))
        tasks.append(Task(f"s{i}", "c", ["a", "b"], x, 5 + 2 * x[:, 0] + 0.1 * rng.normal(size=40), family="f"))
    prior = make_learner("memory", reader=reader, steps=40, batch=8, folds=2, strangers=False).fit(tasks)
    new = rng.normal(size=(100, 2))
    blank = Task("new", "c", ["a", "b"], np.zeros((0, 2)), [], family="f", unlabelled_x=new)
    said = prior.adapt(blank).predict(new).mean
    assert np.corrcoef(said, new[:, 0])[0, 1] > 0.9


def test_the_recurrent_reader_conforms():
    check_learner(lambda: make_learner("memory", reader="recurrent", steps=6))


def test_the_reader_is_part_of_the_state_and_an_unknown_one_is_refused():
    tasks = sisters()
    prior = make_learner("memory", reader="recurrent", steps=2, strangers=False).fit(tasks[1:])
    again = type(prior).from_state(prior.state())
    assert again.own == {"reader": "recurrent"}
    assert again.adapt(take(tasks[0], range(3))).predict(tasks[0].unlabelled_x).mean.size
    with pytest.raises(UnknownName, match="attentive, recurrent"):
        make_learner("memory", reader="tape")
