"""The one moment of which a backup is: nobody writes while it is taken, and it takes milliseconds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import Connection

from qc_app.store.home import Store
from qc_app.store.lake.copying import Head
from qc_app.store.migrations import revision_of

_ASIDE = ".backup-"
_LOCK = "writer.lock"


@dataclass(frozen=True, slots=True)
class Moment:
    """What is held of a plant at one moment, while it goes on.

    Parameters
    ----------
    at : datetime
        The plant's time.
    made : datetime
        The machine's time.
    seen : Connection
        A reading transaction that sees the journal of then.
    revision : str
        The step of its tables.
    heads : sequence of Head
        At which version each table of the lake stood.
    spool : Path
        A folder with what live sources had said and the lake did not have yet.
    """

    at: datetime
    made: datetime
    seen: Connection
    revision: str
    heads: Sequence[Head]
    spool: Path


@contextmanager
def held_moment(store: Store) -> Iterator[Moment]:
    """Hold the present moment while inside.

    No delivery is half stored then (`Store.alone`), and no fact is being written: what the lake holds is what the
    journal's books tell, and at most as much further as a program that is killed in that moment would leave it.

    Raises
    ------
    StoreBusy
        If a writer keeps the journal longer than ten seconds.
    StoreError
        If the store cannot be read.
    """
    aside = store.home / f"{_ASIDE}{os.getpid()}"
    _sweep(store.home)
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, aside, ignore_errors=True)
        with store.alone(), store.journal.database.write():
            seen = undo.enter_context(store.journal.database.read())
            revision = revision_of(seen) or ""
            at, made = store.clock.now(), datetime.now(UTC)
            heads = store.lake.heads()
            _linked(store.home / "spool", aside / "spool")
        yield Moment(at, made, seen, revision, heads, aside / "spool")


def _linked(folder: Path, to: Path) -> None:
    """Give the files of a folder a second name: one that is deleted meanwhile is still there."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name != _LOCK and not path.name.startswith("."):
            there = to / path.relative_to(folder)
            there.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                _second_name(path, there)


def _second_name(path: Path, there: Path) -> None:
    try:
        there.hardlink_to(path)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without second names
        shutil.copy2(path, there)


def _sweep(home: Path) -> None:
    """Remove what a backup that was killed left; no other is under way in this home now."""
    for path in home.glob(f"{_ASIDE}*"):
        shutil.rmtree(path, ignore_errors=True)
