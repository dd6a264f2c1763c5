"""Conformal factors: they widen when labels say so, and never narrow."""

import numpy as np
import pytest

from models.calibration import across_stage_factor, conformal_quantile, loo_factor


@pytest.mark.parametrize("n", [9, 19, 50, 200])
def test_the_conformal_quantile_covers_new_values(n):
    rng = np.random.default_rng(n)
    hits = [rng.exponential() <= conformal_quantile(rng.exponential(size=n), 0.9) for _ in range(3000)]
    assert 0.885 <= np.mean(hits) <= 0.925


def test_left_out_errors_widen_and_never_narrow():
    assert loo_factor(np.full(30, 0.1), np.full(30, 1.0)) == 1.0
    assert loo_factor(np.full(30, 2.0), np.full(30, 1.0)) == 2.0
    assert loo_factor(np.full(30, 1e9), np.full(30, 1.0)) == 4.0


def test_eight_labels_prove_nothing():
    assert loo_factor(np.full(8, 100.0), np.full(8, 1.0)) == 1.0


def test_a_stage_with_many_units_does_not_drown_the_others():
    calm, wild = np.full(1000, 0.1), np.full(10, 3.0)
    assert across_stage_factor([calm, *[wild] * 9]) > 2.0


def test_no_stages_no_opinion():
    assert across_stage_factor([]) == 1.0
