"""A backup that is there: opened by its manifest, every file checked before anything is believed."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from qc_app.errors import StoreDamaged, StoreError
from qc_app.store.backup.manifest import FILE, Entry, Manifest, opened
from qc_app.store.durable import store_error

_PIECE = 1 << 20
Told = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """An opened backup.

    Parameters
    ----------
    path : Path
    manifest : Manifest
    """

    path: Path
    manifest: Manifest
    _open: Callable[[str], IO[bytes]]

    def check(self, told: Told | None = None, but: Collection[str] = ()) -> None:
        """Read every file and compare it with the manifest.

        Parameters
        ----------
        told : callable, optional
            Hears which file and the share done.
        but : collection of str
            Names of files that were read a moment ago.

        Raises
        ------
        StoreDamaged
            If a file is missing, or a byte of it is not as it was written; names the file.
        """
        for entry in self._each(told):
            for _ in () if entry.name in but else self.pieces(entry):
                pass

    def unpack(self, to: Path, told: Told | None = None) -> None:
        """Write every file below a folder, each checked once more on its way, and force all to the disk.

        Raises
        ------
        StoreDamaged
            As `check` does.
        StoreError
            If the disk refuses.
        """
        try:
            for entry in self._each(told):
                path = to / entry.name
                path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
                with path.open("xb") as out:
                    out.writelines(self.pieces(entry))
                path.chmod(entry.mode & 0o770)
                os.utime(path, ns=(entry.mtime_ns, entry.mtime_ns))
            os.sync()
        except OSError as error:
            raise store_error(f"restoring {self.path} to {to}", error) from error

    def pieces(self, entry: Entry) -> Iterator[bytes]:
        """Yield a file piece by piece; StoreDamaged at its end where it is not what was written."""
        found, size = hashlib.sha256(), 0
        try:
            with self._open(entry.name) as file:
                while piece := file.read(_PIECE):
                    found.update(piece)
                    size += len(piece)
                    yield piece
        except (KeyError, FileNotFoundError):
            raise _damaged(self.path, entry.name, "it is missing") from None
        except (tarfile.TarError, OSError) as error:
            raise _damaged(self.path, entry.name, f"it cannot be read ({error})") from error
        if size != entry.size or found.hexdigest() != entry.sha256:
            raise _damaged(self.path, entry.name, "it is not what was written")

    def _each(self, told: Told | None) -> Iterator[Entry]:
        done, size = 0, max(self.manifest.size, 1)
        for entry in self.manifest.files:
            if told is not None:
                told(entry.name, done / size)
            yield entry
            done += entry.size


@contextmanager
def reading(path: Path) -> Iterator[Backup]:
    """Open a backup by its manifest.

    Raises
    ------
    StoreError
        If there is none, or a newer program wrote it (reason ``newer_store``).
    StoreDamaged
        If it was not finished, or its manifest is damaged.
    """
    with ExitStack() as undo:
        if path.is_dir():
            take = _in_folder(path)
        elif path.is_file():
            take = _in_tar(path, undo)
        else:
            raise StoreError(f"there is no backup {path} - name the file or folder that `qc backup` wrote")
        try:
            with take(FILE) as file:
                manifest = opened(file.read(), str(path))
        except (KeyError, FileNotFoundError):
            raise StoreDamaged(
                f"{path} has no {FILE}: it is no backup, or one that was not finished - use another one", "damaged"
            ) from None
        except tarfile.TarError as error:
            raise StoreDamaged(f"the backup {path} cannot be read ({error}) - use another one", "damaged") from error
        yield Backup(path, manifest, take)


def _in_folder(root: Path) -> Callable[[str], IO[bytes]]:
    def take(name: str) -> IO[bytes]:
        path = root / name
        if path.is_symlink() or not path.is_file():
            raise FileNotFoundError(name)
        return path.open("rb")

    return take


def _in_tar(path: Path, undo: ExitStack) -> Callable[[str], IO[bytes]]:
    try:
        tar = undo.enter_context(tarfile.open(path, "r:"))  # noqa: SIM115 - it is open as long as the backup
        members = {member.name: member for member in tar.getmembers() if member.isfile()}
    except (tarfile.TarError, EOFError) as error:
        raise StoreDamaged(
            f"{path} is no backup, or one that was cut off ({error}) - use another one", "damaged"
        ) from None
    except OSError as error:
        raise store_error(f"reading the backup {path}", error) from error

    def take(name: str) -> IO[bytes]:
        found = tar.extractfile(members[name])
        if found is None:
            raise KeyError(name)
        return found

    return take


def _damaged(path: Path, name: str, what: str) -> StoreDamaged:
    return StoreDamaged(f"{name} of the backup {path} is damaged: {what} - use another backup", "damaged")
