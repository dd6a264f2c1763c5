"""A small home: one stage, one folder that delivers."""

from __future__ import annotations

import pytest

from qc_app.cli import main

PLANT = """
[plant]
name = "Works"
[stages.press]
line = "A"
[stages.press.parameters.force]
unit = "kN"
[stages.press.characteristics.width]
unit = "mm"
[sources.files]
kind = "file_folder"
stage = "press"
zone = "UTC"
path = "{drop}"
settle_s = 0
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("QC_USER", "maria")
    monkeypatch.setenv("QC_ROLE", "approver")
    monkeypatch.setenv("QC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drop").mkdir()
    (tmp_path / "plant.toml").write_text(PLANT.format(drop=tmp_path / "drop"))
    return tmp_path / "home"


@pytest.fixture
def applied(home, capsys):
    assert main(["apply", "plant.toml"]) == 0
    capsys.readouterr()
    return home
