"""A backup becomes a plant's folder again: checked first, unpacked aside, put in its place at the end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from qc_app.errors import SettingsError, StoreError
from qc_app.settings import FILE as SETTINGS
from qc_app.settings import Settings
from qc_app.store.backup import journal
from qc_app.store.backup.manifest import Manifest
from qc_app.store.backup.reading import Backup, Told, reading
from qc_app.store.durable import make_folder, store_error, sync
from qc_app.store.journal.base.database import Database
from qc_app.store.migrations import HEAD, upgrade

_ASIDE = ".restoring"
#: Settings that name a place outside the folder: a restored plant stands alone until a person says otherwise.
PLACES = ("database_url", "lake_url", "backup_folder")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A backup that was unpacked and is not in its place yet.

    Parameters
    ----------
    settings : Settings
        With which its store can be opened.
    manifest : Manifest
    set_aside : tuple of str
        Keys of its settings that were commented out.
    """

    settings: Settings
    manifest: Manifest
    set_aside: tuple[str, ...]


@contextmanager
def unpacked(path: Path, home: Path, database_url: str | None, told: Told | None = None) -> Iterator[Unpacked]:
    """Unpack a backup for a new home; it is in its place once the block ends, and nowhere if the block raises.

    Parameters
    ----------
    path : Path
    home : Path
        Must be empty, or not be there.
    database_url : str or None
        An empty PostgreSQL for the journal; None: SQLite in the home.
    told : callable, optional
        Hears which file and the share done.

    Raises
    ------
    StoreError
        If the home or the database is not empty, a newer program wrote the backup, or the disk refuses.
    StoreDamaged
        If the backup is not whole; nothing was written then.
    """
    home = home.absolute()
    with reading(path) as backup:
        _require_not_newer(backup)
        _require_empty(home, backup)
        if database_url:
            _require_none(database_url)
        backup.check(_half(told, 0.0))
        aside, made_here = home / _ASIDE, not home.exists()
        try:
            make_folder(aside)
            backup.unpack(aside, _half(told, 0.5))
            yield _ready(aside, backup.manifest, database_url)
            _put_in_place(aside, home)
        except OSError as error:
            raise store_error(f"restoring {path} to {home}", error) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            if made_here:
                with suppress(OSError):  # what came of it lies there
                    home.rmdir()


def _ready(aside: Path, manifest: Manifest, database_url: str | None) -> Unpacked:
    """Make the folders that an empty backup lacks, let the settings point here, and fill the database."""
    for name in ("models", "lake"):
        make_folder(aside / name)
    set_aside = _stand_alone(aside / SETTINGS)
    file = Database(f"sqlite:///{aside / journal.FILE}")
    try:
        upgrade(file)
        if database_url:
            with file.read() as seen:
                journal.copied(seen, database_url)
    finally:
        file.close()
    if database_url:
        for path in aside.glob(f"{journal.FILE}*"):
            path.unlink()
    loaded = Settings.load(aside).model_copy(update={"database_url": database_url, "lake_url": None})
    return Unpacked(loaded, manifest, set_aside)


def _stand_alone(path: Path) -> tuple[str, ...]:
    """Comment out what names a place outside the folder: two plants may not share a database or a lake."""
    if not path.exists():
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise SettingsError(f"{SETTINGS} of the backup is no UTF-8 text ({error.reason})") from None
    keys = [line.partition("=")[0].strip() for line in lines]
    found = tuple(key for key in PLACES if key in keys)
    if found:
        text = [
            f"# before the restore: {line}" if key in found else line for key, line in zip(keys, lines, strict=True)
        ]
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return found


def _put_in_place(aside: Path, home: Path) -> None:
    """Move everything up; the models last, for without them a folder is no plant's."""
    os.sync()
    for path in sorted(aside.iterdir(), key=lambda one: one.name == "models"):
        path.rename(home / path.name)
    sync(home)


def _require_not_newer(backup: Backup) -> None:
    if backup.manifest.journal > HEAD:
        raise StoreError(
            f"the backup {backup.path} was written by a newer program ({backup.manifest.program}; its journal is at"
            f" step {backup.manifest.journal}, this program knows {HEAD}) - restore it with that program",
            "newer_store",
        )


def _require_empty(home: Path, backup: Backup) -> None:
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        begun = (home / _ASIDE).exists()
        words = "a restore that was not finished lies there: remove it" if begun else "name a new or empty one"
        raise StoreError(f"{home} is not empty, and a restore replaces nothing - {words}")
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    needed, free = backup.manifest.size, shutil.disk_usage(there).free
    if free < needed:
        raise StoreError(
            f"the backup has {needed >> 20:,} MB and {there} {free >> 20:,} MB free - free space, or restore elsewhere",
            "disk_full",
        )


def _require_none(database_url: str) -> None:
    database = Database(database_url)
    try:
        journal.require_none(database)
    finally:
        database.close()


def _half(told: Told | None, first: float) -> Told | None:
    return None if told is None else lambda words, share: told(words, first + share / 2)
