"""One Delta table: files are forced to the disk before the commit that names them."""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
from deltalake import CommitProperties, DeltaTable, Field, PostCommitHookProperties, Schema, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.schema import PrimitiveType
from deltalake.transaction import AddAction, RemoveAction

from qc_app.errors import StoreBusy, StoreDamaged
from qc_app.store.durable import make_folder, store_error, sync
from qc_app.store.lake.torn import set_torn_aside

#: Order of arrival over the whole table: table version << 32 | row; the highest of a unit is its latest revision.
SEQ = "__seq"
ROW_GROUP = 1 << 16
CHECKPOINT_EVERY = 50
STATISTICS = ("unit_id", "t_event", "t_ingest", SEQ)

_TYPES: tuple[tuple[pl.DataType, str], ...] = (
    (pl.String(), "string"),
    (pl.Datetime("us", "UTC"), "timestamp"),
    (pl.Int64(), "long"),
    (pl.Float64(), "double"),
    (pl.Boolean(), "boolean"),
)
_DELTA = {str(dtype): name for dtype, name in _TYPES}
_POLARS = {name: dtype for dtype, name in _TYPES}
_QUIET = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
# A transaction id never expires, so a checkpoint of a source is never forgotten. Nobody goes back to old versions (what
# was known when stands in the rows), and there are as many as commits: they are kept for an hour.
CONFIGURATION = {
    "delta.logRetentionDuration": "interval 1 hours",
    "delta.deletedFileRetentionDuration": "interval 7 days",
    "delta.dataSkippingStatsColumns": ",".join(f"`{name}`" for name in STATISTICS),
}

Columns = Mapping[str, pl.DataType]
T = TypeVar("T")

TRIES = 20
#: A writer that fails with less than this left on the disk failed for want of room.
_LEAST_ROOM = 64 * 1024


class Overtaken(StoreBusy):
    """Another commit came between reading the newest version and writing the next one; nothing was stored."""


def on_newest(attempt: Callable[[], T]) -> T:
    """Return what an attempt to add to the newest version returns; one that was overtaken is made again.

    The order of arrival is told by the version that brings a row, so a row must come with the version it was made for.

    Raises
    ------
    Overtaken
        If that never succeeds.
    """
    for _ in range(TRIES - 1):
        with suppress(Overtaken):
            return attempt()
    return attempt()


@contextmanager
def telling(what: str) -> Iterator[None]:
    """Turn errors of Delta, polars and the file system into a StoreError that says `what` was tried."""
    try:
        yield
    except FileNotFoundError as error:
        raise StoreDamaged(f"{what}: {error} - a file of the lake is missing; restore it", "damaged") from error
    except (DeltaError, OSError, pl.exceptions.PolarsError) as error:
        raise store_error(what, error) from error


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A table as it was at one version: its columns, files and their statistics.

    Parameters
    ----------
    root : Path
    delta : DeltaTable
    columns : mapping of str to polars.DataType
    files : polars.DataFrame
        One row a file: path, num_records, size_bytes, min./max. of the columns with statistics (null where unknown).
    """

    root: Path
    delta: DeltaTable
    columns: Columns
    files: pl.DataFrame

    @property
    def version(self) -> int:
        """The table's version."""
        return int(self.delta.version())

    def scan(self, files: pl.DataFrame | None = None) -> pl.LazyFrame:
        """Read lazily the given files (default: all) with the table's columns; missing ones are null."""
        chosen = self.files if files is None else files
        if chosen.is_empty():
            return pl.LazyFrame(schema=dict(self.columns))
        paths = [str(self.root / path) for path in chosen["path"]]
        return pl.scan_parquet(
            paths,
            schema=dict(self.columns),
            missing_columns="insert",
            extra_columns="ignore",
            glob=False,
            hive_partitioning=False,
        )

    def overlapping(self, column: str, low: Any, high: Any) -> pl.DataFrame:
        """Return the files that may hold values of `column` from `low` to `high` (None: open)."""
        below, above = pl.col(f"min.{column}"), pl.col(f"max.{column}")
        keep = pl.lit(value=True)
        if high is not None:
            keep &= (below <= high) | below.is_null()
        if low is not None:
            keep &= (above >= low) | above.is_null()
        return self.files.filter(keep)


