"""Which files a backup consists of: those of the lake at its moment, the models, and what else lies in the folder."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from qc_app.errors import StoreDamaged
from qc_app.store.home import Store
from qc_app.store.lake.copying import Content

#: Parts of the folder that are copied in a way of their own, or belong to the running program: locks, logs, the room
#: kept for a full disk, and what opens the door of this installation alone.
OWN = frozenset(
    {"lake", "models", "spool", "locks", "logs", "reserve", "scheduler.lock", "cookie-secret", "first-administrator"}
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A file, and its name in the backup; one that `may` vanish meanwhile is left out then."""

    name: str
    path: Path
    may: bool = False


def of_lake(root: Path, tables: Collection[Content]) -> Iterator[Piece]:
    """Yield the files of the lake."""
    for path in sorted(root.glob("*/stage.json")):
        yield Piece(_name("lake", path.relative_to(root)), path)
    for table in tables:
        for path in table.files:
            yield Piece(_name("lake", path.relative_to(root)), path)


def of_models(store: Store, ids: Collection[str]) -> Iterator[Piece]:
    """Yield the files of the models that the journal knows.

    Raises
    ------
    StoreDamaged
        If one is not in the registry: what cannot be restored shall not look as if it could.
    """
    missing = [key for key in ids if not store.registry.exists(key)]
    if missing:
        raise StoreDamaged(
            f"model {missing[0]} is in the journal and not in {store.registry.root} ({len(missing)} are missing) -"
            " restore the folder first, or roll back to a model that is there",
            "damaged",
        )
    for key in sorted(ids):
        for path in sorted((store.registry.root / key).iterdir()):
            yield Piece(_name("models", path.relative_to(store.registry.root)), path)


def of_spool(folder: Path) -> Iterator[Piece]:
    """Yield what live sources said and the lake did not have."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield Piece(_name("spool", path.relative_to(folder)), path)


def of_home(home: Path, left_out: list[str]) -> Iterator[Piece]:
    """Yield what else lies in the plant's folder: settings, clock, uploads, imports, write-back, keys, hand-overs.

    Parameters
    ----------
    home : Path
    left_out : list of str
        What is no plain file is noted here.
    """
    for folder, folders, files in os.walk(home):
        here = Path(folder)
        if here == home:
            folders[:] = [name for name in folders if name not in OWN]
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        left_out += [f"{here / n}: a link" for n in folders if (here / n).is_symlink()]
        for name in sorted(files):
            path = here / name
            if here == home and (name in OWN or name.startswith("journal.sqlite")):
                continue
            if path.is_symlink() or not path.is_file():
                left_out.append(f"{path}: no plain file")
            elif not name.startswith(".") and not name.endswith(".tmp"):
                yield Piece(path.relative_to(home).as_posix(), path, may=True)


def _name(first: str, rest: Path) -> str:
    return f"{first}/{rest.as_posix()}"
