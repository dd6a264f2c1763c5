"""The sample plant that the operating guide names really works."""

from __future__ import annotations

from pathlib import Path

import pytest

from qc_app.cli import main
from qc_app.jobs.learner import train
from qc_app.plant import parse, remarks
from qc_app.settings import Settings
from qc_app.store import open_store

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "deploy" / "sample-plant" / "plant.toml"


def test_apply_check_ingest_night(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("QC_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(train, "LEARNER", "ridge")
    text = SAMPLE.read_text().replace("settle_s = 1", "settle_s = 0")
    (tmp_path / "plant.toml").write_text(text)
    for command in (["apply", str(tmp_path / "plant.toml")], ["check"], ["ingest"], ["night"], ["status"]):
        assert main(command) == 0, capsys.readouterr()
    said = " ".join(capsys.readouterr().out.split())
    assert "120 records from 1 stage: 120 new, 0 revisions, 0 duplicates, 0 quarantined; 80 predictions" in said
    assert "balances; 0 held" in said
    with open_store(Settings(home=tmp_path / "home")) as store:
        assert store.lake.predictions("press-1", characteristic="width").height == 80
        assert 50 < store.lake.measurements("press-1")["die_temp"].mean() < 75


def test_it_leaves_no_loose_end_but_its_own_place():
    assert all("counts from the folder" in line for line in remarks(parse(SAMPLE.read_text())))


@pytest.mark.parametrize("key", ["day_starts", "night_at", "ingest_every_s"])
def test_the_defaults_it_shows_are_true(key):
    line = next(line for line in SAMPLE.read_text().splitlines() if line.startswith(f"# {key} = "))
    shown = line.removeprefix("# ").split("#")[0]
    text = SAMPLE.read_text()
    assert parse(text.replace(line, shown)) == parse(text)
