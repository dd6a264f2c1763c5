"""Streams: limits from run lengths against the published tables, dates of changes, silence on stable streams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.drift.streams import adwin, cusum_stream, ewma_stream, page_hinkley
from models.errors import TaskError


def test_limits_give_the_published_run_lengths():
    """Lucas & Saccucci 1990: .1, 2.814 -> 500; Hawkins & Olwell 1998: k .5, h 5 -> 465."""
    assert ewma_stream([], run_length=500).limit == pytest.approx(2.814, abs=0.005)
    assert cusum_stream([], run_length=465).limit == pytest.approx(5.0, abs=0.01)


@pytest.mark.parametrize("chart", [ewma_stream, cusum_stream])
def test_the_stated_run_length_is_kept(chart):
    rng = np.random.default_rng(0)
    first = [chart(rng.normal(size=1000), run_length=100).signal for _ in range(200)]
    assert np.mean([1000 if s is None else s + 1 for s in first]) == pytest.approx(100, rel=0.2)


@pytest.mark.parametrize("chart", [ewma_stream, cusum_stream, lambda z: page_hinkley(z, 1.0)])
def test_a_change_is_found_and_dated_either_way(chart):
    rng = np.random.default_rng(1)
    for sign in (1, -1):
        z = rng.normal(size=160)
        z[100:] += 2 * sign
        found = chart(z)
        assert found.signal is not None
        assert 100 <= found.signal <= 112
        assert found.onset == pytest.approx(100, abs=8)
        assert f"at value {found.signal + 1}" in found.sentence


def test_page_hinkley_stays_quiet_as_often_as_stated():
    rng = np.random.default_rng(2)
    false = [page_hinkley(7 + 3 * rng.normal(size=500), 3.0, run_length=500).signal is not None for _ in range(60)]
    assert np.mean(false) <= 0.33  # 20 % stated; 60 times


def test_adwin_forgets_what_no_longer_fits_and_keeps_what_does():
    rng = np.random.default_rng(3)
    stable = [adwin(rng.normal(size=300)).start for _ in range(20)]
    assert np.mean(np.array(stable) > 0) <= 0.1
    z = rng.normal(size=300)
    z[200:] += 3
    found = adwin(z)
    assert found.start == pytest.approx(200, abs=10)
    assert found.mean == pytest.approx(3, abs=0.4)
    assert 200 < found.cuts[0] <= 240


@given(st.lists(st.floats(-3, 3), max_size=40), st.floats(-100, 100))
def test_adwin_does_not_depend_on_the_level(values, level):
    assert adwin(values).start == adwin(np.array(values) + level).start


def test_missing_values_change_nothing():
    z = np.concatenate([np.zeros(20), np.full(10, 2.0)])
    holes = np.insert(z, [5, 25], np.nan)
    for chart in (ewma_stream, cusum_stream, lambda x: page_hinkley(x, 1.0)):
        assert chart(holes).path.max() == pytest.approx(chart(z).path.max())
    assert adwin([]).mean != adwin([]).mean
    assert ewma_stream([]).signal is None


def test_an_impossible_run_length_is_told():
    with pytest.raises(TaskError, match="20 values or more"):
        ewma_stream([0.0], run_length=5)
