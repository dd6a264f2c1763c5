"""Autocorrelation within blocks: a step is none, a wandering process is one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from models import spc
from models.spc.dependence import dependent


def ar1(n, phi, seed):
    return signal.lfilter([1], [1, -phi], np.random.default_rng(seed).normal(size=n + 100))[100:]


@pytest.mark.parametrize("n", [25, 100, 300])
def test_independent_values_are_seldom_called_dependent(n):
    assert np.mean([dependent(np.random.default_rng(seed).normal(size=n)) for seed in range(300)]) < 0.03


@pytest.mark.parametrize(("n", "phi", "least"), [(100, 0.8, 0.9), (300, 0.6, 0.95), (300, 0.9, 0.99)])
def test_wandering_processes_are_found(n, phi, least):
    assert np.mean([dependent(ar1(n, phi, seed)) for seed in range(100)]) >= least


@pytest.mark.parametrize("size", [1.5, 4.0, 50.0])
def test_a_step_is_no_autocorrelation(size):
    calls = []
    for seed in range(100):
        x = np.random.default_rng(seed).normal(size=130)
        x[90:] += size
        calls.append(dependent(x))
        assert spc.check(x).autocorrelated or size < 4  # what the whole series would say
    assert np.mean(calls) < 0.05


def test_few_and_missing_values_answer_no():
    assert not dependent([])
    assert not dependent(np.full(60, np.nan))
    assert not dependent(np.ones(60))


@pytest.mark.parametrize(("phi", "least", "most"), [(0.0, 0.0, 0.03), (0.1, 0.0, 0.1), (0.35, 0.85, 1.0)])
def test_moderate_memory_is_found_though_blocks_hide_a_part_of_it(phi, least, most):
    """A block of 25 values about its own mean shows .27 of .35: Kendall's bias."""
    found = np.mean([dependent(ar1(300, phi, seed)) for seed in range(100)])
    assert least <= found <= most
