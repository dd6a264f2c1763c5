"""What a newcomer gets wrong in a plant file, and what the command line says to it: what, where, what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from qc_app.cli import main

PLANT = """[plant]
name = "Works"
zone = "Europe/Berlin"
[stages.press]
line = "A"
[stages.press.parameters.temp]
unit = "degC"
low = 0
high = 500
[stages.press.characteristics.width]
unit = "mm"
lower = 9
target = 10
[sources.files]
kind = "file_folder"
stage = "press"
path = "/data/in"
[sources.files.units]
temp = "degF"
"""


def told(capsys):
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('kind = "file_folder"', 'kind = "file_foldr"', "no kind of source 'file_foldr' - did you mean 'file_folder'?"),
        ('path = "/data/in"', 'path = "/data/in"\nsetle_s = 1', "no setting 'setle_s' - did you mean 'settle_s'?"),
        ('path = "/data/in"', "path = 3", "source 'files': path = 3 - give a text"),
        ('path = "/data/in"\n', "", "source 'files': path is missing - give the folder"),
        ('path = "/data/in"', 'path = "/data/in"\nsettle_s = "0"', "settle_s = '0' - give a number"),
        ('path = "/data/in"', 'path = "/data/in"\nlateness_s = -5', "line 14: [sources.files]: source 'files': late"),
        ('temp = "degF"', 'temp = "degFF"', "units of 'temp': unit 'degFF' is not known - did you mean 'degF'?"),
        ('temp = "degF"', 'temp = "mm"', "there is no conversion - correct one of the two units"),
        ("lower = 9", "lower = 11", "line 10: [stages.press.characteristics.width]: characteristic 'width': lower 11"),
        ("high = 500", "high = -1", "line 6: [stages.press.parameters.temp]: parameter 'temp': low 0.0 is not below"),
        ("low = 0", "low = 0\nlow = 1", "line 9: the same key is given twice - keep one of the two"),
        ("low = 0", "low = true", "line 8: low = true must be a number"),
        ('stage = "press"\npath', 'stage = "press"\nnight = 2026-01-01\npath', "file_folder has no setting 'night'"),
        ('zone = "Europe/Berlin"', 'night_at = "2am"', "line 3: plant.night_at is '2am' - write a local time such as"),
        ('zone = "Europe/Berlin"', "night_at = 02:00:00", "line 3: night_at = 02:00:00 must be text in quotes"),
        ('[sources.files.units]\ntemp = "degF"', 'units = "degF"', "must be a table - write [sources.files.units]"),
        ("[stages.press]", "[gate]\nmin_rows = 1\n[stages.press]", "line 5: gate.min_rows is 1 - give a value from 2"),
        (PLANT[-6:], "deg", "line 19: the file ends in the middle"),
        (PLANT[PLANT.index("[stages.press.par") :], "[stages.press.parameters]\ntemp = 3\n",
         "line 7: stages.press.parameters.temp must be a table - write [stages.press.parameters.temp]"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_and_nothing_is_made(home, capsys, old, new, words):
    assert old in PLANT
    Path("plant.toml").write_text(PLANT.replace(old, new, 1))
    assert main(["apply", "plant.toml"]) == 2
    said = told(capsys)
    assert "plant.toml" in said
    assert words in said
    assert not home.exists()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[sources.files]", "", "the plant has no stage yet"),
        ('unit = "mm"', 'unit = "milimeter"', "unit 'milimeter' is not known - did you mean 'millimeter'?"),
        ('path = "/data/in"', 'path = "data/in"', "path 'data/in' counts from the folder in which qc runs"),
        ('stage = "press"', 'stage = "press"\ncarries = "labels"', "stage 'press' has no source of measurements"),
    ],
)
def test_loose_ends_are_noted_and_applied(home, capsys, old, new, words):
    text = PLANT.split("[sources.files.units]", maxsplit=1)[0]
    Path("plant.toml").write_text('[plant]\nname = "Empty"\n' if not new else text.replace(old, new, 1))
    assert main(["apply", "plant.toml"]) == 0
    assert words in told(capsys)


def test_differences_read_aloud(home, capsys):
    Path("plant.toml").write_text(PLANT)
    assert main(["apply", "plant.toml"]) == 0
    Path("plant.toml").write_text(PLANT.replace("target = 10\n", "upper = 11\n").replace('temp = "degF"', 'temp = "K"'))
    capsys.readouterr()
    assert main(["apply", "plant.toml", "--dry-run"]) == 0
    said = told(capsys)
    assert "characteristic 'width': target 10.0 is no longer given" in said
    assert "characteristic 'width': upper = 11.0 is new" in said
    assert "units: temp 'degF' becomes 'K'" in said


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _home: None, "there is no plant in"),
        (lambda home: home.mkdir(), "there is no plant in"),
        (lambda home: home.write_text("x"), "is a file, not the folder of a plant - name another --home"),
    ],
)
def test_a_wrong_home_is_named_and_left_alone(home, capsys, make, words):
    make(home)
    for command in ("status", "night", "ingest", "check", "export", "scheduler"):
        assert main([command]) == 2
        assert words in told(capsys)
    assert not home.is_dir() or not list(home.iterdir())


def test_a_port_that_cannot_be_is_wrong_use(home, capsys):
    assert main(["up", "--port", "99999"]) == 2
    assert "--port" in told(capsys)
