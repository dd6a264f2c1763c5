"""Representations of tasks: invariant, robust, and saying what they see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base import Task
from models.checks import sisters
from models.errors import StateError, TaskError
from models.representations import NAMES, FlowGraph, Node, Space, hop_weights, meta_features, nearest
from models.representations.encoder import Encoder
from models.representations.tokens import tokens
from models.state import State, from_bytes, to_bytes


def made(n=30, d=4, seed=0, *, times=True, bend=0.0, noise=0.1):
    rng = np.random.default_rng(seed)
    units = 10.0 ** (np.arange(d) % 5)
    z, u = rng.normal(size=(n, d)), rng.normal(size=(n, d)) * units
    y = z[:, 0] + bend * np.cos(3 * z[:, -1]) + noise * rng.normal(size=n)
    t = np.arange(2.0 * n) if times else None
    return Task("s", "y", [f"p{j}" for j in range(d)], z * units, y, unlabelled_x=u,
                support_t=None if t is None else t[:n], unlabelled_t=None if t is None else t[n:])  # fmt: skip


def shuffled(task, seed):
    rng = np.random.default_rng(seed)
    rows, others, columns = (
        rng.permutation(n) for n in (len(task.support_y), len(task.unlabelled_x), len(task.columns))
    )
    return replace(
        task,
        columns=[task.columns[j] for j in columns],
        support_x=task.support_x[rows][:, columns],
        support_y=task.support_y[rows],
        unlabelled_x=task.unlabelled_x[others][:, columns],
        support_t=None if task.support_t is None else task.support_t[rows],
        unlabelled_t=None if task.unlabelled_t is None else task.unlabelled_t[others],
    )


@settings(max_examples=25, deadline=None)
@given(n=st.integers(0, 40), d=st.integers(1, 6), seed=st.integers(0, 99), times=st.booleans(), missing=st.booleans())
def test_the_order_of_rows_and_parameters_means_nothing(n, d, seed, times, missing):
    task = made(n, d, seed, times=times)
    if missing:
        x = task.support_x.copy()
        x[::3, 0] = np.nan
        task = replace(task, support_x=x)
    np.testing.assert_allclose(meta_features(task), meta_features(shuffled(task, seed)), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    "task",
    [
        Task("none", "y", [], np.zeros((0, 0)), []),
        Task("no labels", "y", ["a"], np.zeros((0, 1)), [], unlabelled_x=np.arange(9.0)[:, None]),
        Task("one", "y", ["a"], [[1.0]], [2.0]),
        Task("equal", "y", ["a"], np.arange(9.0)[:, None], np.full(9, 3.0)),
        Task("all missing", "y", ["a", "b"], np.full((9, 2), np.nan), np.arange(9.0)),
        Task("constant", "y", ["a"], np.full((9, 1), 4.0), np.arange(9.0)),
        made(20, 500),
        Task("defect", "y", ["a"], np.arange(9.0)[:, None], [0, 1] * 4 + [0], kind="binary"),
    ],
    ids=lambda task: task.stage,
)
def test_odd_tasks_are_looked_at_and_what_is_unknown_is_missing(task):
    found = meta_features(task)
    assert found.shape == (len(NAMES),)
    assert not np.isinf(found).any()
    assert Encoder.fit([], 0).embed(task).shape == (12,)
    if not len(task.support_y):
        assert np.isnan(found[NAMES.index("label_level")])


def test_landmarkers_tell_line_from_curve_and_quiet_from_noisy():
    line, bow, loud = (dict(zip(NAMES, meta_features(made(80, 2, bend=b, noise=s)), strict=True))
                       for b, s in ((0.0, 0.05), (2.0, 0.05), (0.0, 2.0)))  # fmt: skip
    assert line["linear"] > 0.95
    assert bow["curved"] > line["curved"]
    assert bow["smooth"] > bow["linear"] + 0.2
    assert loud["noise"] > line["noise"] + 0.3
    assert loud["roughness"] > line["roughness"]


def test_units_of_measurement_change_only_level_and_spread():
    task = made(40, 3)
    scaled = replace(task, support_x=task.support_x * 7 + 3, unlabelled_x=task.unlabelled_x * 7 + 3,
                     support_y=task.support_y * 25.4)  # fmt: skip
    changed = {n for n, a, b in zip(NAMES, meta_features(task), meta_features(scaled), strict=True)
               if not np.isclose(a, b, rtol=1e-6, atol=1e-8, equal_nan=True)}  # fmt: skip
    assert changed == {"label_level", "label_spread"}


def test_the_embedding_ignores_order_meets_strangers_and_survives_a_round_trip():
    encoder = Encoder.fit(sisters(), seed=1, steps=5)
    task = made(30, 4)
    np.testing.assert_allclose(encoder.embed(task), encoder.embed(shuffled(task, 3)), atol=1e-6)
    again = Encoder.from_state(from_bytes(to_bytes(encoder.state())))
    assert np.array_equal(again.embed(task), encoder.embed(task))
    assert np.array_equal(Encoder.fit(sisters(), seed=1, steps=5).embed(task), encoder.embed(task))
    with pytest.raises(StateError, match="damaged"):
        Encoder.from_state(State(encoder.state().meta, {}))


def test_the_embedding_recognises_a_stage_from_units_it_did_not_see():
    family = []
    for k in range(6):
        base = made(80, 3, seed=k, bend=(k % 3) * 3.0)
        shift = np.array([3.0 * (k % 2), 0, 0])
        x, u = base.support_x + shift, base.unlabelled_x + shift
        family.append(replace(base, stage=f"s{k}", support_x=x, unlabelled_x=u))
    encoder = Encoder.fit(family, seed=0, steps=80)

    def half(task, part):
        return replace(task, support_x=task.support_x[part::2], support_y=task.support_y[part::2],
                       unlabelled_x=task.unlabelled_x[part::2], support_t=None, unlabelled_t=None)  # fmt: skip

    one, two = (np.array([encoder.embed(half(task, part)) for task in family]) for part in (0, 1))
    assert (np.argmax(one @ two.T, axis=1) == np.arange(6)).sum() >= 4  # chance is 1


def test_tokens_are_bounded_for_five_hundred_parameters():
    seen = tokens(made(30, 500), 40, {}, np.random.default_rng(0))
    assert seen.shape == (40, 24, 6)
    assert np.isfinite(seen).all()


def test_messages_pass_along_the_line_and_fill_what_a_node_does_not_know():
    graph = FlowGraph.of([Node("melt"), Node("cast", ("melt",)), Node("roll", ("cast",), {"machine": "m"}),
                          Node("trim", (), {"machine": "m"}), Node("alone")])  # fmt: skip
    features = np.array([[1.0], [np.nan], [3.0], [9.0], [5.0]])
    hops = graph.hops(features)
    assert 1.0 < hops[1, 1, 0] < 3.0
    assert hops[1, 3, 0] < 9.0
    assert hops[:, 4, 0].tolist() == [5.0, 5.0, 5.0]
    assert np.abs(np.linalg.eigvalsh(graph.operator)).max() == pytest.approx(1.0)
    constant = graph.hops(np.full((5, 1), 2.0))
    np.testing.assert_allclose(constant, 2.0)


def test_a_graph_of_unknown_or_doubled_stages_is_refused():
    with pytest.raises(TaskError, match="no node"):
        FlowGraph.of([Node("a", ("b",))])
    with pytest.raises(TaskError, match="twice"):
        FlowGraph.of([Node("a"), Node("a")])


def test_hops_that_tell_the_transfer_get_the_weight():
    rng = np.random.default_rng(0)
    hops = rng.normal(size=(3, 12, 2))
    pairs = [(i, j) for i in range(12) for j in range(i)]
    loss = np.array([np.mean((hops[1, i] - hops[1, j]) ** 2) for i, j in pairs])
    assert int(np.argmax(hop_weights(hops, pairs, loss))) == 1


def test_what_is_unknown_of_a_task_makes_it_near_to_none():
    space = Space.of(np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 4.0]]))
    known, unknown = space.distances(np.array([0.0, 1.0])), space.distances(np.array([np.nan, np.nan]))
    assert known.argmin() == 0
    assert np.ptp(unknown) < 1e-12


def test_nearest_names_the_like_stage_and_says_why():
    names = [f"{kind}-{k}" for k in range(4) for kind in ("line", "bow")]
    known = [replace(made(40, 3, seed=k, bend=2.0 * (k % 2)), stage=name) for k, name in enumerate(names)]
    task = replace(made(40, 3, seed=9, bend=2.0), stage="new")
    found = nearest([*known, task], task, count=2)
    assert all(n.stage.startswith("bow") for n in found)
    assert found[0].distance <= found[1].distance
    assert all(n.reason.startswith("same parameters") for n in found)
    other = replace(task, columns=("q", "r", "s"))
    assert "other parameters" in nearest(known, other, count=1)[0].reason
    assert nearest([], task) == []
