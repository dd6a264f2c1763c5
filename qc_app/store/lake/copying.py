"""The files that the lake consists of at a moment: of each table one version, and what its sources had said then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deltalake import DeltaTable

from qc_app.store.lake.checkpoints import FOLDERS, Checkpoints, Delivered, source_of, stage_of
from qc_app.store.lake.table import snapshot_of, telling

#: Receipts of a source that are copied; the totals of all before stand in each.
RECEIPTS = 500
_LOG = "_delta_log"
_SUMMARY = ".checkpoint.parquet"


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """At which version a table stands.

    Parameters
    ----------
    stage : str
        The folder of its stage.
    table : str
    version : int
    """

    stage: str
    table: str
    version: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds at a version.

    Parameters
    ----------
    head : Head
    stage : str
        Id of its stage.
    files : list of Path
        All that must be copied to have it, below the lake's folder.
    rows : int
    delivered : dict of str to Delivered
        Source -> its state.
    """

    head: Head
    stage: str
    files: list[Path]
    rows: int
    delivered: dict[str, Delivered]


def heads(root: Path) -> list[Head]:
    """Return at which version each table below a lake's folder stands, in order."""
    found = []
    for log in root.glob(f"*/*/{_LOG}"):
        versions = [int(path.stem) for path in log.glob("*.json") if path.stem.isdigit()]
        if versions:
            found.append(Head(log.parent.parent.name, log.parent.name, max(versions)))
    return sorted(found)


def content(root: Path, head: Head) -> Content:
    """Return what a table holds at a version that need not be the newest.

    Raises
    ------
    StoreError
        If that version cannot be read any more.
    """
    table = root / head.stage / head.table
    with telling(f"reading version {head.version} of the table {head.table} of {head.stage}"):
        stored = snapshot_of(table, DeltaTable(table, version=head.version))
        files = [table / path for path in stored.files["path"]] + list(_log(table / _LOG, head.version))
    delivered = {}
    stage = stage_of(root / head.stage)
    for checkpoints in _sources(root / head.stage, stage, head.table):
        state = checkpoints.at(stored)
        if state.number:
            delivered[checkpoints.source] = state
            files += _receipts(checkpoints, state)
    return Content(head, stage, files, int(stored.files["num_records"].sum()), delivered)


def _log(log: Path, version: int) -> Iterator[Path]:
    """Yield the entries that make a version: from the newest summary of the log before it on."""
    summaries = [int(path.name.partition(".")[0]) for path in log.glob(f"*{_SUMMARY}")]
    first = max((n for n in summaries if n <= version), default=0)
    if first in summaries:
        yield log / f"{first:020}{_SUMMARY}"
    entries = [path for path in log.glob("*.json") if path.stem.isdigit()]
    yield from sorted(path for path in entries if first <= int(path.stem) <= version)


def _sources(folder: Path, stage: str, table: str) -> Iterator[Checkpoints]:
    kept = FOLDERS.get(table)
    for path in sorted(folder.glob(f"{kept}/*/")) if kept else ():
        source = source_of(path)
        if source is not None:
            yield Checkpoints(path, stage, source)


def _receipts(checkpoints: Checkpoints, state: Delivered) -> Iterator[Path]:
    yield checkpoints.folder / "source.json"
    for number in range(state.number, max(0, state.number - RECEIPTS), -1):
        path = checkpoints.folder / f"{number}.json"
        if not path.exists():
            return
        yield path
