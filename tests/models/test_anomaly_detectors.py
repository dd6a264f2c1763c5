"""Each detector conforms, and does what defines it."""

import numpy as np
import pytest

from models.anomaly import detector_names, make_detector
from models.anomaly.adjusted import Adjusted
from models.anomaly.catalog import detector_state, load_detector
from models.anomaly.checks import check_detector
from models.anomaly.forest import Forest, expected_path
from models.anomaly.knn import Neighbours
from models.anomaly.pca import Plane
from models.anomaly.scale import Scale, robust_scale
from models.anomaly.tails import Tails
from models.errors import StateError
from models.state import State


@pytest.mark.parametrize("name", detector_names())
def test_every_detector_conforms(name):
    check_detector(lambda: make_detector(name))


def test_a_detector_that_is_blind_is_caught():
    class Blind(Plane):
        def score(self, x):
            return np.zeros(len(x))

    with pytest.raises(AssertionError, match="plane: a far unit scores 0"):
        check_detector(lambda: Blind)


def test_the_plane_is_the_textbook_t2_and_squared_prediction_error():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(500, 5)) @ rng.normal(size=(5, 5))
    plane = Plane.through(z, Scale(np.zeros(5), np.ones(5)))
    values, vectors = np.linalg.eigh(z.T @ z / 500)
    r = len(plane.variances)
    kept, left = vectors[:, ::-1][:, :r], vectors[:, ::-1][:, r:]
    t2 = ((z @ kept) ** 2 / values[::-1][:r]).sum(axis=1)
    spe = ((z @ left) ** 2).sum(axis=1)
    np.testing.assert_allclose(plane.score_of(z), t2 / r + spe / values[::-1][r:].sum(), rtol=1e-8)


def test_neighbours_are_those_of_scikit_learn():
    from sklearn.neighbors import NearestNeighbors

    rng = np.random.default_rng(1)
    x, new = rng.normal(size=(80, 4)), rng.normal(size=(30, 4))
    near = Neighbours.learn(x)
    index = NearestNeighbors(n_neighbors=5).fit(near.scale.apply(x))
    np.testing.assert_allclose(near.score(new), index.kneighbors(near.scale.apply(new))[0][:, 4])


def test_tails_by_hand():
    found = Tails.learn(np.arange(1.0, 10.0)[:, None]).score(np.array([[5.0], [9.0], [99.0], [-99.0], [np.nan]]))
    np.testing.assert_allclose(found, -np.log([6 / 10, 2 / 10, 1 / 10, 1 / 10, 1.0]))


def test_the_forest_agrees_with_scikit_learn():
    from sklearn.ensemble import IsolationForest

    rng = np.random.default_rng(2)
    x = rng.standard_t(3, size=(400, 4)) @ rng.normal(size=(4, 4))
    forest = Forest.learn(x)
    theirs = IsolationForest(n_estimators=400, max_samples=128, random_state=0).fit(forest.scale.apply(x))
    expected = -theirs.score_samples(forest.scale.apply(x))
    assert np.corrcoef(forest.score(x), expected)[0, 1] > 0.93
    assert forest.score(x).mean() == pytest.approx(expected.mean(), abs=0.03)


def test_expected_paths_are_those_of_a_search_tree():
    harmonic = np.cumsum(1.0 / np.arange(1, 300))
    n = np.array([16, 64, 256])
    np.testing.assert_allclose(expected_path(n), 2 * harmonic[n - 2] - 2 * (n - 1) / n, rtol=0.02)


def test_adjusted_is_the_residual_of_a_regression_on_the_others():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(20_000, 3))
    x[:, 2] = x[:, 0] - x[:, 1] + 0.1 * rng.normal(size=len(x))
    detector = Adjusted.learn(x)
    z = detector.scale.apply(x)
    slope = np.linalg.lstsq(z[:, :2], z[:, 2], rcond=None)[0]
    broken = np.array([[0.0, 0.0, 2.0], [1.0, -1.0, 2.0]])
    residual = detector.scale.apply(broken) @ np.r_[-slope, 1.0]
    found = np.abs(detector.scale.apply(broken) @ detector.residual)[:, 2]
    assert np.sign(found[0] - 3 * found[1]) == np.sign(np.abs(residual[0]) - 3 * np.abs(residual[1])) == 1


def test_the_robust_scale_is_that_of_numpy_with_missing_values():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(31, 6)) * 10.0 ** np.arange(6)
    x[rng.random(x.shape) < 0.3] = np.nan
    centre, spread = robust_scale(x)
    np.testing.assert_allclose(centre, np.nanmedian(x, axis=0))
    mad = 1.4826 * np.nanmedian(np.abs(x - centre), axis=0)
    np.testing.assert_allclose(spread, np.where(mad > 0.1 * np.nanstd(x, axis=0), mad, np.nanstd(x, axis=0)))


def test_a_damaged_state_is_refused():
    state = detector_state(Plane.learn(np.random.default_rng(5).normal(size=(30, 3))))
    for broken in (State({"detector": "nobody"}, {}), State(state.meta, {"axes": state.arrays["axes"]})):
        with pytest.raises(StateError):
            load_detector(broken)
