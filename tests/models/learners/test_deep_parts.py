"""What networks share: honest nets, standing, inputs of strangers, training that cannot peek."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Task, make_learner
from models.checks import sisters
from models.errors import StateError, UnknownName
from models.learners.parts.deep.ensemble import averaged
from models.learners.parts.deep.inputs import BASIS, CAUTION, Basis, Turn
from models.learners.parts.deep.nets import Stack, forward, numbers, perceptron, stacked
from models.learners.parts.deep.stages import Drawn, folds
from models.learners.parts.deep.standing import Standing
from models.learners.parts.deep.training import collate
from models.learners.parts.families import levels
from models.state import State


def test_numpy_serves_what_torch_trained():
    generator = torch.Generator().manual_seed(1)
    nets = [perceptron([3, 5, 4, 2], generator) for _ in range(3)]
    x = np.random.default_rng(0).normal(size=(7, 3))
    served = Stack.of(numbers(stacked(nets)))(x)
    for mine, net in zip(served, nets, strict=True):
        expected = forward({k: v.double() for k, v in net.items()}, torch.from_numpy(x)).numpy()
        np.testing.assert_allclose(mine, expected, rtol=1e-6)


def test_a_net_with_a_missing_layer_is_refused():
    arrays = numbers(stacked([perceptron([3, 5, 2], torch.Generator())]))
    with pytest.raises(StateError, match="lacks 'b1'"):
        Stack.of({k: v for k, v in arrays.items() if k != "b1"})
    with pytest.raises(StateError, match="do not fit"):
        Stack.of(arrays | {"w1": np.zeros((1, 4, 2))})


@given(st.integers(1, 40), st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_every_stage_has_a_fold_and_folds_are_even(count, wanted):
    sizes = np.bincount(folds(count, wanted, 0), minlength=min(count, wanted))
    assert sizes.sum() == count
    assert sizes.max() - sizes.min() <= 1


def test_sisters_alike_share_a_scale_and_others_have_their_own():
    rng = np.random.default_rng(0)
    alike = [5 + rng.normal() + rng.normal(size=50) for _ in range(8)]
    decades = [10.0**i * (5 + rng.normal(size=50)) for i in range(8)]
    assert not Standing.of(levels(alike), alike, binary=False).own
    standing = Standing.of(levels(decades), decades, binary=False)
    assert standing.own
    level, scale = standing.place(decades[6][:10])
    assert abs(level / decades[6].mean() - 1) < 0.2
    assert 0.3 < scale / decades[6].std() < 3


def test_the_common_basis_forgets_the_order_and_sign_of_parameters():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4)) @ rng.normal(size=(4, 4))
    y = x @ [1.0, -1.0, 0.5, 0.0]
    basis, other = Basis.of(x), Basis.of(x[:, [2, 0, 3, 1]] * [-1.0, 1.0, 1.0, -1.0])
    seen = Turn.of(basis.scores(x[:20]), y[:20]).apply(basis.scores(x))
    again = other.scores(x[:, [2, 0, 3, 1]] * [-1.0, 1.0, 1.0, -1.0])
    np.testing.assert_allclose(seen, Turn.of(again[:20], y[:20]).apply(again), atol=1e-8)
    assert np.corrcoef(seen[:20, 0], y[:20])[0, 1] > 0.8


def test_on_its_axes_a_stage_has_no_correlation_and_spread_one():
    x = np.random.default_rng(1).normal(size=(60, 4)) @ np.diag([5.0, 2.0, 1.0, 0.3]) + 7.0
    basis = Basis.of(x)
    own = basis.stage.apply(x) @ basis.axes
    np.testing.assert_allclose(own.T @ own / len(own), np.eye(4), atol=1e-9)
    scores = basis.scores(x)
    assert scores.shape == (60, BASIS)
    assert not scores[:, 4:].any()


def test_axes_are_turned_by_their_pulled_correlation_with_the_labels_and_led_by_the_first_pls_direction():
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(30, BASIS)) + 3.0
    y = scores @ [0.2, -1.0, 0.5, 0.0, 0.1, -0.3] + 0.5 * rng.normal(size=30) - 4.0
    turn = Turn.of(scores, y)
    pulled = np.array([np.corrcoef(scores[:, j], y)[0, 1] for j in range(BASIS)]) * 30 / (30 + CAUTION)
    assert turn.order.tolist() == np.argsort(-np.abs(pulled)).tolist()
    np.testing.assert_allclose(turn.slope, pulled[turn.order])
    weights = pulled / np.linalg.norm(pulled)
    signed = (scores * np.sign(pulled))[:, turn.order]
    np.testing.assert_allclose(turn.apply(scores), np.column_stack([scores @ weights, signed]))


def test_padding_changes_no_loss():
    learner = make_learner("bayes_head")
    rng = np.random.default_rng(0)
    one = Drawn(rng.normal(size=(3, 4)), rng.normal(size=3), rng.normal(size=(5, 4)), rng.normal(size=5))
    two = Drawn(rng.normal(size=(9, 4)), rng.normal(size=9), rng.normal(size=(8, 4)), rng.normal(size=8))
    net = learner.net(4, torch.Generator().manual_seed(0))
    alone = learner.loss(net, type(collate([one]))(*(v[0] for v in collate([one]))))
    padded = learner.loss(net, type(collate([one]))(*(v[0] for v in collate([one, two]))))
    torch.testing.assert_close(alone, padded)


def _slopes(stages=6, rows=40, noise=0.1, seed=0):
    rng = np.random.default_rng(seed)
    out = []
    for i in range(stages):
        x = rng.normal(size=(rows, 3))
        y = x @ [2.0, 1.0, 0.0] + 0.5 * rng.normal() + noise * rng.normal(size=rows)
        out.append(Task(f"s{i}", "c", list("abc"), x, y, family="f"))
    return out


def test_a_stage_of_the_training_is_answered_by_a_net_that_never_saw_its_labels():
    tasks = _slopes()
    prior = make_learner("bayes_head", steps=20, strangers=False).fit(tasks)
    poisoned = [replace(t, support_y=t.support_y[::-1].copy()) if t.stage == "s2" else t for t in tasks]
    again = make_learner("bayes_head", steps=20, strangers=False).fit(poisoned)
    world, other = prior._worlds[0], again._worlds[0]
    j = int(world.place[2])
    for name, value in world.nets.items():
        np.testing.assert_array_equal(value[j], other.nets[name][j], err_msg=name)
        assert name in {"log_a", "log_b"} or not np.array_equal(value[-1], other.nets[name][-1])


def test_disagreement_of_nets_widens_the_answer():
    agreed = averaged(np.zeros((2, 1)), np.ones((2, 1)), 30.0)
    apart = averaged(np.array([[-2.0], [2.0]]), np.ones((2, 1)), 30.0)
    assert apart.scale[0] > 2 * agreed.scale[0]


def test_unknown_settings_name_the_nearest_and_damaged_states_are_refused():
    with pytest.raises(UnknownName, match="did you mean 'steps'"):
        make_learner("bayes_head", step=3)
    state = make_learner("bayes_head", steps=2).fit(sisters()[1:]).state()
    with pytest.raises(StateError, match="wrong shape"):
        make_learner("bayes_head").from_state(State(state.meta, {**state.arrays, "worlds/0/net/w0": np.zeros((2, 2))}))
    with pytest.raises(StateError, match="train again"):
        make_learner("bayes_head").from_state(State({**state.meta, "settings": {"stride": 2}}, state.arrays))
