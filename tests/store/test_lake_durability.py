"""F6 to F8: the order of writes, half-written logs, a full disk."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from data_connectors.schema import Stage
from qc_app.errors import StoreError
from qc_app.store import Journal, Lake, Registry, durable
from qc_app.store.lake import table as tables

Deliver = Callable[..., pl.DataFrame]


def test_data_and_checkpoint_are_on_the_disk_before_the_commit_names_them(
    lake: Lake, stage: Stage, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
):
    lake.commit(stage, "files", deliver(["a"], [1.0]), "c1", 1, 0)
    done: list[str] = []
    forced, create = os.fsync, DeltaTable.create_write_transaction

    def fsync(handle: int) -> None:
        done.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        forced(handle)

    def commit(self: DeltaTable, *args: object, **options: object) -> None:
        done.append("COMMIT")
        create(self, *args, **options)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(DeltaTable, "create_write_transaction", commit)
    lake.commit(stage, "files", deliver(["b"], [2.0]), "c2", 1, 0)
    before, after = done[: done.index("COMMIT")], done[done.index("COMMIT") + 1 :]
    assert any(name.endswith(".parquet") for name in before)
    assert any(name.startswith(".2.json") for name in before)
    assert before.index("measurements") > [name.endswith(".parquet") for name in before].index(True)
    assert f"{2:020}.json" in after
    assert after[-1] == "_delta_log"


@pytest.mark.parametrize("content", [b"", b'{"add":{"pa', b"\0" * 40])
def test_a_half_written_log_entry_is_set_aside(lake: Lake, stage: Stage, deliver: Deliver, content: bytes):
    for k in range(3):
        lake.commit(stage, "files", deliver([f"u{k}"], [1.0], at=[k]), f"c{k}", 1, 0)
    max(lake.root.rglob("_delta_log/*.json")).write_bytes(content)
    assert lake.checkpoint(stage.id, "files") == "c1"
    assert lake.measurements(stage.id)["unit_id"].to_list() == ["u0", "u1"]
    assert lake.commit(stage, "files", deliver(["u2"], [1.0], at=[2]), "c2", 1, 0).counts.new == 1
    assert lake.units(stage.id) == 3


def test_a_half_written_summary_of_the_log_is_set_aside(lake: Lake, stage: Stage):
    for k in range(tables.CHECKPOINT_EVERY + 2):
        lake.commit(stage, "files", pl.DataFrame(), f"c{k}", 0, 0)
    next(lake.root.rglob("*.checkpoint.parquet")).write_bytes(b"PAR1 half")
    assert lake.checkpoint(stage.id, "files") == f"c{tables.CHECKPOINT_EVERY + 1}"


@pytest.mark.slow
def test_a_summary_that_nothing_points_to_is_no_fault(lake: Lake, stage: Stage, deliver: Deliver):
    """So a table comes back from a backup; what keeps the lake small must do with it what it does with any other."""
    for k in range(tables.CHECKPOINT_EVERY + 1):
        lake.commit(stage, "files", deliver([f"u{k}"], [1.0], at=[k]), f"c{k}", 1, 0)
    lake.compact(stage.id)
    (pointer,) = lake.root.rglob("measurements/_delta_log/_last_checkpoint")
    pointer.unlink()
    lake.compact(stage.id)
    lake.vacuum(stage.id)
    assert lake.units(stage.id) == tables.CHECKPOINT_EVERY + 1
    assert lake.checkpoint(stage.id, "files") == f"c{tables.CHECKPOINT_EVERY}"


def test_damage_that_is_no_torn_end_is_told(lake: Lake, stage: Stage):
    for k in range(3):
        lake.commit(stage, "files", pl.DataFrame(), f"c{k}", 0, 0)
    sorted(lake.root.rglob("_delta_log/*.json"))[1].write_bytes(b'{"add":{"pa')
    with pytest.raises(StoreError, match="reading the table"):
        lake.checkpoint(stage.id, "files")


def test_old_content_stays_when_a_write_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "note"
    durable.write_durably(file, b"old")

    def refuse(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        durable.write_durably(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("cannot mount a small disk here (needs root)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass


@pytest.mark.slow
def test_a_full_disk_is_told_and_what_is_stored_stays_readable(small_disk: Path, stage: Stage, deliver: Deliver):
    lake, registry = Lake(small_disk / "lake"), Registry(small_disk / "models")
    model = registry.put({"state.safetensors": b"x" * 1000}, {})
    stored = 0

    def fill() -> None:
        nonlocal stored
        for k in range(200):
            units = [f"u{k}-{n}" for n in range(3000)]
            lake.commit(
                stage, "files", deliver(units, [os.getpid() / (n + k + 1) for n in range(3000)]), f"c{k}", 3000, 0
            )
            stored += 1

    with pytest.raises(StoreError) as told:
        fill()
    assert told.value.reason == "disk_full"
    assert 0 < stored < 200
    fill_up(small_disk / "filler")
    with pytest.raises(StoreError) as told:
        registry.put({"state.safetensors": b"y" * 500_000}, {})
    assert told.value.reason == "disk_full"
    assert lake.units(stage.id) == 3000 * stored
    assert lake.checkpoint(stage.id, "files") == f"c{stored - 1}"
    assert registry.get(model)[0]["state.safetensors"] == b"x" * 1000
    assert not list(registry.root.glob(".making-*"))
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    assert lake.commit(stage, "files", deliver(["after"], [1.0]), "on again", 1, 0).counts.new == 1


@pytest.mark.slow
def test_a_full_disk_under_the_journal(small_disk: Path):
    script = (
        "import sys; from qc_app.store import Journal; from qc_app.errors import StoreError\n"
        "from datetime import UTC, datetime\n"
        "journal = Journal('sqlite:///' + sys.argv[1]); count = 0\n"
        "try:\n"
        "    while True:\n"
        "        journal.plants.save('x' * 50_000, 'd', 'a', 'r', datetime.now(UTC)); count += 1\n"
        "except StoreError as error:\n"
        "    found = len(journal.plants.history())\n"
        "    sys.exit(0 if error.reason == 'disk_full' and found == count > 0 else repr((error, found, count)))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(small_disk / "journal.sqlite")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    journal = Journal(f"sqlite:///{small_disk / 'journal.sqlite'}")
    assert journal.plants.current() is not None
    journal.close()
    shutil.rmtree(small_disk / "lake", ignore_errors=True)
