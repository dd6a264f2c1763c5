"""A backup while it is written: a folder or one tar file, under a name that nobody takes for a backup until the end."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Protocol, Self

from qc_app.errors import StoreError
from qc_app.store.backup.manifest import FILE, Entry, Manifest, sealed
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


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """Write a backup to `target`: it is there whole once the block ends, and not at all if the block raises.

    Parameters
    ----------
    target : Path
        A name ending in ``.tar`` makes one file, another a folder; there must be nothing of that name.

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
        with _Tar(aside) if target.suffix == TAR else _Folder(aside) as writer:
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


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


class _Folder:
    """Files below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __enter__(self) -> Self:
        self._root.mkdir(mode=0o700)
        return self

    def __exit__(self, *_: object) -> None:
        """Everything is closed after each file."""

    def add(self, name: str, file: IO[bytes]) -> Entry:
        told = os.fstat(file.fileno())
        path = self._root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source = _Measured(file, told.st_size)
        with path.open("xb") as out:
            shutil.copyfileobj(source, out, _PIECE)
        return source.entry(name, told)

    def finish(self, manifest: Manifest) -> None:
        os.sync()  # one for all files: forcing each of thousands takes minutes
        path = self._root / FILE
        path.write_bytes(sealed(manifest))
        sync(path)
        sync(self._root)


class _Tar:
    """Members of one tar file; nothing is compressed, for lake and models are so already."""

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

    def entry(self, name: str, told: os.stat_result) -> Entry:
        """Return what was read as an entry of the manifest."""
        return Entry(name, self._size, self._sum.hexdigest(), told.st_mtime_ns, told.st_mode & 0o777)
