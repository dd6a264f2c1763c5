"""Distances against scipy, and their null distributions by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal, stats

from models import drift

sample = st.lists(st.integers(-20, 20), min_size=10, max_size=60).map(lambda v: np.array(v, dtype=float))


@given(sample, sample)
def test_ks_statistic_is_that_of_scipy(a, b):
    assert drift.ks(a, b).statistic == pytest.approx(stats.ks_2samp(a, b, method="asymp").statistic)


@pytest.mark.parametrize(("n", "m", "shift"), [(40, 30, 0.3), (100, 80, 0.3), (400, 200, 0.15), (1000, 900, 0.05)])
def test_ks_p_value_is_near_the_exact_one_of_scipy(n, m, shift):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=n), rng.normal(shift, 1, m)
    exact = stats.ks_2samp(a, b, method="exact").pvalue
    assert drift.ks(a, b).p_value == pytest.approx(exact, rel=0.2)


def test_ks_threshold_and_p_value_agree():
    rng = np.random.default_rng(1)
    for tau in (1.0, 5.0):
        for alpha in (0.05, 0.001):
            found = drift.ks(rng.normal(size=100), rng.normal(size=70), tau=tau, alpha=alpha)
            assert (found.statistic > found.threshold) == (found.p_value < alpha)


@given(sample, sample)
def test_statistics_do_not_depend_on_order_or_unit(a, b):
    for test in (drift.ks, drift.psi, drift.chi_square):
        plain = test(a, b)
        other = test(np.sort(a)[::-1] * 4 + 3, np.sort(b) * 4 + 3)
        assert other.statistic == pytest.approx(plain.statistic)
        assert other.p_value == pytest.approx(plain.p_value)


@pytest.mark.parametrize(("n", "m"), [(60, 30), (300, 100)])
def test_psi_keeps_its_level_where_the_usual_threshold_does_not(n, m):
    rng = np.random.default_rng(2)
    found = [drift.psi(rng.normal(size=n), rng.normal(size=m)) for _ in range(400)]
    rate = np.mean([f.statistic > f.threshold for f in found])
    assert 0.01 <= rate <= 0.075
    if m == 30:
        assert np.mean([f.statistic > 0.25 for f in found]) > 0.15


def test_psi_sees_a_small_drift_in_a_large_sample():
    rng = np.random.default_rng(3)
    found = drift.psi(rng.normal(size=20_000), rng.normal(0.1, 1, size=20_000))
    assert found.statistic < 0.1
    assert found.p_value < 1e-6


def test_psi_of_a_constant_reference_is_answered():
    assert np.isfinite(drift.psi(np.ones(20), np.ones(20)).statistic)
    assert drift.psi(np.ones(50), np.full(50, 2.0)).statistic > 0


def test_chi_square_is_that_of_scipy_where_no_cell_is_small():
    rng = np.random.default_rng(4)
    a, b = rng.integers(0, 4, 200).astype(float), rng.integers(0, 4, 150).astype(float)
    table = [[np.sum(x == v) for v in range(4)] for x in (a, b)]
    peer = stats.chi2_contingency(table, correction=False)
    found = drift.chi_square(a, b)
    assert (found.statistic, found.p_value) == pytest.approx((peer.statistic, peer.pvalue))


def test_chi_square_keeps_its_level_with_rare_values():
    rng = np.random.default_rng(5)
    shares = [0.7, 0.2, 0.06, 0.03, 0.01]
    p = [drift.chi_square(rng.choice(5, 100, p=shares), rng.choice(5, 30, p=shares)).p_value for _ in range(500)]
    assert np.mean(np.array(p) < 0.05) < 0.08


def test_benjamini_hochberg_on_the_example_of_its_authors():
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    rejected, cut = drift.benjamini_hochberg(p, 0.05)
    assert rejected.sum() == 4
    assert cut == pytest.approx(4 / 15 * 0.05)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_benjamini_hochberg_is_that_of_scipy(p):
    rejected, cut = drift.benjamini_hochberg(p, 0.05)
    adjusted = stats.false_discovery_control(p)
    clear = np.abs(adjusted - 0.05) > 1e-12
    assert (rejected == (adjusted <= 0.05))[clear].all()
    assert (rejected <= (np.array(p) <= cut)).all()


def test_benjamini_hochberg_passes_over_missing_verdicts():
    rejected, _ = drift.benjamini_hochberg([np.nan, 0.04, np.nan], 0.05)
    assert rejected.tolist() == [False, True, False]
    assert drift.benjamini_hochberg([np.nan], 0.05)[0].tolist() == [False]


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_correlation_time_is_near_the_theory(phi):
    theory = 1 + 2 * np.sum(2 / np.pi * np.arcsin(phi ** np.arange(1, 2000)))
    rng = np.random.default_rng(6)
    found = [drift.correlation_time(signal.lfilter([1], [1, -phi], rng.normal(size=1200))[200:]) for _ in range(30)]
    assert theory * 0.95 <= np.median(found) <= theory * 1.35


@given(sample)
def test_correlation_time_does_not_depend_on_a_monotone_scale(x):
    tau = drift.correlation_time(x)
    assert 1 <= tau <= len(x)
    assert drift.correlation_time(np.exp(x / 10)) == pytest.approx(tau)


def test_shift_size_is_in_standard_deviations():
    x = np.random.default_rng(7).normal(5, 3, 500)
    assert drift.shift_size(x, x + 2 * x.std()) == pytest.approx(2.0)
    assert drift.shift_size([1.0, 1.0], [1.0, 1.0]) == 0.0
