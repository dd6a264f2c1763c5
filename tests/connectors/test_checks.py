"""The conformance suite over the folder in every format, and that it finds connectors that break their promises."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from data_connectors import check_connector, kinds, make_connector
from data_connectors.base import Batch, Connector
from data_connectors.errors import DefinitionError, SourceRefused
from data_connectors.file_folder import FileFolder
from data_connectors.schema import Characteristic, Parameter, Source, Stage

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
STAGE = Stage("s", "l", "f", (Parameter("v"),), (Characteristic("y"),))


def filled(folder: Path, ending: str) -> None:
    for day in (1, 2):
        units = [f"{day}-{i:02d}" for i in range(9)]
        frame = pl.DataFrame(
            {"unit_id": units, "time": [f"2024-05-0{day}T06:00:00Z"] * 9, "v": range(9), "y": range(9)}
        )
        path = folder / f"day{day}.{ending}"
        if ending == "xlsx":
            book = openpyxl.Workbook()
            for line in (frame.columns, *frame.iter_rows()):
                book.active.append(line)
            book.save(path)
        else:
            {"csv": frame.write_csv, "parquet": frame.write_parquet, "jsonl": frame.write_ndjson}[ending](path)
    (folder / "broken.csv").write_bytes(b"unit_id,time,v,y\n\xff\xfe,x\n")
    os.utime(folder / "broken.csv", (1000, 1000))


def folder_source(folder: Path, carries: str = "measurements") -> Source:
    settings = {"path": str(folder), "settle_s": 0, "batch_rows": 4}
    return Source("files", "file_folder", "s", carries=carries, settings=settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("carries", ["measurements", "labels"])
@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl", "xlsx"])
def test_file_folder_conforms(tmp_path: Path, ending: str, carries: str) -> None:
    filled(tmp_path, ending)
    check_connector(lambda: make_connector(folder_source(tmp_path, carries), lambda: NOW), STAGE)


class Forgets(FileFolder):
    """Begins after the first batch: loses what was read and not stored."""

    def read(self, stage: Stage, since: str | None) -> Iterator[Batch]:
        batches = list(super().read(stage, since))
        return iter(batches if since is None else batches[1:])


class NeverEnds(FileFolder):
    """Delivers all of it every time."""

    def read(self, stage: Stage, since: str | None) -> Iterator[Batch]:  # noqa: ARG002
        return super().read(stage, None)


class RunsAhead(FileFolder):
    """Says with its first batch that all are stored."""

    def read(self, stage: Stage, since: str | None) -> Iterator[Batch]:
        batches = list(super().read(stage, since))
        return iter(replace(b, after=batches[-1].after) for b in batches)


class Consumes(FileFolder):
    """Deletes what it was only asked to look at."""

    def discover(self):
        found = super().discover()
        next(self._options.path.glob("day*")).unlink()
        return found


class Opaque(FileFolder):
    """Keeps a checkpoint that nobody can read."""

    def read(self, stage: Stage, since: str | None) -> Iterator[Batch]:
        plain = since and bytes.fromhex(since).decode()
        return iter(replace(b, after=b.after.encode().hex()) for b in super().read(stage, plain))


@pytest.mark.parametrize(
    ("kind", "promise"),
    [
        (Forgets, "loses nothing"),
        (NeverEnds, "after the end there is nothing"),
        (RunsAhead, "loses nothing"),
        (Consumes, "looking changes nothing"),
        (Opaque, "Extra data|Expecting value"),
    ],
)
def test_the_suite_finds_a_connector_that_breaks_a_promise(
    tmp_path: Path, kind: type[FileFolder], promise: str
) -> None:
    filled(tmp_path, "csv")
    (tmp_path / "broken.csv").unlink()
    with pytest.raises((AssertionError, ValueError), match=promise):
        check_connector(lambda: kind(folder_source(tmp_path), lambda: NOW), STAGE)


def test_an_empty_source_cannot_be_checked(tmp_path: Path) -> None:
    def make() -> Connector:
        return make_connector(folder_source(tmp_path), lambda: NOW)

    with pytest.raises(AssertionError, match="at least one row"):
        check_connector(make, STAGE)


def test_the_catalogue_knows_its_kinds_and_names_the_nearest() -> None:
    assert {"file_folder", "sql_table", "synthetic"} <= set(kinds())
    with pytest.raises(DefinitionError, match="no kind of source 'sqltable' - did you mean 'sql_table'"):
        make_connector(Source("x", "sqltable", "s"), lambda: NOW)
    with pytest.raises(DefinitionError, match="no kind of source 'zzzz' - there are: file_folder"):
        make_connector(Source("x", "zzzz", "s"), lambda: NOW)


def test_kinds_of_third_parties_come_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    from data_connectors import catalog

    points = [
        EntryPoint("their_own", "data_connectors.file_folder:FileFolder", catalog.GROUP),
        EntryPoint("their_broken", "no_such_package:Thing", catalog.GROUP),
        EntryPoint("file_folder", "no_such_package:Thing", catalog.GROUP),
    ]
    monkeypatch.setattr(catalog, "entry_points", lambda group: points if group == catalog.GROUP else [])
    assert catalog.connector_class("their_own") is FileFolder
    assert catalog.connector_class("file_folder") is FileFolder, "a third party cannot replace our own"
    with pytest.raises(SourceRefused, match="kind 'their_broken' needs no_such_package - install it"):
        catalog.connector_class("their_broken")
