"""A backup while it is written: a folder or one tar file, under a name that nobody takes for a backup until the end.

In a folder a file that is what an earlier backup beside it holds gets a second name there (a hard link) instead of a
second copy. Each backup is whole by itself: its manifest tells every file, and removing one removes names alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import IO, Protocol, Self

from qc_app.errors import StoreDamaged, StoreError
from qc_app.store.backup.manifest import FILE, Entry, Manifest, sealed
from qc_app.store.backup.reading import Backup
from qc_app.store.durable import make_folder, store_error, sync

_PIECE = 1 << 20
TAR = ".tar"
#: In the name of what is not finished.
MAKING = ".making-"


class Writer(Protocol):
    """Takes one file after the other, and at last the manifest."""

    def add(self, name: str, file: IO[bytes]) -> Entry:
        """Copy a file as long as it is now; what is appended meanwhile is left to the next backup."""
        ...

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, and force everything to the disk."""
        ...

    @property
    def shared(self) -> frozenset[str]:
        """Names of the files that are an earlier backup's, read and found whole when they were taken over."""
        ...


@contextmanager
def writing(target: Path, before: Backup | None = None) -> Iterator[Writer]:
    """Write a backup to `target`: it is there whole once the block ends, and not at all if the block raises.

    Parameters
    ----------
    target : Path
        A name ending in ``.tar`` makes one file, another a folder; there must be nothing of that name.
    before : Backup, optional
        An earlier one in a folder; what has not changed since is taken over into a folder, where the disk can.

    Raises
    ------
    StoreError
        If something of that name is there, or the disk refuses.
    """
    if target.exists():
        raise StoreError(f"{target} is there already - a backup replaces nothing; choose another name, or remove it")
    aside = target.with_name(f".{target.name}{MAKING}{os.getpid()}")
    try:
        make_folder(target.parent)
        _remove(aside)
        with _Tar(aside) if target.suffix == TAR else _Folder(aside, before) as writer:
            yield writer
        aside.rename(target)
        sync(target.parent)
    except OSError as error:
        raise store_error(f"writing the backup {target}", error) from error
    finally:
        _remove(aside)


def sweep(folder: Path, start: str) -> None:
    """Remove what writers that were killed left in a folder of backups whose names begin with `start`."""
    for path in folder.glob(f".{start}*{MAKING}*"):
        _remove(path)


def remove(path: Path) -> None:
    """Remove a backup: a file at once, a folder under a name that nobody takes for a backup.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    try:
        if path.is_dir():
            aside = path.with_name(f".{path.name}{MAKING}gone")
            path.rename(aside)
            _remove(aside)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise store_error(f"removing the backup {path}", error) from error


def own_bytes(path: Path) -> int:
    """Return how many bytes would be free if a backup were removed: files that no other one shares."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(told.st_size for told in (file.stat() for file in files) if told.st_nlink == 1)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


class _Folder:
    """Files below a folder."""

    def __init__(self, root: Path, before: Backup | None) -> None:
        self._root, self._before = root, before
        self._known = {} if before is None else {entry.name: entry for entry in before.manifest.files}
        self._shared: set[str] = set()

    def __enter__(self) -> Self:
        self._root.mkdir(mode=0o700)
        return self

    def __exit__(self, *_: object) -> None:
        """Everything is closed after each file."""

    @property
    def shared(self) -> frozenset[str]:
        return frozenset(self._shared)

    def add(self, name: str, file: IO[bytes]) -> Entry:
        told = os.fstat(file.fileno())
        path = self._root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = self._known.get(name)
        if known is not None and known.size == told.st_size and self._taken_over(known, file, path):
            self._shared.add(name)
            return replace(known, mtime_ns=told.st_mtime_ns, mode=told.st_mode & 0o777)
        source = _Measured(file, told.st_size)
        with path.open("xb") as out:
            shutil.copyfileobj(source, out, _PIECE)
        return source.entry(name, told)

    def _taken_over(self, known: Entry, file: IO[bytes], path: Path) -> bool:
        """Give the earlier backup's file a name here, if it is this file, byte by byte, and the disk has such names."""
        found = _Measured(file, known.size)
        while found.read(_PIECE):
            pass
        file.seek(0)
        if self._before is None or found.hexdigest() != known.sha256:
            return False
        try:
            for _ in self._before.pieces(known):
                pass
            path.hardlink_to(self._before.path / known.name)
        except (StoreDamaged, OSError):  # what is damaged there is copied anew; so is all where there are no such names
            return False
        return True

    def finish(self, manifest: Manifest) -> None:
        os.sync()  # one for all files: forcing each of thousands takes minutes
        path = self._root / FILE
        path.write_bytes(sealed(manifest))
        sync(path)
        sync(self._root)


class _Tar:
    """Members of one tar file; nothing is compressed, for lake and models are so already."""

    shared: frozenset[str] = frozenset()

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, name: str, file: IO[bytes]) -> Entry:
        told = os.fstat(file.fileno())
        source = _Measured(file, told.st_size)
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = told.st_size, told.st_mtime, told.st_mode & 0o777
        self._tar.addfile(info, source)
        return source.entry(name, told)

    def finish(self, manifest: Manifest) -> None:
        data = sealed(manifest)
        info = tarfile.TarInfo(FILE)
        info.size, info.mtime = len(data), manifest.made.timestamp()
        self._tar.addfile(info, BytesIO(data))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())


class _Measured:
    """The first `size` bytes of a file, summed up while they are read."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left, self._size = file, size, size
        self._sum = hashlib.sha256()

    def read(self, most: int = -1) -> bytes:
        """Return the next bytes; OSError where the file became shorter meanwhile."""
        wanted = self._left if most < 0 else min(most, self._left)
        data = self._file.read(wanted)
        if wanted and not data:
            raise OSError(f"{getattr(self._file, 'name', 'a file')} became shorter while it was copied")
        self._left -= len(data)
        self._sum.update(data)
        return data

    def hexdigest(self) -> str:
        """Return the SHA-256 of what was read."""
        return self._sum.hexdigest()

    def entry(self, name: str, told: os.stat_result) -> Entry:
        """Return what was read as an entry of the manifest."""
        return Entry(name, self._size, self.hexdigest(), told.st_mtime_ns, told.st_mode & 0o777)
