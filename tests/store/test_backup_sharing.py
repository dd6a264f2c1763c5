"""Backups by date share what has not changed: cheap, each whole by itself, and no damage is handed on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qc_app.errors import StoreDamaged
from qc_app.store import Store, backup
from qc_app.store.backup import writing
from tests.faults.victims import STAGE
from tests.store.test_backup import balanced, deliver, filled, restored

ROWS = "*/measurements/part-*.parquet"


@pytest.fixture
def store(tmp_path: Path):
    with filled(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "kept"
    made.mkdir()
    return made


def taken(store: Store, folder: Path) -> Path:
    path = folder / backup.dated(store)
    backup.take(store, path)
    return path


def whole(path: Path) -> bool:
    with backup.reading(path) as found:
        found.check()
    return True


def part_of(path: Path) -> Path:
    """The first data file of the lake in a backup."""
    return min((path / "lake").glob(ROWS))


def test_a_day_costs_what_is_new(store, folder):
    first = taken(store, folder)
    full = backup.own_bytes(first)
    deliver(store)
    second = taken(store, folder)
    made = json.loads((second / "manifest.json").read_text())
    shared = {e["name"] for e in made["files"] if (second / e["name"]).stat().st_nlink == 2}
    assert part_of(first).relative_to(first).as_posix() in shared
    assert "uploads/x/a.csv" in shared
    assert not {"journal.sqlite", "manifest.json"} & shared
    assert backup.own_bytes(second) < full + len(made["files"])
    assert whole(first)
    assert whole(second)


def test_removing_the_old_leaves_the_new_whole_and_restorable(store, folder, tmp_path):
    paths = [taken(store, folder)]
    for _ in range(3):
        deliver(store)
        paths.append(taken(store, folder))
    for path in paths[:-1]:
        backup.remove(path)
    assert backup.there(store, folder) == paths[-1:]
    assert not [p for p in folder.iterdir() if p.name.startswith(".")], "nothing of the removed lies about"
    assert whole(paths[-1])
    with restored(paths[-1], tmp_path / "new") as again:
        assert balanced(again)
        assert again.lake.units(STAGE.id) == store.lake.units(STAGE.id)


def test_what_is_damaged_in_the_old_one_is_copied_anew(store, folder):
    first = taken(store, folder)
    damaged = part_of(first)
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    second = taken(store, folder)
    assert whole(second)
    assert part_of(second).stat().st_nlink == 1
    with pytest.raises(StoreDamaged, match=damaged.name):
        whole(first)


def test_damage_to_what_is_shared_is_named_in_each(store, folder):
    first, second = taken(store, folder), taken(store, folder)
    shared = part_of(second)
    shared.write_bytes(b"x" * shared.stat().st_size)
    for path in (first, second):
        with pytest.raises(StoreDamaged, match=shared.name):
            whole(path)


def test_the_newest_that_can_be_opened_is_shared_with(store, folder):
    first, second = taken(store, folder), taken(store, folder)
    (second / "manifest.json").write_text("{}")
    third = taken(store, folder)
    assert part_of(third).stat().st_ino == part_of(first).stat().st_ino
    assert whole(third)


def test_a_disk_without_second_names_gets_full_copies(store, folder, monkeypatch):
    first = taken(store, folder)
    monkeypatch.setattr(Path, "hardlink_to", lambda *_: (_ for _ in ()).throw(PermissionError("no such names here")))
    second = taken(store, folder)
    assert backup.own_bytes(second) == sum(p.stat().st_size for p in second.rglob("*") if p.is_file())
    assert whole(first)
    assert whole(second)


def test_times_and_rights_are_those_of_now_though_the_file_is_shared(store, folder, tmp_path):
    taken(store, folder)
    file = store.home / "uploads" / "x" / "a.csv"
    file.chmod(0o600)
    second = taken(store, folder)
    with restored(second, tmp_path / "new"):
        assert (tmp_path / "new" / "uploads" / "x" / "a.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("careless", ["same size", "unread"])
def test_a_writer_that_links_without_reading_is_found_out(store, folder, monkeypatch, careless):
    """Mutants: what has the same size passes for the same; what lies in the old backup is not read."""

    def linked(self, known, file, path):
        path.hardlink_to(self._before.path / known.name)
        return True

    monkeypatch.setattr(writing._Folder, "_taken_over", linked)
    first = taken(store, folder)
    if careless == "same size":
        (store.home / "uploads" / "x" / "a.csv").write_text("unit,force\n1,3\n")
        second = taken(store, folder)
        assert (second / "uploads" / "x" / "a.csv").read_text() != "unit,force\n1,3\n", "the change is lost"
        return
    part_of(first).write_bytes(b"x" * part_of(first).stat().st_size)
    second = taken(store, folder)
    with pytest.raises(StoreDamaged):
        whole(second)


def test_a_tar_is_a_full_copy(store, folder):
    taken(store, folder)
    made = backup.take(store, folder / "set.tar")
    assert backup.own_bytes(folder / "set.tar") > made.size
