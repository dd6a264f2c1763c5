"""`qc import`: a dry run first, then a plant that reads the file, with units, labels and limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_connectors.file_folder import exports
from qc_app.cli import main
from qc_app.plant import parse
from qc_app.settings import Settings
from qc_app.store import open_store

SAMPLES = Path(exports.__file__).parent / "samples"
KILN = [str(SAMPLES / "historian.csv"), "--ranges", str(SAMPLES / "ranges.csv"), "--stage", "kiln"]
BERLIN = ["--zone", "Europe/Berlin"]


def run(home: Path, *words: str) -> int:
    return main(["import", *words, "--home", str(home)])


def test_a_dry_run_shows_a_definition_that_can_be_applied_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "plant"
    assert run(home, *KILN, *BERLIN) == 0
    said = capsys.readouterr().out
    assert "historian, 120 rows from 2026-03-01 05:00 to 2026-03-01 06:59 UTC, 0 refused" in said
    assert "ranges, 12 results" in said
    assert "nothing was changed" in said
    assert not home.exists()
    snippet = said[said.index("[stages.kiln]") : said.index("nothing was changed")]
    plant = parse('[plant]\nname = "Works"\n' + snippet)
    assert [s.id for s in plant.stages] == ["kiln"]
    assert [s.carries for s in plant.sources] == ["measurements", "labels"]


def test_what_is_applied_is_read_and_labels_meet_their_windows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "plant"
    assert run(home, *KILN, *BERLIN, "--apply", "--reason", "trial") == 0
    assert main(["ingest", "--home", str(home)]) == 0
    assert "132 records from 1 stage:" in capsys.readouterr().out
    with open_store(Settings.load(home)) as store:
        plant = parse(store.journal.plants.current().definition)  # type: ignore[union-attr]
        units = set(store.lake.measurements("kiln")["unit_id"])
        labelled = set(store.journal.labels.known("kiln", "Restfeuchte")["unit_id"])
    assert plant.stages[0].window is not None
    assert len(units) == 11
    assert units <= labelled


def test_a_second_import_into_a_stage_that_is_there_maps_its_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, file = tmp_path / "plant", tmp_path / "other.csv"
    assert run(home, *KILN, *BERLIN, "--apply") == 0
    file.write_text("time;kiln1_temp\n2026-03-02T06:00:00Z;1240\n2026-03-02T06:10:00Z;1241\n")
    capsys.readouterr()
    assert run(home, str(file), "--stage", "kiln") == 0
    said = capsys.readouterr().out
    assert "[sources.kiln-measurements-2]" in said
    assert '"KILN1.TEMP" = "kiln1_temp"' in said
    assert 'optional = ["KILN1.FEED"]' in said
    assert "[stages.kiln]" not in said
    file.write_text("time;pressure\n2026-03-02T06:00:00Z;1240\n")
    assert run(home, str(file), "--stage", "kiln") == 1
    assert "none of which is like the parameters of stage 'kiln'" in capsys.readouterr().err


def test_a_characteristic_file_brings_limits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "plant", str(SAMPLES / "characteristics.dfq"), "--stage", "flange", *BERLIN) == 0
    said = capsys.readouterr().out
    assert "dfq, 39 results" in said
    assert "1 refused" in said
    assert "lower = 19.98" in said


def test_times_without_a_zone_make_nothing_and_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "plant"
    assert run(home, *KILN, "--apply") == 1
    said = capsys.readouterr()
    assert "--zone Europe/Berlin" in said.out
    assert "nothing was changed" in said.err
    assert not (home / "imports").exists()


@pytest.mark.parametrize(("name", "words"), [("none.csv", "name a file that is there"), ("odd.bin", " - ")])
def test_a_file_that_cannot_be_taken_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, words: str
) -> None:
    (tmp_path / "odd.bin").write_bytes(b"GIF89a;" + bytes(range(128, 200)))
    assert run(tmp_path / "plant", str(tmp_path / name), "--stage", "kiln") == 2
    assert words in capsys.readouterr().err
