"""Distances and corrections against scipy and independent implementations."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from models import drift
from models.drift.together.kernel import _discrepancy

sample = st.lists(st.integers(-20, 20), min_size=10, max_size=40).map(lambda v: np.array(v, dtype=float))


@given(sample, sample)
def test_wasserstein_and_energy_are_those_of_scipy(a, b):
    assert drift.wasserstein(a, b).statistic == pytest.approx(stats.wasserstein_distance(a, b), abs=1e-9)
    assert drift.energy(a, b).statistic == pytest.approx(stats.energy_distance(a, b), abs=1e-9)


def test_jensen_shannon_is_that_of_scipy():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 3, 300).astype(float), rng.integers(0, 3, 200).astype(float)
    shares = [[np.mean(x == v) for v in range(3)] for x in (a, b)]
    assert drift.jensen_shannon(a, b).statistic == pytest.approx(jensenshannon(*shares))


def test_the_permutation_p_value_is_near_the_exact_one():
    a, b = np.array([1.0, 2, 3, 4, 5, 9, 8, 7]), np.array([6.0, 10, 11, 12, 13, 14, 15, 4.5])
    both = np.concatenate([a, b])
    seen = stats.wasserstein_distance(a, b)
    every = [stats.wasserstein_distance(np.delete(both, list(rows)), both[list(rows)])
             for rows in itertools.combinations(range(16), 8)]  # fmt: skip
    exact = np.mean(np.array(every) >= seen - 1e-12)
    assert drift.wasserstein(a, b).p_value == pytest.approx(exact, abs=0.02)


def test_unbiased_mmd_by_its_definition():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(9, 2))
    kernel = np.exp(-((x[:, None] - x[None]) ** 2).sum(axis=2))
    np.fill_diagonal(kernel, 0.0)
    late = np.array([False] * 5 + [True] * 4)
    within = [kernel[np.ix_(s, s)].sum() / (s.sum() * (s.sum() - 1)) for s in (~late, late)]
    assert _discrepancy(kernel, late) == pytest.approx(sum(within) - 2 * kernel[np.ix_(~late, late)].mean())


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_benjamini_yekutieli_is_that_of_scipy(p):
    rejected, _ = drift.benjamini_yekutieli(p, 0.05)
    adjusted = stats.false_discovery_control(p, method="by")
    clear = np.abs(adjusted - 0.05) > 1e-12
    assert (rejected == (adjusted <= 0.05))[clear].all()


@pytest.mark.parametrize(
    ("make", "test"),
    [
        (lambda rng, n: rng.normal(size=n), "wasserstein"),
        (lambda rng, n: rng.standard_t(3, size=n), "energy"),
        (lambda rng, n: rng.standard_t(1.2, size=n), "ks"),
        (lambda rng, n: np.cumsum(rng.normal(size=n)) * 0.1, "ks"),
        (lambda rng, n: rng.integers(0, 5, size=n).astype(float), "chi-square"),
        (lambda rng, n: np.maximum(rng.normal(size=n), 0), "jensen-shannon"),
    ],
)
def test_the_values_choose_the_test(make, test):
    rng = np.random.default_rng(2)
    x = make(rng, 500)
    chosen = drift.choose(x[:300], x[300:], drift.correlation_time(x[:300]))
    assert chosen.test(x[:300], x[300:]).test == test
    assert chosen.reason


def test_benjamini_yekutieli_can_be_asked_for():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(300, 4))
    x[200:, 0] += 0.42
    loose = drift.inputs(x[:200], x[200:], list("abcd"))
    strict = drift.inputs(x[:200], x[200:], list("abcd"), control="benjamini-yekutieli")
    assert loose[0].threshold < strict[0].threshold
