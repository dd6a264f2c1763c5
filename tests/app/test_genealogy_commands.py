"""Commands on genealogy and events, as a person gives them: what they say, and what they refuse."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data_connectors.schema import Parameter, Stage
from qc_app.cli import main
from qc_app.clock import ManualClock
from qc_app.plant import Calendar, Mark, Plant, Shift, digest, render
from qc_app.settings import Settings
from qc_app.store import open_store
from tests.genealogy.conftest import Works

START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path):
    cast = Stage("cast", "L", "cast", (Parameter("heat"),), ())
    roll = Stage("roll", "L", "roll", (Parameter("force"),), (), ("cast",))
    plant = Plant(
        "Line", "Europe/Berlin", stages=(cast, roll), marks=(Mark("nozzle"),),
        calendar=Calendar((Shift("early", "06:00", "14:00"),)),
    )  # fmt: skip
    folder = tmp_path / "home"
    with open_store(Settings(home=folder), create=True, clock=ManualClock(START)) as store:
        store.journal.plants.save(render(plant), digest(plant), "test", "", START)
        works = Works(store, ManualClock(START))
        works.units(cast, {f"H{n}": (START.replace(hour=n), 1.0) for n in range(6)})
        works.units(roll, {"S1": (START.replace(hour=9), 1.0)})
    return folder


def run(capsys, *words) -> tuple[int, str]:
    code = main([str(w) for w in words])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_links_from_a_file_are_followed(home, tmp_path, capsys):
    file = tmp_path / "links.csv"
    file.write_text("unit;parent\nS1;H1\nS2;H1\n")
    assert run(capsys, "genealogy", "import", file, "--stage", "roll", "--home", home) == (
        0, "2 links read for stage 'roll': 2 new, 0 change nothing\n"
    )  # fmt: skip
    assert "0 new, 2 change nothing" in run(capsys, "genealogy", "import", file, "--stage", "roll", "--home", home)[1]
    code, told = run(capsys, "genealogy", "show", "roll", "S1", "--up", "--home", home)
    assert code == 0
    assert "H1" in told
    assert "made of S1" not in told
    assert "2 at roll" in run(capsys, "genealogy", "touched", "cast", "--unit", "H1", "--home", home)[1]
    file.write_text("unit,parent\nS2,H1\n")
    assert "1 withdrawn" in run(capsys, "genealogy", "import", file, "--stage", "roll", "--withdraw", "--home", home)[1]
    assert "nothing is known" in run(capsys, "genealogy", "show", "roll", "S2", "--home", home)[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing to read"),
        ("unit,parent\n", "no row below it"),
        ("unit,partent\nS1,H1\n", "did you mean 'parent'?"),
        ("unit\nS1\n", "no column 'parent'"),
        ("unit,parent\nS1,\n", "line 2 has no parent"),
        ("unit,parent,share\nS1,H1,2\n", "line 2: share '2'"),
        ("unit,parent,stage\nS1,H1,forge\n", "line 2: there is no stage 'forge'"),
    ],
)
def test_files_that_cannot_be_understood_keep_nothing(home, tmp_path, capsys, text, words):
    file = tmp_path / "links.csv"
    file.write_text(text)
    code, told = run(capsys, "genealogy", "import", file, "--stage", "roll", "--home", home)
    assert code == 1
    assert words in told
    assert "nothing is known" in run(capsys, "genealogy", "show", "roll", "S1", "--home", home)[1]


def test_the_first_stage_must_say_whose_parents_they_are(home, tmp_path, capsys):
    file = tmp_path / "links.csv"
    file.write_text("unit,parent\nH1,X\n")
    code, told = run(capsys, "genealogy", "import", file, "--stage", "cast", "--home", home)
    assert code == 1
    assert "0 stages are upstream of 'cast', so say which" in told


def test_events_by_file_and_by_hand_and_what_they_touched(home, tmp_path, capsys):
    file = tmp_path / "events.csv"
    file.write_text("stage,time,kind,text\ncast,2026-03-01 02:30,tool_change,nozzle 7\n"
                    "cast,2026-03-01 04:30,tool_change,nozzle 8\n")  # fmt: skip
    assert run(capsys, "events", "import", file, "--home", home)[1] == "2 events read: 2 new, 0 known already\n"
    assert "0 new" in run(capsys, "events", "import", file, "--home", home)[1]
    noted = run(capsys, "events", "add", "cast", "nozzle", "dripping", "--at", "2026-03-01T07:00", "--home", home)
    assert noted == (0, "noted: nozzle at cast, 2026-03-01 07:00 +01:00\n")
    assert "no event is noted" in run(capsys, "events", "list", "--home", home)[1]  # of the last 90 days
    run(capsys, "events", "add", "cast", "maintenance", "oiled", "--home", home)
    assert "oiled" in run(capsys, "events", "list", "--stage", "cast", "--home", home)[1]
    code, told = run(capsys, "genealogy", "touched", "cast", "--event", 1, "--home", home)
    assert (code, "2 units: 2 at cast" in told) == (0, True)  # H2 (03:00) and H3 (04:00) by the plant's clock
    code, told = run(capsys, "genealogy", "touched", "cast", "--event", 9, "--home", home)
    assert (code, "has no event 9" in told) == (1, True)
    code, told = run(capsys, "events", "add", "cast", "tols", "x", "--home", home)
    assert (code, "use one of: tool_change" in told) == (1, True)
    file.write_text("stage,time,kind\ncats,2026-03-01 02:30,tool_change\n")
    assert "line 2: there is no stage 'cats' - did you mean 'cast'?" in run(capsys, "events", "import", file,
                                                                            "--home", home)[1]  # fmt: skip
