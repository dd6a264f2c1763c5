"""Capability: intervals that cover, one-sided limits, edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.errors import NotEnoughData, TaskError
from models.spc import capability


def normal(n, mean=0.0, sd=1.0, seed=0):
    return np.random.default_rng(seed).normal(mean, sd, n)


@pytest.mark.parametrize(
    ("index", "truth"), [("cp", 4 / 3), ("cpk", 1.0), ("pp", 4 / 3), ("ppk", 1.0), ("cpm", 4 / 3 / 2**0.5)]
)
def test_intervals_cover_as_promised(index, truth):
    hits = 0
    for seed in range(300):
        found = getattr(capability(normal(40, 1.0, seed=seed), -4, 0, 4, level=0.9, stable=True), index)
        hits += found.lower <= truth <= found.upper
    assert 0.85 < hits / 300 < 0.95


@given(st.sampled_from([0.25, 2.0, 25.0]), st.integers(-100, 100))
def test_indices_do_not_depend_on_the_unit(scale, shift):
    x = normal(60)
    a = capability(x, -4, 0, 4)
    b = capability(x * scale + shift, -4 * scale + shift, shift, 4 * scale + shift)
    for name in ("cp", "cpk", "pp", "ppk", "cpm"):
        left, right = getattr(a, name), getattr(b, name)
        assert (left.value, left.lower, left.upper) == pytest.approx((right.value, right.lower, right.upper))
    assert a.ppm_expected == pytest.approx(b.ppm_expected)


def test_one_sided_specification_has_cpk_and_no_cp():
    result = capability(normal(100), upper=4)
    assert result.cp is None
    assert result.pp is None
    assert result.cpm is None
    assert result.ppk.value == pytest.approx((4 - result.mean) / (3 * result.sigma_overall))


def test_ppm_observed_counts_and_expected_is_the_normal_tail():
    x = np.concatenate([normal(95), [5.0] * 5])
    result = capability(x, -3, None, 3)
    tails = stats.norm.cdf(-3, x.mean(), x.std(ddof=1)) + stats.norm.sf(3, x.mean(), x.std(ddof=1))
    assert result.ppm_observed == pytest.approx(1e6 * np.mean(np.abs(x) > 3))
    assert result.ppm_expected == pytest.approx(1e6 * tails)


def test_a_value_on_the_specification_limit_conforms():
    assert capability([1.0, 2.0, 3.0, 2.0, 1.0], 1, None, 3).ppm_observed == 0


def test_unstable_process_says_so_and_reports_ppk():
    x = np.concatenate([normal(50), normal(50, 6.0, seed=1)])
    result = capability(x, -10, 0, 10)
    assert not result.stable
    assert result.sentence.startswith("not stable; Ppk")
    assert any("overall spread far above" in w for w in result.warnings)


def test_a_chart_with_frozen_limits_may_decide_stability():
    assert not capability(normal(60), -4, 0, 4, stable=False).stable


def test_constant_values_have_no_index_but_a_sentence():
    result = capability([2.0] * 10, 0, None, 4)
    assert (result.cp, result.cpk, result.pp, result.ppk) == (None,) * 4
    assert result.ppm_expected == 0
    assert "equal" in result.sentence
    assert capability([9.0] * 10, 0, None, 4).ppm_expected == pytest.approx(1e6)


def test_missing_values_are_left_out():
    x = normal(40)
    gaps = np.insert(x, 20, np.nan)
    assert capability(gaps, -4, 0, 4).pp == capability(x, -4, 0, 4).pp


def test_few_values_warn_and_very_few_refuse():
    assert any("interval is the message" in w for w in capability(normal(10), -4, 0, 4).warnings)
    with pytest.raises(NotEnoughData) as error:
        capability(normal(4), -4, 0, 4)
    assert error.value.needed == 5


@pytest.mark.parametrize("spec", [(None, 0, None), (4, None, -4), (-4, 5, 4), (1, None, 1), (float("nan"), None, 1)])
def test_wrong_specification_is_told(spec):
    with pytest.raises(TaskError, match="capability"):
        capability(normal(20), *spec)


def test_wrong_level_is_told():
    with pytest.raises(TaskError, match="level"):
        capability(normal(20), -1, 0, 1, level=90)
