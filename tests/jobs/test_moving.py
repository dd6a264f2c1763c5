"""A plant's folder that somebody moved or copied by hand reads its own files, and tells nothing outside."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qc_app.cli import main
from qc_app.jobs.backup.moving import come_home, former_home
from qc_app.settings import Settings
from qc_app.store import open_store, plant_in_force

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
path = "{files}"
settle_s = 0
[writeback.told]
kind = "file"
stage = "press"
characteristic = "width"
low = 9
high = 11
dead_value = 10
path = "{outside}"
"""
ROW = "{},2026-03-01T08:0{}:00,50\n"


@pytest.fixture
def works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home that read a file which was uploaded into it."""
    monkeypatch.setenv("QC_ROLE", "approver")
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "works"
    (files := home / "uploads" / "press-1a2b").mkdir(parents=True)
    (files / "day.csv").write_text("unit_id,time,force\n" + ROW.format("A", 1))
    (tmp_path / "plant.toml").write_text(PLANT.format(files=files, outside=tmp_path / "told"))
    assert main(["apply", "plant.toml", "--home", str(home)]) == 0
    assert main(["ingest", "--home", str(home)]) == 0
    return home


def store_of(home: Path):
    return open_store(Settings(home=home))


def test_a_copy_reads_its_own_uploads_and_the_original_is_as_it_was(works, tmp_path, capsys):
    copy = tmp_path / "copy"
    shutil.copytree(works, copy)
    with (copy / "uploads" / "press-1a2b" / "day.csv").open("a") as file:
        file.write(ROW.format("B", 2))
    with (works / "uploads" / "press-1a2b" / "day.csv").open("a") as file:
        file.write(ROW.format("C", 3))
    capsys.readouterr()
    assert main(["check", "--home", str(copy)]) == 1
    assert f"names files in {works}, from where this folder was moved or copied by hand" in " ".join(
        capsys.readouterr().out.split()
    )
    for home, other in ((copy, "B"), (works, "C")):
        assert main(["ingest", "--home", str(home)]) == 0
        with store_of(home) as store:
            assert store.lake.measurements("press")["unit_id"].sort().to_list() == ["A", other]
            versions = store.journal.plants.history()
            assert len(versions) == (2 if home == copy else 1)
            assert (store.outlet("told").stopped() is not None) == (home == copy)
    assert versions[0].author != "scheduler"


def test_it_is_done_once_and_told_in_the_history(works, tmp_path):
    moved = tmp_path / "elsewhere" / "works"
    moved.parent.mkdir()
    works.rename(moved)
    with store_of(moved) as store:
        done = come_home(store)
        assert done[0] == f"files: read in {moved} from now on (a new version of the definition)"
        assert "write-back told is stopped" in done[1]
        newest = store.journal.plants.current()
        assert (newest.author, newest.reason) == (
            "scheduler", f"the plant's folder was moved or copied by hand from {works} to {moved}"
        )  # fmt: skip
        assert come_home(store) == ()
        assert former_home(plant_in_force(store), moved) is None


def test_a_folder_that_is_reached_by_a_link_is_where_it_was(works, tmp_path):
    (tmp_path / "link").symlink_to(works)
    with store_of(tmp_path / "link") as store:
        assert come_home(store) == ()
