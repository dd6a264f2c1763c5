"""The gate on made plants: the true error is the mean of many units, nights in memory follow the real rules."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from models import make_learner
from qc_app.cli import main
from qc_app.errors import SettingsError
from qc_app.plant import Gate
from qc_app.proof import promoted, study_gate
from qc_app.proof.bare import bare_stage
from qc_app.proof.episodes import schedule
from qc_app.proof.nights import Nights
from qc_app.proof.worth import expected_error, likely_share


@pytest.mark.parametrize("away", [0.0, 0.4, 3.0])
def test_the_expected_error_is_the_mean_of_many_units(away):
    units = 5.0 + 2.0 * np.random.default_rng(0).normal(size=200_000)
    found = expected_error(np.array([5.0]), np.array([5.0 + away]), 2.0)[0]
    assert found == pytest.approx(np.abs(units - 5.0 - away).mean(), rel=0.01)


def test_a_prediction_nearer_to_the_truth_is_always_better():
    said = np.linspace(0.0, 4.0, 30)
    assert np.all(np.diff(expected_error(np.zeros(30), said, 1.0)) > 0)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(9, 10, 0.596, 0.982), (0, 10, 0.0, 0.278), (81, 263, 0.255, 0.366)]
)
def test_the_interval_of_a_share(hits, of, low, high):
    """81 of 263: Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3."""
    found = likely_share(hits, of)
    assert found == (pytest.approx(low, abs=6e-4), pytest.approx(high, abs=6e-4))
    assert likely_share(0, 0) == (0.0, 1.0)


def test_a_bare_stage_is_the_plant_that_nights_read():
    made = bare_stage(3, "rolling-1", 5)
    assert made.labels.height == len(made.known)
    assert np.all(np.diff(made.known) >= 0)
    assert np.all(np.diff(made.day) >= 0)
    units = made.units["unit_id"].to_list()
    assert [units[place] for place in made.labels["place"]] == made.labels["unit_id"].to_list()
    assert set(made.units.columns) == {"unit_id", "t_event", *(p.name for p in made.stage.parameters)}


def test_a_fault_is_in_the_truth_and_in_the_results():
    faults = tuple(replace(f, kind="relation", subject="thickness_deviation", size=3.0)
                   for f in schedule(1, ("rolling-1",), 45)[:1])  # fmt: skip
    calm, hit = bare_stage(1, "rolling-1", 34), bare_stage(1, "rolling-1", 34, faults)
    after = calm.day > 31
    assert np.allclose(calm.expected[calm.day < 30], hit.expected[calm.day < 30])
    assert (hit.expected - calm.expected)[after].mean() > 10


@pytest.mark.slow
def test_nights_in_memory_promote_and_what_they_promote_is_judged():
    made = bare_stage(13, "rolling-2", 45)
    learner = make_learner("ridge").fit([])
    nights = Nights(made, 45, learner, Gate()).play()
    assert 0.2 < nights.error < 0.8
    assert np.isfinite(nights.answered[made.day > 20]).mean() > 0.95
    assert nights.promotions
    assert all(p.day <= 38 and p.part == "memory" and p.delta == 0.05 for p in nights.promotions)
    assert promoted(nights.promotions).startswith(f"of {len(nights.promotions)} challengers better")
    again = Nights(made, 45, learner, Gate()).play()
    assert again.promotions == nights.promotions
    never = Nights(made, 45, learner, Gate(delta_share=1.0)).play()
    assert not [p for p in never.promotions if p.rule.startswith("paired")]


def test_settings_out_of_range_are_told():
    for seeds, days, stages in (([], 60, 1), ([1], 36, 1), ([1], 60, 7)):
        with pytest.raises(SettingsError, match="bench gate"):
            study_gate(seeds, days, stages, Gate(), lambda *_: None)


@pytest.mark.slow
def test_the_command_says_how_many_were_right(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "220")
    out = tmp_path / "g.json"
    asked = ["bench", "gate", "--plants", "1", "--first", "13", "--days", "40", "--stages", "1", "--out", str(out)]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "true error of whoever answered" in said
    assert set(json.loads(out.read_text())) == {"promotions", "errors"}
