"""qc labels queue and qc labels worth: what the night wrote, printed; sentences where there is nothing."""

from __future__ import annotations

import pytest

from qc_app.cli import main
from tests.pages.made_plants import empty, healthy


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    return str(healthy(tmp_path / "home"))


def said(capsys) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_the_queue_is_printed_with_reasons_and_the_random_draw(home, capsys):
    assert main(["labels", "queue", "rolling-1", "--home", home]) == 0
    text = said(capsys)
    assert text.count("tells of 12% of the units") == 4
    assert text.count("drawn at random") == 1
    assert text.count("◆") == 1
    assert "66 would give ±0.011 mm" in text
    assert main(["labels", "queue", "rolling-1", "--characteristic", "hardness", "--home", home]) == 0
    assert "hardness: measure next" in said(capsys)


def test_a_plant_without_a_night_says_so(tmp_path, capsys):
    home = str(empty(tmp_path / "home"))
    assert main(["labels", "queue", "rolling-1", "--home", home]) == 0
    assert "the night writes this list" in said(capsys)
    asked = ["--measure", "1", "--scrap", "1", "--miss", "1", "--units", "9"]
    assert main(["labels", "worth", "rolling-1", *asked, "--home", home]) == 1


def test_what_a_label_is_worth(home, capsys):
    asked = ["--scrap", "40", "--miss", "900", "--units", "5000", "--home", home]
    assert main(["labels", "worth", "rolling-1", "--measure", "0", *asked]) == 0
    assert "measure up to" in said(capsys)
    assert main(["labels", "worth", "rolling-1", "--measure", "1e9", *asked]) == 0
    assert "costs more than it is expected to save" in said(capsys)
    assert main(["labels", "worth", "rolling-1", "--measure", "-1", *asked]) == 2
    assert main(["labels", "queue", "rolling-9", "--home", home]) == 2
