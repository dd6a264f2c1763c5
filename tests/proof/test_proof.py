"""The proof: faults are dealt fairly, outcomes count what they say, a play runs through and goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from data_connectors.synthetic import Fault
from qc_app.cli import main
from qc_app.errors import SettingsError
from qc_app.proof import Asked, Proof, figures, plot, run_proof, sentences, tables
from qc_app.proof import run as running
from qc_app.proof.episodes import LASTS, REST, SIZES, STAGES, START, WARM_UP, Call, rightly, schedule
from qc_app.proof.outcome import outcome, repair
from qc_app.proof.play import Played, Told
from qc_app.proof.promotions import Promotion
from qc_app.proof.quiet import quiet

FAULT = Fault("sensor_bias", "rolling-1", START + timedelta(days=40, hours=7), 3.0, "tension")


def playing(nights, days=60, faults=(FAULT,)):
    """A play of which only what was said is known."""
    return Played(plant=None, faults=faults, days=days, store=None, answers=None, nights=nights)


def told(*calls, quietly=()):
    return Told(frozenset(calls), frozenset((*calls, *quietly)))


def test_two_seeds_of_ninety_days_deal_every_kind_in_every_size():
    dealt = Counter((f.kind, f.size) for seed in (1, 2) for f in schedule(seed, STAGES[:4], 90))
    assert set(dealt) == {(kind, size) for kind, sizes in SIZES.items() for size in sizes}
    assert max(dealt.values()) <= 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_stage_rests_between_faults_and_its_line_has_one_at_a_time(seed):
    faults = schedule(seed, STAGES[:4], 150)
    for line in "12":
        mine = [f for f in faults if f.stage.endswith(line)]
        for one, other in pairwise(mine):
            assert one.until <= other.onset
        for stage in {f.stage for f in mine}:
            own = [f for f in mine if f.stage == stage]
            assert all(b.onset - a.until == timedelta(days=REST) for a, b in pairwise(own))
    assert min(f.onset for f in faults) >= START + timedelta(days=WARM_UP)
    assert all(f.until - f.onset == timedelta(days=LASTS) for f in faults)


@pytest.mark.parametrize(
    ("kind", "subject", "call", "right"),
    [
        ("stuck", "tension", Call("flat line", "tension"), True),
        ("stuck", "tension", Call("inputs", "tension"), False),
        ("relation", "y", Call("relation", "residuals"), True),
        ("tool_wear", "", Call("inputs", "roll_wear"), True),
        ("tool_wear", "", Call("inputs", "tension"), False),
        ("outage", "", Call("stale_source", ""), True),
        ("late_labels", "", Call("late_labels", "y"), True),
        ("gauge_shift", "y", Call("control_rule", "y"), False),
    ],
)
def test_right_names(kind, subject, call, right):
    assert rightly(Fault(kind, "rolling-1", START, 1.0, subject), call) is right


def units(off=lambda _: 1.0, out=lambda _: False):
    days = np.arange(0, 60, 0.25)
    return pl.DataFrame({"day": days, "off": [off(d) for d in days], "off_monthly": [off(d) for d in days],
                         "out": [out(d) for d in days]})  # fmt: skip


def test_an_outcome_counts_what_is_new_and_when_it_was_right():
    standing, wrong, right = Call("model_off", "y"), Call("inputs", "exit_temp"), Call("inputs", "tension")
    nights = {("rolling-1", day): told(standing) for day in range(30, 42)}
    nights["rolling-1", 42] = told(standing, wrong)
    nights["rolling-1", 43] = told(standing, wrong, quietly=(right,))
    nights["rolling-1", 45] = told(standing, right)
    found = outcome(playing(nights), 1, FAULT, units(), np.array([20.0, 47.5]))
    late = 18 / 24
    assert (found.noticed, found.named, found.alarmed) == (1 + late, 2 + late, 4 + late)
    assert found.called == ("inputs exit_temp", "inputs tension")
    assert found.shewhart == pytest.approx(47.5 - 40 - 7 / 24)
    assert not found.degraded


def test_what_stood_before_is_no_notice():
    nights = {("rolling-1", day): told(Call("inputs", "tension")) for day in range(30, 60)}
    found = outcome(playing(nights), 1, FAULT, units(), np.zeros(0))
    assert (found.noticed, found.named, found.called) == (None, None, ())


def test_bad_units_are_spared_between_both_notices_and_lost_the_other_way():
    shifted = replace(FAULT, kind="input_shift")
    nights = {("rolling-1", 42): told(Call("inputs", "tension"))}
    bad = units(out=lambda d: 41 <= d < 45)
    late, early = np.array([44.0]), np.array([41.0])
    assert outcome(playing(nights), 1, shifted, bad, late).spared > 0
    assert outcome(playing(nights), 1, shifted, bad, early).spared < 0
    assert outcome(playing(nights), 1, FAULT, bad, late).spared == 0


def test_a_model_that_never_comes_back_is_not_repaired():
    assert repair(units(lambda d: 3.0 if d >= 40 else 1.0), 40.0, "off") == (True, None)
    assert repair(units(), 40.0, "off") == (False, None)


def test_an_alarm_that_stands_is_counted_once_and_truth_about_the_specification_never():
    stays, again = Call("control_rule", "y"), Call("measured_out_of_spec", "y")
    nights = {("rolling-1", d): told(stays, *([again] if d % 2 else [])) for d in range(35, 50)}
    nights["rolling-1", 50] = told()
    found = quiet(playing(nights, faults=()), 1, "rolling-1", np.array([33.0]), 217)
    assert found.alarms == {"control_rule": 1}
    assert (found.weeks, found.shewhart) == (pytest.approx(30 / 7), 1)
    told_ = figures(Proof(Asked(), quiets=[found]))
    assert told_["rules_a_week"] == pytest.approx(7 / 30)
    assert told_["promised_a_week"] == pytest.approx(217 * 7 / 30 / 216.7, rel=0.01)  # one signal in 217 results


def promotion(gain, changed=False, month=0.01):
    return Promotion(1, "quiet", "rolling-1", 40, "r", 2.0, 2.0 * (1 - gain), month, 0.05, changed)


def test_promotions_count_apart_where_the_plant_changed():
    proof = Proof(Asked(), promotions=[promotion(0.1), promotion(-0.1, changed=True)])
    assert figures(proof)["better_same"] == 1.0
    assert figures(proof)["better"] == 0.5
    assert (figures(proof)["worse"], figures(proof)["worse_same"]) == (1, 0)
    assert "of 1 challengers better on the week after 100%" in " ".join(sentences(proof))


def test_worse_is_worse_by_more_than_delta():
    within, beyond = promotion(-0.04, month=-0.01), promotion(-0.06)
    assert [(p.better, p.worse, p.better_month) for p in (within, beyond)] == [
        (False, False, False),
        (False, True, True),
    ]


def test_settings_out_of_range_and_foreign_files_are_told(tmp_path):
    for wrong in ({"days": 39}, {"stages": 7}, {"seeds": 0}, {"learner": "rigde"}, {"parts": ("calm",)}):
        with pytest.raises(SettingsError):
            Asked(**wrong)
    with pytest.raises(SettingsError, match="no result of bench monitor"):
        Proof.from_json("[1]")
    out = tmp_path / "p.json"
    out.write_text(Proof(Asked(seeds=9)).to_json())
    with pytest.raises(SettingsError, match="other settings"):
        run_proof(Asked(), out, lambda *_: None)


def test_a_run_that_was_cut_short_goes_on(tmp_path, monkeypatch):
    played = []

    def play(proof, part, seed, heard):
        played.append((part, seed))
        if len(played) == 3:
            raise KeyboardInterrupt
        proof.done.append(f"{part} {seed}")

    monkeypatch.setattr(running, "_play", play)
    out = tmp_path / "p.json"
    with pytest.raises(KeyboardInterrupt):
        run_proof(Asked(), out, lambda *_: None)
    found = run_proof(Asked(), out, lambda *_: None)
    assert played == [("faults", 1), ("quiet", 1), ("faults", 2), ("faults", 2), ("quiet", 2)]
    assert len(found.done) == 4


@pytest.mark.slow
def test_a_short_play_runs_through_the_real_nights(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "220")
    out, picture = tmp_path / "p.json", tmp_path / "p.svg"
    assert main(["bench", "monitor", "--seeds", "1", "--days", "42", "--stages", "1", "--out", str(out),
                 "--plot", str(picture)]) == 0  # fmt: skip
    told_ = capsys.readouterr().out
    found = Proof.from_json(out.read_text())
    assert found.done == ["faults 1", "quiet 1"]
    assert found.failures == []
    assert len(found.outcomes) == 1
    assert found.quiets[0].weeks == pytest.approx(12 / 7)
    assert tables(found)[0][0].startswith("faults")
    assert "faults called by their right name" in told_
    assert plot(found, str(picture))
    assert picture.stat().st_size > 1000
