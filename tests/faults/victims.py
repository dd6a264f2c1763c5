"""What the children do until they are killed: feed numbered rows, promote models, read pointers.

Each writes to a ledger outside the store what it offered and what was acknowledged.
"""

from __future__ import annotations

import hashlib
import os
import signal
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import polars as pl

from data_connectors.schema import Parameter, Stage
from qc_app.errors import StoreError
from qc_app.records import Decision, Label, ModelVersion
from qc_app.settings import Settings
from qc_app.store import Journal, Lake, Registry, backup, open_store
from qc_app.store.backup import Entry, Manifest, writing
from qc_app.store.backup.manifest import sealed
from qc_app.store.durable import write_durably

NOW = datetime(2026, 3, 1, tzinfo=UTC)
STAGE = Stage("rolling-2", "line-1", "rolling", (Parameter("speed"),), ())
SOURCE = "files"
BATCH, LAG = 7, 3
ROW_SCHEMA = {
    "unit_id": pl.String,
    "t_event": pl.Datetime("us", "UTC"),
    "t_ingest": pl.Datetime("us", "UTC"),
    "row_hash": pl.UInt64,
    "speed": pl.Float64,
}


def unit_of(number: int) -> str:
    """Every tenth record is a revision of the unit before."""
    return f"u{number - 1 if number % 10 == 9 else number:07}"


def speed_of(number: int) -> float:
    return float(number) / 7.0


def hash_of(unit: str, speed: float) -> int:
    return int.from_bytes(hashlib.sha256(f"{unit}|{speed!r}".encode()).digest()[:8], "little")


def rows(first: int, end: int) -> pl.DataFrame:
    numbers = range(first, end)
    made = [
        (unit_of(n), NOW + timedelta(seconds=n), NOW, hash_of(unit_of(n), speed_of(n)), speed_of(n)) for n in numbers
    ]
    return pl.DataFrame(made, schema=ROW_SCHEMA, orient="row")


_pipe: list[int] = []


def tick_on(handle: int) -> None:
    """Tell the nursery of every step on this pipe."""
    _pipe.append(handle)


def tick() -> None:
    """Tell the nursery that the child is ready, or that a step is done."""
    for handle in _pipe:
        os.write(handle, b".")


class Ledger:
    """Lines appended to a file outside the store; a kill loses none that was written."""

    def __init__(self, path: str) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(self, what: str, number: int) -> None:
        os.write(self._handle, f"{what} {number}\n".encode())


def feed(home: str, ledger: str, mutant: bool = False) -> None:
    """Deliver batches from the stored checkpoint on, each with some rows again; every fourth commit compacts."""
    lake, notes = Lake(Path(home) / "lake"), Ledger(ledger)
    count = 0
    tick()
    while True:
        done = int(lake.checkpoint(STAGE.id, SOURCE) or 0)
        end = done + BATCH
        delivery = rows(max(0, done - LAG), end)
        notes.note("offered", end)
        if mutant:  # the checkpoint in a step of its own, before the rows
            lake.commit(STAGE, SOURCE, pl.DataFrame(), str(end), 0, 0)
        lake.commit(STAGE, SOURCE, delivery, str(end), delivery.height + 1, 1)
        notes.note("acked", end)
        tick()
        count += 1
        if count % 4 == 3:
            lake.compact(STAGE.id)


def feed_labels(url: str, ledger: str) -> None:
    """Deliver labels from the stored checkpoint on, each delivery with some labels again."""
    journal, notes = Journal(url), Ledger(ledger)
    tick()
    while True:
        done = int(journal.labels.checkpoint(STAGE.id, SOURCE) or 0)
        end = done + BATCH
        numbers = range(max(0, done - LAG), end)
        labels = [Label(STAGE.id, "thickness", unit_of(n), speed_of(n), NOW, NOW, SOURCE) for n in numbers]
        notes.note("offered", end)
        journal.labels.commit(STAGE.id, SOURCE, labels, str(end), len(labels), 0, NOW)
        notes.note("acked", end)
        tick()


def _version(key: str) -> ModelVersion:
    return ModelVersion(key, STAGE.id, "thickness", "portfolio", NOW, "", NOW, 1, 9, 0, "challenger")


def promote(home: str, ledger: str) -> None:
    """Build a model, register it, promote it; again and again."""
    journal, registry, notes = (
        Journal(f"sqlite:///{home}/journal.sqlite"),
        Registry(Path(home) / "models"),
        Ledger(ledger),
    )
    count = len(journal.decisions.list())
    tick()
    while True:
        count += 1
        key = registry.put({"state.safetensors": bytes([count % 251]) * 20_000, "more.json": b"{}"}, {"number": count})
        journal.models.add(_version(key))
        journal.models.challenge(STAGE.id, "thickness", key)
        made = Decision(STAGE.id, "thickness", date(2026, 3, 1), NOW, "promoted", "gate", key, challenger=key)
        journal.models.promote(STAGE.id, "thickness", key, made)
        notes.note("acked", count)
        tick()


#: A reader that had no processor meanwhile goes on until it has looked so often.
LEAST_READS = 30


def read(home: str, ledger: str) -> None:
    """Follow the pointers until told to stop, so many times at least; say what was wrong."""
    going = [True]
    signal.signal(signal.SIGTERM, lambda *_: going.clear())
    journal, registry, notes = (
        Journal(f"sqlite:///{home}/journal.sqlite"),
        Registry(Path(home) / "models"),
        Ledger(ledger),
    )
    reads = wrong = 0
    newest = -1
    while going or reads < LEAST_READS:
        reads += 1
        try:
            champion = journal.models.pointers(STAGE.id, "thickness").champion
            data, manifest = registry.get(champion or "")
            whole = data["state.safetensors"] == bytes([manifest["number"] % 251]) * 20_000
            wrong += not whole or manifest["number"] < newest or journal.models.get(champion or "").id != champion
            newest = manifest["number"]
        except StoreError:
            wrong += 1
    notes.note("reads", reads)
    notes.note("wrong", wrong)


def back_up(home: str, folder: str, mutant: bool = False) -> None:
    """Take one backup after the other, a tick a file; each second one shares with those before."""
    if mutant:
        _list_first()
    with open_store(Settings(home=Path(home))) as store:
        tick()
        for number in range(1000):
            name = backup.dated(store) if number % 2 else f"set-{os.getpid()}-{number}"
            backup.take(store, Path(folder) / name, each=tick)


def _list_first() -> None:
    """Let a folder have a list of what it holds from its first file on."""
    add, listed = writing._Folder.add, {}

    def added(self: Any, name: str, file: IO[bytes]) -> Entry:
        entry: Entry = add(self, name, file)
        listed.setdefault(self._root, []).append(entry)
        made = Manifest(NOW, NOW, "", "", "0001", "", "sqlite", files=tuple(listed[self._root]))
        write_durably(self._root / "manifest.json", sealed(made))
        return entry

    writing._Folder.add = added


def night(folder: str, day: int, point: str) -> None:
    """Play the night of a small plant, which dies at the point where one is named."""
    from qc_app.jobs.faultpoint import VARIABLE
    from qc_app.jobs.learner import train
    from qc_app.jobs.nightly import nightly
    from qc_app.jobs.recovery import recover
    from tests.jobs.conftest import Works

    os.environ[VARIABLE] = point
    train.LEARNER = "ridge"
    works = Works(Path(folder))
    with works.open(day) as store:
        recover(store)
        assert nightly(store, works.plant(), training="now").status == "done"
