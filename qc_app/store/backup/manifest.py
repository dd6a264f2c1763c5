"""The list of what is in a backup: of which moment, how much, and the SHA-256 of every file; it seals itself."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from qc_app.errors import StoreDamaged, StoreError

FILE = "manifest.json"
#: The form of backups that this program writes, and the newest that it reads.
FORM = 1
_SUM = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a backup.

    Parameters
    ----------
    name : str
        Its place in the plant's folder, with slashes.
    size : int
        Bytes.
    sha256 : str
    mtime_ns : int
        When it was changed last, by which sources of files know what they have read.
    mode : int
        Who may read it.
    """

    name: str
    size: int
    sha256: str
    mtime_ns: int
    mode: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Parameters
    ----------
    at : datetime
        The plant's time at the one moment of which everything is.
    made : datetime
        The machine's time then.
    plant, home : str
        The plant's name, and the folder that it had.
    journal : str
        The step of the journal's tables.
    program : str
        Version of the program that wrote it.
    database : {"sqlite", "postgresql"}
        Where the journal lived; in the backup it is a SQLite file always.
    counts : mapping of str to int
        Table of the journal -> rows.
    tables : mapping of str to mapping
        Table of the lake -> version, files, rows.
    watermarks : mapping of str to mapping
        ``stage / source`` -> number of its last delivery, records received, newest event time.
    files : tuple of Entry
    left_out : tuple of str
        What was in the folder and is not in the backup, with the reason.
    form : int
    """

    at: datetime
    made: datetime
    plant: str
    home: str
    journal: str
    program: str
    database: str
    counts: Mapping[str, int] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    watermarks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: tuple[Entry, ...] = ()
    left_out: tuple[str, ...] = ()
    form: int = FORM

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files)


def sealed(manifest: Manifest) -> bytes:
    """Return a manifest as JSON whose first entry is the SHA-256 of all the others.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> made = Manifest(noon, noon, "Works", "/srv/plant", "0011", "0.1.0", "sqlite")
    >>> opened(sealed(made), "plant.tar") == made
    True
    """
    told = asdict(manifest) | {"at": manifest.at.isoformat(), "made": manifest.made.isoformat()}
    return json.dumps({"sha256": _seal(told), **told}, indent=1, ensure_ascii=True).encode()


def opened(data: bytes, where: str) -> Manifest:
    """Return the manifest that was sealed.

    Parameters
    ----------
    data : bytes
    where : str
        The backup, for messages.

    Raises
    ------
    StoreDamaged
        If it is not what was sealed.
    StoreError
        If a newer program wrote it (reason ``newer_store``).
    """
    try:
        told = json.loads(data)
        seal = told.pop("sha256")
        form = int(told["form"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _broken(where, f"it cannot be read ({type(error).__name__})") from None
    if seal != _seal(told):
        raise _broken(where, "it is not what was sealed")
    if form > FORM:
        raise StoreError(
            f"the backup {where} was written by a newer program (form {form}, this one reads {FORM}; program"
            f" {told.get('program')}) - restore it with that program",
            "newer_store",
        )
    try:
        times = {name: datetime.fromisoformat(told[name]) for name in ("at", "made")}
        files = tuple(_entry(one) for one in told["files"])
        return Manifest(**{**told, **times, "files": files, "left_out": tuple(told["left_out"])})
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(where, f"it says what this program does not know ({error})") from None


def _entry(told: Mapping[str, Any]) -> Entry:
    entry = Entry(**told)
    path = PurePosixPath(entry.name)
    plain = not path.is_absolute() and ".." not in path.parts and "\x00" not in entry.name and "\\" not in entry.name
    if not plain or not path.parts or entry.name == FILE or not _SUM.fullmatch(entry.sha256):
        raise ValueError(f"file {entry.name[:80]!r}")
    return entry


def _seal(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    ).hexdigest()


def _broken(where: str, what: str) -> StoreDamaged:
    return StoreDamaged(f"the list {FILE} of the backup {where} is damaged: {what} - use another backup", "damaged")