class Table:
    """An append-only Delta table in a local folder; the newest version is kept and read again once there is another.

    Parameters
    ----------
    root : Path
        The table's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._newest: tuple[Snapshot, os.stat_result] | None = None

    def snapshot(self) -> Snapshot | None:
        """Return the newest version, or None where there is no table yet."""
        with telling(f"reading the table {self.root.name} of {self.root.parent.name}"):
            kept = self._newest
            if kept is not None and self._is_newest(*kept):
                return kept[0]
            return self._read()

    def seen(self) -> Snapshot | None:
        """Return the version that was read last here, or else the newest: to judge how many files there are."""
        return self._newest[0] if self._newest else self.snapshot()

    def _is_newest(self, kept: Snapshot, entry: os.stat_result) -> bool:
        """Whether the log still ends with the entry that made this version: two looks at the disk, nothing is read."""
        if self._entry(kept.version + 1).exists():
            return False
        try:
            now = self._entry(kept.version).stat()
        except FileNotFoundError:
            return False
        return (now.st_ino, now.st_mtime_ns, now.st_size) == (entry.st_ino, entry.st_mtime_ns, entry.st_size)

    def _entry(self, version: int) -> Path:
        return self.root / "_delta_log" / f"{version:020}.json"

    def _read(self) -> Snapshot | None:
        self._newest = None
        if not (self.root / "_delta_log").is_dir():
            return None
        try:
            delta = self._opened()
        except TableNotFoundError:
            return None
        found = snapshot_of(self.root, delta)
        with suppress(FileNotFoundError):
            self._newest = (found, self._entry(found.version).stat())
        return found

    def _opened(self) -> DeltaTable:
        try:
            return DeltaTable(self.root)
        except DeltaError:
            if not set_torn_aside(self.root / "_delta_log"):
                raise
            return DeltaTable(self.root)

    def ensure(self, columns: Columns) -> Snapshot:
        """Return the newest version after making the table, or widening it, to hold `columns`."""
        found = self.snapshot()
        with telling(f"widening the table {self.root.name} of {self.root.parent.name}"):
            if found is None:
                make_folder(self.root)
                DeltaTable.create(self.root, Schema(_fields(columns)), configuration=CONFIGURATION, mode="ignore")
            elif extra := {k: v for k, v in columns.items() if k not in found.columns}:
                found.delta.alter.add_columns(_fields(extra), post_commithook_properties=_QUIET)
            else:
                return found
            self._sync_log(found.version if found else -1)
        again = self.snapshot()
        if again is None:
            raise StoreDamaged(f"table {self.root} vanished while it was made - restore it", "damaged")
        return again

    def append(self, base: Snapshot, frame: pl.DataFrame, transaction: tuple[str, int] | None = None) -> None:
        """Append `frame` (may be empty) and note `transaction` (application, version) in one Delta commit.

        The data file is on the disk before the commit names it; when this returns, so is the commit.

        Raises
        ------
        Overtaken
            If `base` is not the newest version any more.
        StoreError
            With reason ``disk_full`` etc.; the table is then at its last version and readable.
        """
        with telling(f"storing rows in the table {self.root.name} of {self.root.parent.name}"):
            actions: list[AddAction | RemoveAction] = [self._write(frame)] if frame.height else []
            noted = [Transaction(*transaction)] if transaction else None
            try:
                base.delta.create_write_transaction(
                    actions,
                    mode="append",
                    schema=base.delta.schema(),
                    commit_properties=CommitProperties(app_transactions=noted, max_commit_retries=0),
                    post_commithook_properties=_QUIET,
                )
            except (DeltaError, OSError) as error:
                there = self._entry(base.version + 1).exists()
                if there and not isinstance(error, CommitFailedError):
                    raise
                self._withdraw(actions)  # a full disk has no room for a file a try that no commit names
                if not there:
                    raise
                raise Overtaken(f"storing rows in {self.root}: it went on meanwhile - try again", "busy") from error
            self._sync_log(base.version)
            if base.version % CHECKPOINT_EVERY == CHECKPOINT_EVERY - 1:
                self.checkpoint()

    def checkpoint(self) -> None:
        """Sum up the log in one file, so that opening the table stays quick."""
        delta = DeltaTable(self.root)
        delta.create_checkpoint()
        with suppress(FileNotFoundError):  # a restored table has its summary already, and nothing that points to it
            sync(self.root / "_delta_log" / "_last_checkpoint")
        self._sync_log(delta.version() - 1)

    def _write(self, frame: pl.DataFrame) -> AddAction:
        path = self.root / f"part-{uuid.uuid4().hex}.parquet"
        try:
            frame.write_parquet(path, compression="zstd", compression_level=1, row_group_size=ROW_GROUP)
            sync(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            full = _no_room(self.root)
            path.unlink(missing_ok=True)
            if full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
            raise
        sync(self.root)
        return AddAction(
            path.name, path.stat().st_size, {}, int(time.time() * 1000), data_change=True, stats=_stats(frame)
        )

    def _withdraw(self, actions: Sequence[AddAction | RemoveAction]) -> None:
        """Remove the data files of a commit that was not made."""
        for action in actions:
            (self.root / action.path).unlink(missing_ok=True)

    def _sync_log(self, after: int) -> None:
        """Force to the disk what the log tells of the versions after `after`."""
        version = after + 1
        while (entry := self._entry(version)).exists():
            for path in (entry, entry.with_suffix(".checkpoint.parquet")):
                with suppress(FileNotFoundError):
                    sync(path)
            version += 1
        sync(self.root / "_delta_log")


def _no_room(root: Path) -> bool:
    """Tell whether the disk is full: polars may say of it that a file is out of its specification."""
    return shutil.disk_usage(root).free < _LEAST_ROOM


def snapshot_of(root: Path, delta: DeltaTable) -> Snapshot:
    """Return an opened version of the table in `root` with what its log tells of columns and files."""
    return Snapshot(root, delta, _columns(delta.schema()), _files(delta))


def _columns(schema: Schema) -> dict[str, pl.DataType]:
    return {f.name: _POLARS[f.type.type] for f in schema.fields}


def _fields(columns: Columns) -> list[Field]:
    return [Field(name, PrimitiveType(_DELTA[str(dtype)]), nullable=True) for name, dtype in columns.items()]


def _files(delta: DeltaTable) -> pl.DataFrame:
    raw = pl.DataFrame(pl.Series(pl.from_arrow(delta.get_add_actions(flatten=True))).struct.unnest())
    wanted = [f"{end}.{name}" for name in STATISTICS for end in ("min", "max")]
    there = [pl.col(c) if c in raw.columns else pl.lit(None).alias(c) for c in wanted]
    return raw.select("path", pl.col("num_records", "size_bytes").cast(pl.Int64), *there)


def _stats(frame: pl.DataFrame) -> str:
    names = [n for n in STATISTICS if n in frame.columns and frame[n].null_count() < frame.height]
    return json.dumps(
        {
            "numRecords": frame.height,
            "minValues": {n: _jsonable(frame[n].min()) for n in names},
            "maxValues": {n: _jsonable(frame[n].max()) for n in names},
            "nullCount": {n: frame[n].null_count() for n in names},
        }
    )


def _jsonable(value: Any) -> Any:
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(value, datetime) else value
