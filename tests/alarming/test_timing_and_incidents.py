"""Delays, dead band, incidents, rates: pure, on times that the tests say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qc_app.alarming import GROUPS, KINDS, MERGE, Joint, at_level, joint_of
from qc_app.alarming.rates import Rung, floods, rates
from qc_app.alarming.timing import debounced

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(0, 5), st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_a_condition_counts_only_after_it_was_there_throughout(looks, on, off):
    """Against the plain words: the last looks, as many as the delay holds, must all agree."""
    abnormal, signal, since = False, False, NOON
    for n, look in enumerate(looks):
        now = NOON + n * MINUTE
        signal, since = look, since if look == signal else now
        abnormal = debounced(abnormal=abnormal, signal=signal, since=since, now=now, on_s=60 * on, off_s=60 * off)
        same = next((k for k, earlier in enumerate(reversed(looks[: n + 1])) if earlier != look), n + 1)
        if same > (on if look else off):
            assert abnormal is look
    if not any(looks):
        assert not abnormal


@given(st.floats(0, 1), st.lists(st.floats(0, 2), max_size=30))
@settings(max_examples=100, deadline=None)
def test_within_the_dead_band_nothing_changes(band, levels):
    stands = False
    for level in levels:
        now = at_level(level, band, standing=stands)
        assert now is stands or level >= 1 or level <= 1 - band
        stands = now


def test_the_rule_of_incidents():
    cast = Joint(1, "process", ["drift"], ["casting-1"], NOON)
    network = Joint(2, "data", ["stale_source"], ["casting-1"], NOON)
    known = [cast, network]
    hour = NOON + timedelta(hours=1)
    assert joint_of("anomaly", "process", "casting-1", (), hour, known) == 1
    assert joint_of("anomaly", "process", "rolling-1", {"casting-1"}, hour, known) == 1
    assert joint_of("anomaly", "process", "rolling-1", (), hour, known) is None
    assert joint_of("stale_source", "data", "etching-9", (), hour, known) == 2
    assert joint_of("bad_data", "data", "casting-1", (), hour, known) is None
    assert joint_of("drift", "process", "casting-1", (), NOON + MERGE + MINUTE, known) is None
    newer = Joint(3, "process", ["drift"], ["casting-1"], hour)
    assert joint_of("drift", "process", "casting-1", (), hour, [*known, newer]) == 3


def rung(n, minute, **given):
    return Rung(("drift", "s", f"p{n}"), given.pop("priority", "low"), NOON + minute * MINUTE, **given)


def test_a_flood_begins_over_ten_and_ends_under_five_in_ten_minutes():
    burst = [NOON + timedelta(seconds=30 * n) for n in range(20)]
    slow = [NOON + timedelta(minutes=12 + 3 * n) for n in range(5)]
    (flood,) = floods([*burst, *slow])
    assert flood.start == NOON
    assert burst[-1] <= flood.end <= slow[3]
    assert floods(burst[:10]) == []
    assert len(floods([*burst, *[at + timedelta(hours=3) for at in burst]])) == 2
    assert floods(burst, operators=2) == []


def test_what_the_report_counts():
    at = NOON + timedelta(days=2)
    told = [
        *(rung(1, 60 * n, until=NOON + (60 * n + 5) * MINUTE) for n in range(3)),
        rung(2, 10, priority="high", answered=NOON + 14 * MINUTE),
        *(rung(3, 30, until=NOON + 31 * MINUTE) for _ in range(3)),
    ]
    found = rates(told, NOON, at)
    assert (found.rung, found.floods, found.frequent[0][1]) == (7, [], 3)
    assert found.chattering == {("drift", "s", "p3"): 1}
    assert found.nuisance == {("drift", "s", "p1"): 3, ("drift", "s", "p3"): 3}
    assert [r.key[2] for r in found.stale] == ["p2"]
    assert found.priorities == {"high": pytest.approx(1 / 7), "medium": 0, "low": pytest.approx(6 / 7)}
    assert found.answer_s == 240
    assert "acceptable" in found.verdict


def test_an_alarm_with_a_cause_is_no_nuisance():
    told = [rung(1, 60 * n, until=NOON + (60 * n + 5) * MINUTE, caused=n == 1) for n in range(4)]
    assert rates(told, NOON, NOON + timedelta(days=1)).nuisance == {}


def test_too_many_are_said_to_be_too_many():
    told = [rung(n, 5 * n) for n in range(24)]
    assert "more than one can answer" in rates(told, NOON, NOON + timedelta(hours=2)).verdict
    assert "acceptable" in rates(told, NOON, NOON + timedelta(hours=2), operators=2).verdict
    assert rates([], NOON, NOON + timedelta(days=7)).verdict.startswith("0 alarms")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_consequence_a_plan_and_sound_causes(kind):
    rule = KINDS[kind]
    assert rule.consequence
    assert rule.response
    assert rule.group in GROUPS
    assert set(rule.suppressed_by) <= set(KINDS) - {kind}
