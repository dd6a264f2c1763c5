"""The learner as a process: silent while it is stable, heard when it degrades."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from qc_app.jobs.learner.degrading import LABELS_A_POINT, REFERENCE, Watched, false_alarms, joined, standing

START = date(2026, 1, 1)


def night(day, gains, inside=None):
    n = len(gains)
    kept = n if inside is None else inside
    return Watched(START + timedelta(days=day), n, float(np.sum(gains)), float(np.sum(np.square(gains))), n, kept)


def nights(count, rng, mean=0.3, labels=10, share=0.9):
    return [night(d, rng.normal(mean, 0.5, labels), int(rng.binomial(labels, share))) for d in range(count)]


def test_before_there_is_a_reference_it_says_how_much_is_missing():
    assert standing([]).sentence.startswith("not judged yet")
    found = standing(nights(4, np.random.default_rng(0)))
    assert "begins after 9 more points" in found.sentence
    assert not found.degraded


def test_a_stable_learner_rarely_alarms():
    alarms = 0
    for seed in range(40):
        alarms += standing(nights(60, np.random.default_rng(seed))).degraded
    assert alarms <= 3  # judged at the last point alone: chart 1 in 2,000 and coverage 1 in 200, reference estimated


def test_a_gain_that_falls_is_heard():
    rng = np.random.default_rng(1)
    fallen = [*nights(30, rng), *nights(12, rng, mean=-0.1)]
    found = standing(fallen)
    assert found.degraded
    assert "the gain of adapting fell" in found.sentence


def test_adapting_that_hurts_is_heard_without_a_reference():
    found = standing(nights(6, np.random.default_rng(2), mean=-0.5))
    assert found.centre is None
    assert "adapting is worse than the stage's mean" in found.reasons[0]


def test_intervals_that_are_too_narrow_are_heard():
    found = standing(nights(8, np.random.default_rng(3), share=0.6))
    assert any("90% interval" in reason for reason in found.reasons)


def test_few_labels_a_night_are_put_together():
    few = [night(d, [0.1, 0.2, 0.3]) for d in range(10)]
    points = joined(few)
    assert all(p.labels >= LABELS_A_POINT for p in points)
    assert sum(p.labels for p in points) == 27  # the last three wait for more


def test_the_false_alarm_rate_is_stated():
    found = standing(nights(REFERENCE + 2, np.random.default_rng(5)))
    assert f"one false alarm in about {false_alarms()} points" in found.sentence


@pytest.mark.slow
def test_the_stated_false_alarm_rate_holds_for_known_limits():
    from models.spc import ewma
    from qc_app.jobs.learner.degrading import SMOOTHING, WIDTH

    rng = np.random.default_rng(0)
    points, signals = 0, 0
    for _ in range(300):
        chart = ewma(rng.normal(size=2000), center=0.0, sigma=1.0, smoothing=SMOOTHING, width=WIDTH)
        low = np.flatnonzero(chart.points < chart.lower)
        points += int(low[0]) + 1 if len(low) else 2000
        signals += bool(len(low))
    assert points / signals == pytest.approx(false_alarms(), rel=0.25)
