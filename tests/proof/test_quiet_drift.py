"""Looks for drift in memory: what counts as one alarm, what is the right name, and the nights that make them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from data_connectors.synthetic import Fault
from models import drift, make_learner
from qc_app.cli import main
from qc_app.errors import SettingsError
from qc_app.plant import Gate
from qc_app.proof import DriftStudied, drift_sentences, drift_tables, study_drift
from qc_app.proof.bare import bare_stage
from qc_app.proof.drifting import Looked, looks
from qc_app.proof.episodes import LASTS, START
from qc_app.proof.nights import Nights
from qc_app.proof.quiet_drift import Noticed, Rung, noticed, rung
from qc_app.proof.worth import likely_rate

ONSET = START + timedelta(days=30, hours=7)


def _night(day: int, *subjects: str, matters: bool = True) -> Looked:
    still = drift.no_verdict("inputs", "", 200, 20.0, "")
    moved = [replace(still, subject=s, drifted=True, matters=matters, look="level", test="level") for s in subjects]
    return Looked(day, drift.Examination((), tuple(moved), drift.summarize(moved)))


def test_an_alarm_that_stands_is_one_and_one_that_comes_back_another():
    nights = [_night(20), _night(21, "tension"), _night(22, "tension", "speed"), _night(23), _night(24, "tension")]
    found = [(r.day, r.subject) for r in rung(1, "rolling-1", nights)]
    assert found == [(21, "tension"), (22, "speed"), (24, "tension")]


def test_what_moved_without_effect_is_no_alarm():
    assert rung(1, "rolling-1", [_night(20, "tension", matters=False)]) == []


def test_a_failed_sensor_is_an_alarm():
    fault = drift.Fault("tension", "stuck", 0, 40, 40.0, 20.0, "tension stands still")
    night = Looked(20, drift.Examination((fault,), (), drift.summarize([])))
    (found,) = rung(1, "rolling-1", [night])
    assert (found.what, found.subject, found.look) == ("stuck", "tension", "sensor")


def test_a_fault_counts_when_its_own_parameter_is_told_newly_and_in_time():
    fault = Fault("sensor_bias", "rolling-1", ONSET, 3.0, "tension", ONSET + timedelta(days=LASTS))
    told = noticed(
        1, fault, [_night(30), _night(31, "speed"), _night(32, "tension", matters=False), _night(33, "tension")]
    )
    assert (told.named, told.alarmed) == (pytest.approx(1.75), pytest.approx(2.75))
    stood = noticed(1, fault, [_night(30, "tension"), _night(31, "tension")])
    assert (stood.named, stood.alarmed) == (None, None)
    assert noticed(1, fault, [_night(30), _night(60, "tension")]).named is None


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)])
def test_the_interval_of_a_rate(count, low, high):
    """Pearson & Hartley, Biometrika Tables for Statisticians 1, table 40 (95 %)."""
    assert likely_rate(count, 1.0) == (pytest.approx(low, abs=5e-3), pytest.approx(high, abs=5e-3))


def test_report_says_rate_with_its_interval_and_what_made_it():
    one = Rung(1, "rolling-1", 40, "inputs", "tension", "level", "level", "QT700-L", 0.7, 1e-4)
    found = DriftStudied({"1 rolling-1": 20.0}, [one], [Noticed(1, "rolling-1", "stuck", "tension", 1.0, 0.8, None)])
    assert drift_sentences(found) == [
        "1 false alarms in 20 stage-weeks: 0.05 a stage and week (95 % sure: 0.00 to 0.28), stated at most 0.1",
        "faults called by their right name: 1 of 1, 0 as an alarm",
    ]
    assert [(title, rows[0][0]) for title, _, rows in drift_tables(found)] == [
        ("false alarms by what made them", "inputs: level"),
        ("by stage", "rolling-1"),
        ("by grade that moved farthest", "QT700-L"),
        ("faults", "stuck 1"),
    ]


def test_settings_out_of_range_are_told():
    for seeds, days, stages in (([], 60, 1), ([1], 39, 1), ([1], 60, 7)):
        with pytest.raises(SettingsError, match="bench drift"):
            study_drift(seeds, days, stages, lambda *_: None)


@pytest.mark.slow
def test_nights_in_memory_tell_a_moved_sensor_by_its_name_at_equal_grade():
    fault = Fault("sensor_bias", "rolling-1", ONSET, 5.0, "tension", ONSET + timedelta(days=LASTS))
    nights = Nights(bare_stage(3, "rolling-1", 34, (fault,)), 34, make_learner("ridge").fit([]), Gate()).play()
    seen = list(looks(nights, by_grade=True))
    assert [night.day for night in seen] == list(range(seen[0].day, 35))
    late = noticed(3, fault, seen).named
    assert late is not None
    assert late < 3
    decided = [v for v in seen[-1].found.verdicts if v.drift_of == "inputs" and v.look]
    assert decided
    assert all(v.in_context for v in decided)
    relation = next(v for v in seen[-1].found.verdicts if v.drift_of == "relation")
    assert 20 <= relation.n <= 60
    assert np.isfinite(relation.statistic)


@pytest.mark.slow
def test_the_command_says_the_rate(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "220")
    out = tmp_path / "d.json"
    asked = ["bench", "drift", "--plants", "1", "--days", "40", "--stages", "1", "--out", str(out)]
    assert main(asked) == 0
    assert "a stage and week (95 % sure" in capsys.readouterr().out
    assert set(json.loads(out.read_text())) == {"weeks", "rung", "noticed"}
