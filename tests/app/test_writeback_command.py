"""qc writeback: how it stands, stop, start; and its place in the plant definition."""

from __future__ import annotations

import pytest

from qc_app.cli import main
from qc_app.errors import PlantError
from qc_app.plant import difference, parse, render

OUTLET = """
[writeback.to-plc]
kind = "file"
stage = "press"
characteristic = "width"
low = 0
high = 20
dead_value = 10
on = true
path = "{out}"
"""


@pytest.fixture
def telling(home, tmp_path, capsys):
    plant = tmp_path / "plant.toml"
    plant.write_text(plant.read_text() + OUTLET.format(out=tmp_path / "out"))
    assert main(["apply", "plant.toml"]) == 0
    capsys.readouterr()
    return plant.read_text()


def test_the_switch_from_the_command_line(telling, capsys):
    assert main(["writeback", "stop"]) == 1
    assert "needs a reason" in capsys.readouterr().err
    assert main(["writeback", "stop", "--reason", "valve sticks"]) == 0
    assert "stopped: to-plc" in capsys.readouterr().out
    assert main(["writeback", "status"]) == 0
    assert "stopped by maria: valve sticks" in capsys.readouterr().out
    assert main(["writeback", "start", "to-plc", "--reason", "mended"]) == 0
    assert main(["writeback", "start", "to-plk", "--reason", "mended"]) == 1
    assert "did you mean 'to-plc'" in capsys.readouterr().err


def test_a_plant_without_write_back_says_so(applied, capsys):
    assert main(["writeback", "status"]) == 0
    assert "nothing is told to it" in capsys.readouterr().out


def test_the_definition_keeps_outlets(telling):
    plant = parse(telling)
    assert parse(render(plant)) == plant
    changed = parse(telling.replace("high = 20", "high = 30"))
    assert difference(plant, changed) == ["write-back 'to-plc': high 20.0 becomes 30.0"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"width"\nlow', '"widht"\nlow', "did you mean 'width'"),
        ('stage = "press"\ncharacteristic', 'stage = "pres"\ncharacteristic', "did you mean 'press'"),
        ("low = 0\n", "", "has no low"),
        ("dead_value = 10", "dead_value = 99", "lies outside"),
        ('kind = "file"\nstage = "press"\nchar', 'kind = "opc"\nstage = "press"\nchar', "did you mean 'opcua'"),
    ],
)
def test_a_wrong_outlet_is_told_with_its_place(telling, old, new, words):
    assert old in telling
    with pytest.raises(PlantError, match=words):
        parse(telling.replace(old, new))


def test_an_outlet_that_could_never_write_is_refused_at_apply(telling, tmp_path, capsys):
    (tmp_path / "plant.toml").write_text(telling.replace('path = "', 'pat = "').replace('pat = "', 'path = "', 1))
    assert main(["apply", "plant.toml"]) == 2
    assert "path is missing" in capsys.readouterr().err
