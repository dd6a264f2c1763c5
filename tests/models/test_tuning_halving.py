"""Successive halving: within its limit, exhaustive where the limit is large, its every evaluation on record."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import TaskError
from models.tuning import successive_halving

BUDGETS = (1, 3, 9)


def losses(count, seed):
    return np.random.default_rng(seed).normal(size=count)


@given(count=st.integers(1, 40), limit=st.integers(0, 500), seed=st.integers(0, 9))
def test_the_limit_holds_and_everything_is_on_record(count, limit, seed):
    asked = []

    def evaluate(candidate, budget, rng):
        asked.append((candidate, budget))
        return losses(count, seed)[candidate]

    found = successive_halving(count, evaluate, budgets=BUDGETS, limit=limit, rng=np.random.default_rng(0))
    assert found.spent <= limit
    assert [(t.candidate, t.budget) for t in found.trials] == asked
    assert sorted(found.order) == list(range(count))


@given(count=st.integers(1, 20), seed=st.integers(0, 30))
def test_with_a_large_limit_it_is_the_exhaustive_choice(count, seed):
    rng = np.random.default_rng(seed)
    early, late = rng.normal(size=count), rng.normal(size=count)  # early evidence misleads at will

    def evaluate(candidate, budget, _rng):
        return early[candidate] if budget < BUDGETS[-1] else late[candidate]

    found = successive_halving(count, evaluate, budgets=BUDGETS, limit=count * 9, rng=rng)
    assert found.best == int(late.argmin())
    assert list(found.order) == np.argsort(late).tolist()


def test_without_means_the_guess_stands():
    found = successive_halving(5, lambda *_: pytest.fail("asked"), budgets=(4,), limit=3, rng=np.random.default_rng(0))
    assert found.order == (0, 1, 2, 3, 4)


def test_with_little_the_candidates_guessed_best_are_tried():
    found = successive_halving(50, lambda c, *_: -float(c), budgets=(1, 2), limit=6, rng=np.random.default_rng(0))
    assert {t.candidate for t in found.trials} == {0, 1, 2, 3, 4}
    assert found.best == 4


def test_a_candidate_that_fails_is_last_and_ties_go_to_the_better_guess():
    found = successive_halving(3, lambda c, *_: (float("nan"), 1.0, 1.0)[c], budgets=(1,), limit=3,
                               rng=np.random.default_rng(0))  # fmt: skip
    assert found.order == (1, 2, 0)


def test_nonsense_is_refused():
    for count, budgets in ((0, (1,)), (3, ()), (3, (2, 2))):
        with pytest.raises(TaskError, match="budgets"):
            successive_halving(count, lambda *_: 0.0, budgets=budgets, limit=9, rng=np.random.default_rng(0))
