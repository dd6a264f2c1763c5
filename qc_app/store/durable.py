"""Writes that survive a power cut, names that are safe as paths, and errors of the disk in words."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qc_app.errors import StoreBusy, StoreError

_WORDS = {
    "disk_full": ("no space left", "os error 28", "disk is full", "disk full"),
    "read_only": ("read-only file system", "os error 30", "readonly database"),
    "permission": ("permission denied", "os error 13"),
}
_BACKTRACE = re.compile(r"\s+0: <unknown>")
#: Colours of a terminal, and arrows, in which libraries write their errors.
_INK = re.compile(r"\x1b\[[0-9;]*m|\u21b3")
_ADVICE = {
    "disk_full": "free space; nothing stored is lost and the next attempt continues",
    "read_only": "give this account the right to write there, or mount the folder writable again",
    "permission": "give the account that runs the program the right to write there",
    "": "see the log for the cause, then try again",
}


def safe_key(name: str) -> str:
    """Return a folder name for any `name`: a readable part and a digest, never the raw text.

    Examples
    --------
    >>> safe_key("../../etc/Rolling 2")
    'etc-rolling-2-bb712917b6'
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "x"
    return f"{slug}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def sync(path: Path) -> None:
    """Force a file or a folder's list of names to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, data: bytes) -> None:
    """Write `data` so that `path` holds the old content or the new, whatever happens meanwhile.

    The bytes go to a file beside it, are forced to the disk, renamed over `path`, and the folder is forced too.

    Raises
    ------
    OSError
        As the file system says; `path` is unchanged then.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    sync(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder and its parents for this account and its group, and force their names to the disk."""
    missing = [p for p in (path, *path.parents) if not p.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o750, exist_ok=True)
        sync(folder.parent)


def reason_of(error: BaseException) -> str:
    """Return the reason code of an error of the disk, by number where it has one, else by its words.

    Examples
    --------
    >>> reason_of(OSError(28, "No space left on device")), reason_of(ValueError("oops"))
    ('disk_full', '')
    """
    numbers = {errno.ENOSPC: "disk_full", errno.EDQUOT: "disk_full", errno.EROFS: "read_only"}
    if isinstance(error, OSError) and error.errno in numbers:
        return numbers[error.errno]
    text = str(error).lower()
    return next((reason for reason, words in _WORDS.items() if any(w in text for w in words)), "")


def store_error(what: str, error: BaseException) -> StoreError:
    """Return the StoreError that tells `error` in a sentence, with its reason code."""
    reason = reason_of(error)
    cause = " ".join(_INK.sub("", _BACKTRACE.split(str(error))[0]).split())[:300]
    return StoreError(f"{what}: {cause or type(error).__name__} - {_ADVICE[reason]}", reason)


@contextmanager
def held(path: Path, what: str, patience_s: float = 10.0, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock file `path` while inside; it is free at once when its holder dies.

    Any number may hold it `shared` at once, and then nobody alone.

    Raises
    ------
    StoreBusy
        If another process or thread keeps it longer than `patience_s` seconds.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        _wait_for(handle, how, what, time.monotonic() + patience_s)
        yield
    finally:
        os.close(handle)


@contextmanager
def free(path: Path) -> Iterator[bool]:
    """Hold the lock file `path` together with others like us while inside, unless somebody holds it alone.

    Yields
    ------
    bool
        Whether it is held; nobody is waited for.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _wait_for(handle: int, how: int, what: str, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StoreBusy(f"{what}: another process writes there - stop it or wait", "busy") from None
            time.sleep(0.01)
        else:
            return
