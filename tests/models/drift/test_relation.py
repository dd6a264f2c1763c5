"""Drift of the relation: the promised rate on stable residuals of any shape, and power when it moves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from models import drift
from models.drift.relation import cusum, sequential_scores


def ar1(n, phi, rng):
    return signal.lfilter([1], [1, -phi], rng.normal(size=n + 100))[100:]


SHAPES = {
    "normal": lambda n, rng: rng.normal(size=n),
    "heavy tails": lambda n, rng: rng.standard_t(3, size=n),
    "skewed": lambda n, rng: np.exp(rng.normal(size=n)),
    "AR(1) .6": lambda n, rng: ar1(n, 0.6, rng),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("n", "m"), [(20, 8), (60, 20)])
def test_stable_residuals_stay_quiet_at_the_promised_rate(shape, n, m):
    """Promised 5 % here; 200 nights, so up to 9.5 % is chance."""
    rng = np.random.default_rng(0)
    drifted = []
    for _ in range(200):
        x = SHAPES[shape](n + m, rng)
        drifted.append(drift.relation(x[:n], x[n:], alpha=0.05).drifted)
    assert np.mean(drifted) <= 0.095


@pytest.mark.parametrize(
    ("shift", "spread", "n", "m", "least"), [(1.5, 1, 60, 20, 0.9), (-3, 1, 20, 8, 0.85), (0, 3, 60, 20, 0.85)]
)
def test_a_moved_relation_is_found(shift, spread, n, m, least):
    rng = np.random.default_rng(1)
    found = [drift.relation(rng.normal(size=n), rng.normal(shift, spread, size=m)) for _ in range(60)]
    assert np.mean([v.drifted and v.matters for v in found]) >= least


def test_sentence_names_direction_onset_test_and_growth_of_the_error():
    rng = np.random.default_rng(2)
    current = np.concatenate([rng.normal(size=20), rng.normal(-3, 1, size=20)])
    found = drift.relation(rng.normal(size=100), current)
    assert found.sentence.startswith("residuals fell by")
    assert "mean absolute error grew" in found.sentence
    assert "n 40" in found.sentence
    onset = int(found.sentence.split("since about label ")[1].split()[0])
    assert 17 <= onset <= 23


def test_wider_residuals_are_told_from_shifted_ones():
    rng = np.random.default_rng(3)
    found = drift.relation(rng.normal(size=200), rng.normal(0, 4, size=40))
    assert "times as wide" in found.sentence


def test_smaller_errors_do_not_matter():
    rng = np.random.default_rng(4)
    found = drift.relation(rng.normal(2.0, 1.0, size=100), rng.normal(0.0, 1.0, size=60))
    assert found.drifted
    assert not found.matters


def test_result_is_the_same_in_any_unit():
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=60), rng.normal(1, 1, size=20)
    plain, scaled = drift.relation(a, b), drift.relation(a * 25.4, b * 25.4)
    assert scaled.statistic == pytest.approx(plain.statistic)
    assert scaled.p_value == pytest.approx(plain.p_value)
    assert scaled.effect == pytest.approx(plain.effect)


def test_too_few_labels_give_no_verdict():
    found = drift.relation(np.zeros(19), np.zeros(8))
    assert not found.decided
    assert "19 reference and 8 current labels" in found.sentence


def test_constant_and_tied_residuals_are_answered():
    quiet = drift.relation(np.zeros(30), np.zeros(10))
    assert quiet.decided
    assert not quiet.drifted
    assert drift.relation(np.zeros(60), np.ones(40)).drifted


def test_missing_residuals_are_left_out():
    rng = np.random.default_rng(6)
    a, b = rng.normal(size=40), rng.normal(size=20)
    assert drift.relation(np.insert(a, 3, np.nan), np.insert(b, 5, np.nan)) == drift.relation(a, b)


def test_sequential_scores_are_independent_and_standard_whatever_the_shape():
    rng = np.random.default_rng(7)
    scores = np.array([sequential_scores(rng.exponential(size=50), rng.exponential(size=20)) for _ in range(200)])
    assert scores.mean() == pytest.approx(0, abs=0.06)
    assert scores.std() == pytest.approx(1, abs=0.05)
    assert np.mean(scores[:, 1:] * scores[:, :-1]) == pytest.approx(0, abs=0.06)


def test_cusum_by_hand():
    assert cusum([1.0, 2.0, -3.0, 0.6]) == pytest.approx([0.5, 2.0, 0.0, 0.1])


def test_which_of_the_three_moved_is_said_together():
    rng = np.random.default_rng(8)
    x, r = rng.normal(size=300), rng.normal(size=100)
    verdicts = [
        *drift.inputs(x[:200, None], x[200:, None], ["force"]),
        drift.relation(r, rng.normal(3, 1, size=30)),
        drift.output(x[:200], x[200:] + 2, "thickness"),
    ]
    summary = drift.summarize(verdicts)
    assert summary.moved == ("relation", "output")
    assert summary.sentence.startswith("relation and output moved: ")
    assert drift.summarize(verdicts[:1]).sentence == "no drift in 1 tests"
