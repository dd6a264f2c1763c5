"""Taking a backup while everything runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from qc_app.errors import StoreDamaged, StoreError
from qc_app.plant import parse
from qc_app.store.backup import contents, journal
from qc_app.store.backup.contents import Piece
from qc_app.store.backup.manifest import Entry, Manifest
from qc_app.store.backup.moment import Moment, held_moment
from qc_app.store.backup.noted import start_of, there
from qc_app.store.backup.reading import Backup, Told, reading
from qc_app.store.backup.writing import MAKING, TAR, Writer, sweep, writing
from qc_app.store.durable import make_folder, store_error
from qc_app.store.home import Store
from qc_app.store.journal.models import MODELS
from qc_app.store.journal.plants import PLANTS
from qc_app.store.lake.copying import Content, content

_SPARE = 64 << 20
Reached = Callable[[], None]


def take(store: Store, target: Path, told: Told | None = None, each: Reached = lambda: None) -> Manifest:
    """Write one consistent backup of a plant, and read it once to see that it is whole.

    Everything is of one moment: the journal, the lake at the versions that belong to it, the models that it names, what
    live sources had said and the lake did not have yet, and the other files of the plant's folder.

    Parameters
    ----------
    store : Store
    target : Path
        A name ending in ``.tar`` makes one file, another a folder; there must be nothing of that name. A folder shares
        what has not changed with the newest one beside it that was named by date.
    told : callable, optional
        Hears what is copied and the share done.
    each : callable
        Called after each file; tests kill the process there.

    Returns
    -------
    Manifest

    Raises
    ------
    StoreError
        If the target is there or inside the plant's folder, has too little room, or the disk refuses.
    StoreDamaged
        If the store itself is damaged: what cannot be restored is no backup.
    StoreBusy
        If another backup is under way.
    """
    target = target.absolute()
    _require_outside(store, target)
    with store.lake.keeping(), ExitStack() as undo:
        for start in (target.name, start_of(store)):
            sweep(target.parent, start)
        aside = _aside(target, undo)
        with held_moment(store) as moment:
            made, ids = _described(store, moment, aside / journal.FILE)
            tables = [content(store.lake.root, head) for head in moment.heads]
            left_out: list[str] = []
            pieces = [
                Piece(journal.FILE, aside / journal.FILE),
                *contents.of_lake(store.lake.root, tables),
                *contents.of_models(store, ids),
                *contents.of_spool(moment.spool),
                *contents.of_home(store.home, left_out),
            ]
            before = undo.enter_context(_before(store, target))
            _require_room(target, pieces, before)
            with writing(target, before) as writer:
                files = _copied(writer, pieces, told, each)
                manifest = replace(_counted(made, tables), files=tuple(files), left_out=tuple(left_out))
                writer.finish(manifest)
    with reading(target) as backup:
        backup.check(told, writer.shared)
    return manifest


@contextmanager
def _before(store: Store, target: Path) -> Iterator[Backup | None]:
    """Open the newest backup in a folder beside the target whose files it may share; one that is damaged is passed."""
    with ExitStack() as undo:
        found = None
        for path in reversed(there(store, target.parent)) if target.suffix != TAR else ():
            if path.is_dir():
                with suppress(StoreError):
                    found = undo.enter_context(reading(path))
                    break
        yield found


def _described(store: Store, moment: Moment, to: Path) -> tuple[Manifest, list[str]]:
    """Copy the journal first: its reading transaction shall be short. Return what it says, and the models in it."""
    database, seen = store.journal.database, moment.seen
    journal.written(database, seen, to)
    if wrong := journal.whole(to):
        raise StoreDamaged(f"the journal is damaged: {wrong} - restore an earlier backup", "damaged")
    made = Manifest(
        at=moment.at,
        made=moment.made,
        plant=_plant_name(seen),
        home=str(store.home),
        journal=moment.revision,
        program=version("qc-app"),
        database="sqlite" if database.sqlite else "postgresql",
        counts=journal.counts(seen),
    )
    return made, [str(key) for key in seen.execute(sa.select(MODELS.c.id)).scalars()]


def _plant_name(seen: Connection) -> str:
    text = seen.execute(sa.select(PLANTS.c.definition).order_by(PLANTS.c.id.desc()).limit(1)).scalar_one_or_none()
    return parse(text, where="the journal").name if text else ""


def _counted(made: Manifest, tables: Sequence[Content]) -> Manifest:
    counted: dict[str, dict[str, int]] = {}
    marks: dict[str, dict[str, Any]] = {}
    for table in tables:
        data = sum(path.suffix == ".parquet" and path.parent.name != "_delta_log" for path in table.files)
        counted[f"{table.stage} / {table.head.table}"] = {
            "version": table.head.version, "files": data, "rows": table.rows,
        }  # fmt: skip
        for source, state in table.delivered.items():
            newest = state.newest.isoformat() if state.newest else None
            marks[f"{table.stage} / {source}"] = {
                "delivery": state.number, "received": state.total.received, "newest": newest,
            }  # fmt: skip
    return replace(made, tables=counted, watermarks=marks)


def _copied(writer: Writer, pieces: Sequence[Piece], told: Told | None, each: Reached) -> list[Entry]:
    found = []
    for i, piece in enumerate(pieces):
        if told is not None:
            told(piece.name, i / len(pieces))
        try:
            with piece.path.open("rb") as file:
                found.append(writer.add(piece.name, file))
        except FileNotFoundError:
            if not piece.may:
                raise StoreDamaged(f"{piece.path} is missing - restore it, then take the backup", "damaged") from None
        each()
    return found


def _aside(target: Path, undo: ExitStack) -> Path:
    """Return a folder beside the target for the copy of the journal, gone at the end."""
    try:
        make_folder(target.parent)
        return Path(undo.enter_context(TemporaryDirectory(prefix=f".{target.name}{MAKING}", dir=target.parent)))
    except OSError as error:
        raise store_error(f"writing the backup {target}", error) from error


def _require_outside(store: Store, target: Path) -> None:
    for inside in (store.home, store.lake.root):
        if target.resolve().is_relative_to(inside.resolve()):
            raise StoreError(
                f"{target} lies in the plant's folder {inside} and would be lost with it - name a place elsewhere, best"
                " on another disk"
            )


def _require_room(target: Path, pieces: Sequence[Piece], before: Backup | None) -> None:
    """Raise StoreError where the disk has no room for what is not likely to be there already."""
    shared = {(entry.name, entry.size) for entry in before.manifest.files} if before is not None else set()
    sizes = [(piece.name, piece.path.stat().st_size) for piece in pieces if piece.path.exists()]
    needed = sum(size for name, size in sizes if (name, size) not in shared) + _SPARE
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise StoreError(
            f"the backup needs {needed >> 20:,} MB and {target.parent} has {free >> 20:,} MB free - free space there,"
            " keep fewer backups, or name another place",
            "disk_full",
        )
