from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm
from sklearn.metrics import average_precision_score, roc_auc_score

from models import metrics
from models.errors import TaskError

scores = st.lists(st.tuples(st.integers(0, 1), st.integers(-3, 3)), min_size=4, max_size=60)


@settings(max_examples=60, deadline=None)
@given(scores)
def test_ranking_figures_equal_scikit_learn_ties_included(pairs: list[tuple[int, int]]) -> None:
    y, s = (np.array(v, dtype=float) for v in zip(*pairs, strict=True))
    if len(set(y)) < 2:
        return
    assert metrics.auroc(y, s) == pytest.approx(roc_auc_score(y, s), abs=1e-12)
    assert metrics.average_precision(y, s) == pytest.approx(average_precision_score(y, s), abs=1e-12)


def test_one_class_has_no_rank() -> None:
    assert np.isnan(metrics.auroc([0, 0], [1, 2]))
    assert np.isnan(metrics.average_precision([0, 0], [1, 2]))


@pytest.mark.parametrize(("y", "mean", "sigma"), [(0.3, 0.0, 1.0), (-4.0, 1.0, 0.5), (2.0, 2.0, 3.0)])
def test_crps_is_the_integral_it_stands_for(y: float, mean: float, sigma: float) -> None:
    below, _ = quad(lambda v: norm.cdf(v, mean, sigma) ** 2, mean - 12 * sigma, y, limit=200)
    above, _ = quad(lambda v: (1 - norm.cdf(v, mean, sigma)) ** 2, y, max(y, mean + 12 * sigma), limit=200)
    assert metrics.crps_gaussian([y], [mean], [sigma]) == pytest.approx(below + above, rel=1e-5)


def test_crps_of_a_point_is_the_absolute_error() -> None:
    assert metrics.crps([3.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]) == pytest.approx(1.0)


def test_crps_of_an_interval_takes_the_spread_from_its_width() -> None:
    z = float(norm.ppf(0.9))
    assert metrics.crps([0.4], [0.0], [-2 * z], [2 * z], level=0.8) == pytest.approx(
        metrics.crps_gaussian([0.4], [0.0], [2.0])
    )


def test_nrmse_of_the_stage_mean_is_one() -> None:
    y = np.random.default_rng(0).normal(5, 2, 50)
    assert metrics.nrmse(y, np.full(50, y.mean()), float(y.std())) == pytest.approx(1.0)


def test_bounds_count_as_inside() -> None:
    assert metrics.coverage([1.0, 2.0, 2.1], [1, 1, 1], [2, 2, 2]) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: metrics.nrmse([1.0], [1.0, 2.0], 1.0),
        lambda: metrics.nrmse([1.0], [1.0], 0.0),
        lambda: metrics.coverage([], [], []),
    ],
)
def test_what_cannot_be_judged_is_said(call: object) -> None:
    with pytest.raises(TaskError, match=r"metric of arrays|cannot be judged"):
        call()  # type: ignore[operator]
