"""Every part of the translation alone against the numpy it translates, to the last digit where it is a comparison."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.anomaly.conformal import p_values
from models.anomaly.detectors import Detectors
from models.anomaly.knn import squared_distances
from models.export.answers import Units
from models.export.graph import Graph
from models.export.kinds.defects import _tails
from models.export.kinds.kernels import matern32
from models.export.kinds.kernels import squared_distances as distances
from models.export.kinds.ranks import counted
from models.export.kinds.ranks import p_values as ranks
from models.export.kinds.standardized import standardized
from models.export.kinds.trees import boosted
from models.export.runner import runtime_package
from models.learners.parts import kernels
from models.learners.parts.boosted import Boosted, grow
from models.learners.parts.scaling import Scaling, scaling

VALUES = st.one_of(
    st.floats(-1e6, 1e6), st.sampled_from([np.nan, 0.0, -0.0, 1.0, 1e300, -1e300, 5e-324, np.inf, -np.inf])
)
COLUMNS = arrays(float, (6, 3), elements=VALUES)


def run(build, x, real=np.float64):
    """Return what the graph of `build(units)` gives for units `x`, row after row."""
    graph = Graph(x.shape[1], real)
    made = graph.model({"out": build(Units.of(graph)).shaped(-1)}, {})
    session = runtime_package().InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"parameters": x})[0]


def finite(x):
    return np.where(np.isfinite(x), x, np.nan)


@settings(max_examples=25, deadline=None)
@given(x=COLUMNS, known=COLUMNS)
def test_scaling_is_the_same_to_the_last_digit(x, known):
    with np.errstate(all="ignore"):
        scale = scaling(finite(known))
        if not np.isfinite([scale.centre, scale.spread]).all():
            scale = Scaling(np.zeros(3), np.ones(3))
        expected = scale.apply(finite(x))
    np.testing.assert_allclose(run(lambda u: standardized(scale, u.x), x), expected.ravel(), rtol=1e-15)


@pytest.mark.parametrize("depth", [1, 4])
def test_trees_answer_the_same_where_values_stand_on_thresholds(depth):
    rng = np.random.default_rng(depth)
    trees = Boosted(
        3.5, rng.integers(0, 3, (20, depth)).astype(np.int32), rng.integers(-2, 3, (20, depth)).astype(float),
        rng.normal(size=(20, 2**depth)),
    )  # fmt: skip
    x = np.vstack([rng.integers(-2, 3, (40, 3)).astype(float), [[np.nan, 0, np.inf]], np.full((1, 3), np.nan)])
    np.testing.assert_allclose(run(lambda u: boosted(trees, u.x), x), trees.predict(finite(x)), rtol=1e-14)


def test_no_tree_is_its_base_and_no_row_is_no_answer():
    none = grow(np.zeros((2, 2)), np.ones(2), np.ones(2), np.random.default_rng(0))
    assert run(lambda u: boosted(none, u.x), np.zeros((3, 2))).tolist() == [1.0, 1.0, 1.0]
    assert run(lambda u: boosted(none, u.x), np.zeros((0, 2))).shape == (0,)


@settings(max_examples=25, deadline=None)
@given(
    table=st.lists(st.integers(-5, 5), min_size=1, max_size=40),
    values=st.lists(st.integers(-7, 7), min_size=1, max_size=9),
    equal=st.booleans(),
)
def test_counting_is_searchsorted(table, values, equal):
    column, x = np.sort(np.array(table, float)), np.array(values, float)[:, None]
    found = run(lambda u: counted(column[:, None], u.x, equal=equal), x)
    assert found.tolist() == np.searchsorted(column, x[:, 0], side="right" if equal else "left").tolist()


def test_p_values_treat_what_is_equal_but_for_rounding_as_equal():
    calibration = np.sort(np.random.default_rng(0).exponential(size=31))
    scores = np.concatenate([calibration * (1 + 1e-12), calibration * (1 - 1e-12), [0.0, 1e9]])
    found = run(lambda u: ranks(calibration, u.x.take(0, axis=1)), scores[:, None])
    np.testing.assert_allclose(found, p_values(calibration, scores), rtol=1e-14)
    assert found[:31].tolist() == found[31:62].tolist()


def test_tails_count_by_parameter():
    rng = np.random.default_rng(1)
    seen = Detectors.of(np.round(rng.normal(size=(90, 4)), 1))
    z = np.vstack([seen.units[:20], rng.normal(size=(20, 4)) * 3])
    np.testing.assert_allclose(run(lambda u: _tails(seen, u.x), z), seen._tails(z), rtol=1e-12)


@pytest.mark.parametrize(("real", "close"), [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_kernels_in_either_precision(real, close):
    rng = np.random.default_rng(2)
    x, known = rng.normal(size=(9, 200)), rng.normal(size=(30, 200))
    known[0] = x[0]
    found = run(lambda u: matern32(distances(u.x.to(real), known) * (1 / 200), 0.5), x, real)
    expected = kernels.matern32(np.sqrt(squared_distances(x, known) / 200), 0.5)
    np.testing.assert_allclose(found, expected.ravel(), atol=close)


def test_equal_constants_are_stored_once():
    graph = Graph(2)
    big = np.arange(50.0)
    out = (graph.parameters.sum(axis=1).column() + big) * big + big.astype(np.float32).astype(float)
    assert len(graph.model({"out": out.sum(axis=1)}, {}).graph.initializer) == 2  # the axis and `big`
