"""F8: the disk is full while the lake commits, at each place where that can hit; and what a careless lake would do.

Neither polars nor Delta says so by the error's number: one calls the file out of its specification, the other has an
error of its own class or words of its own. What counts: it is told as a full disk, the table stays at its last version
and can be read, nothing is left behind that fills the disk further, and with room again it goes on by itself.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from data_connectors.rows.row_hash import row_hash
from data_connectors.schema import Parameter, Stage
from qc_app.errors import StoreError
from qc_app.store import Lake
from qc_app.store.lake import table as tables

STAGE = Stage("p-1", "line", "family", (Parameter("force", "kN"),), ())
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
PAGE = 4096


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("cannot mount a small disk here (needs root)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def rows(name: str, n: int) -> pl.DataFrame:
    made = pl.DataFrame({
        "unit_id": [f"{name}-{i}" for i in range(n)],
        "t_event": pl.Series([BEGIN + timedelta(seconds=i) for i in range(n)], dtype=pl.Datetime("us", "UTC")),
        "force": [(i + 1) * 0.6180339887498949 % 1.0 for i in range(n)],
    })  # fmt: skip
    return made.with_columns(t_ingest="t_event", row_hash=row_hash(made))


def leave(disk: Path, pages: int) -> None:
    """Fill the disk, but for so many pages."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * PAGE):
            pass
    os.truncate(filler, filler.stat().st_size - pages * PAGE)


def unnamed(lake: Lake) -> set[str]:
    """Data files that no commit names."""
    (log,) = lake.root.glob("*/measurements/_delta_log")
    named = {Path(path).name for path in DeltaTable(log.parent).file_uris()}
    return {path.name for path in log.parent.glob("part-*.parquet")} - named


def refusal(lake: Lake) -> StoreError | None:
    """Store a delivery; return why it was not stored."""
    try:
        lake.commit(STAGE, "files", rows("more", 200), "more", 200, 0)
    except StoreError as error:
        return error
    return None


def check(disk: Path) -> int:
    """Leave a page more each time until a commit has room; return how many had none."""
    lake, pages = Lake(disk / "lake"), 0
    lake.commit(STAGE, "files", rows("first", 10), "first", 10, 0)
    while True:
        leave(disk, pages)
        refused = refusal(lake)
        if refused is None:
            break
        assert refused.reason == "disk_full", f"{pages} pages free: {refused}"
        assert "\x1b" not in str(refused), "colours of a terminal are no words"
        assert lake.units(STAGE.id) == 10, "what is stored can be read"
        assert lake.checkpoint(STAGE.id, "files") == "first"
        assert unnamed(lake) == set(), f"{pages} pages free: a file is left behind"
        pages += 1
    assert lake.units(STAGE.id) == 210
    return pages


def test_f8_a_full_disk_is_told_and_leaves_the_table_at_its_last_version(disk: Path) -> None:
    assert check(disk) >= 4, "before the data file, in it, and in the log"


@contextmanager
def only_errors_of_the_system(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise tables.store_error(what, error) from error


def errors_of_libraries_pass(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tables, "telling", only_errors_of_the_system)
    patch.setattr(tables, "_no_room", lambda _root: False)


def the_library_is_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tables, "_no_room", lambda _root: False)


def what_was_written_is_left(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tables.Table, "_withdraw", lambda *_: None)


@pytest.mark.parametrize("mutate", [errors_of_libraries_pass, the_library_is_believed, what_was_written_is_left])
def test_f8_a_lake_that_is_careless_is_found_out(
    disk: Path, monkeypatch: pytest.MonkeyPatch, mutate: Callable[[pytest.MonkeyPatch], None]
) -> None:
    mutate(monkeypatch)
    with pytest.raises((AssertionError, pl.exceptions.PolarsError)):
        check(disk)
