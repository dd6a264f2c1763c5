"""Writing a spool: nothing returns before it is on the disk, and nothing is written beyond the limit."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from data_connectors.base import Gap
from data_connectors.errors import SourceUnavailable, SpoolFull
from data_connectors.live.sample import Heard, Link
from data_connectors.live.spool import segments
from data_connectors.live.spool.coding import framed, frames, whole
from data_connectors.live.spool.standing import Standing

LIMIT_BYTES = 256 << 20
SEGMENT_BYTES = 4 << 20
PUBLISH_S = 2.0
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Spool:
    """The one writer of a spool; a `Sink` for a listener.

    A call of `keep` is one write and one forced write, however much it brings: group what came together. Safe to be
    called from several threads. A torn tail, left by a crash within a call, is cut off when the spool is opened: of
    that call nothing was promised.

    Parameters
    ----------
    folder : Path
        Of this source alone; made if missing.
    limit_bytes : int
        Of all segments together.
    segment_bytes : int
        From this size on a new segment begins; what the store has is deleted by whole segments.

    Raises
    ------
    SourceUnavailable
        If another process writes there, or the folder cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from data_connectors.live.spool.reading import Place, kept_since
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Spool(Path(folder)) as spool:
    ...         spool.keep([], mark="42")
    ...     again = Spool(Path(folder))
    ...     again.close()
    ...     again.mark
    '42'
    """

    def __init__(self, folder: Path, limit_bytes: int = LIMIT_BYTES, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.folder, self._limit, self._segment_bytes = folder, limit_bytes, segment_bytes
        self._lock = threading.Lock()
        self._handle = -1
        self._end = self._bytes = 0
        self._mark = ""
        self._published = 0.0
        try:
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._guard = _locked(folder)
            self._resume()
        except OSError as error:
            raise SourceUnavailable(f"spool {folder} cannot be opened: {error.strerror} - check the disk") from error
        self.standing = Standing.read(folder)
        self.standing.limit = limit_bytes

    @property
    def mark(self) -> str:
        """The newest mark that was kept; empty at first."""
        return self._mark

    def keep(self, heard: Sequence[Heard], gaps: Sequence[Gap] = (), mark: str = "") -> None:
        """Return once all this would survive a power cut.

        Raises
        ------
        SpoolFull
            If the limit is reached or the disk is full; nothing of this call is kept then.
        SourceUnavailable
            If the disk refuses; the next call tries a new segment.
        """
        data = framed(heard, gaps, mark)
        with self._lock:
            self._require_room(len(data))
            self._append(data)
            self._mark = mark or self._mark
            self.standing.counted(heard)
        self.publish(every_s=PUBLISH_S)

    def tell(self, link: Link, words: str = "") -> None:
        """Note how the connection stands."""
        if self.standing.stands(link, words):
            self.publish()

    def dropped(self, count: int, cause: str) -> None:
        """Count what is lost because the protocol cannot wait."""
        with self._lock:
            self.standing.dropped[cause] = self.standing.dropped.get(cause, 0) + count

    def publish(self, every_s: float = 0.0) -> None:
        """Write how the source stands, at most every so many seconds; a full disk does not stop anything."""
        if time.monotonic() - self._published < every_s:
            return
        self._published = time.monotonic()
        self._bytes = segments.size(self.folder)
        self.standing.bytes = self._bytes
        try:
            self.standing.write(self.folder)
        except OSError:
            return

    def close(self) -> None:
        """Let go of the folder."""
        self.standing.stands("stopped", self.standing.words)
        self.publish()
        self._let_go()
        if self._guard >= 0:
            os.close(self._guard)
            self._guard = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _require_room(self, size: int) -> None:
        if self._bytes + size <= self._limit:
            return
        self._bytes = segments.size(self.folder)
        if self._bytes + size > self._limit:
            raise SpoolFull(
                f"spool {self.folder} holds {self._bytes >> 20} of {self._limit >> 20} MiB - it goes on when the store"
                " has taken some; set spool_mb higher if this happens in ordinary running"
            )

    def _append(self, data: bytes) -> None:
        before = self._end
        try:
            if self._handle < 0 or self._end >= self._segment_bytes:
                self._begin()
                before = self._end
            _write_all(self._handle, data)
            os.fsync(self._handle)
        except OSError as error:
            self._undo(before)
            if error.errno in _NO_ROOM:
                raise SpoolFull(f"the disk of spool {self.folder} is full - free some space") from error
            raise SourceUnavailable(f"spool {self.folder} cannot be written: {error.strerror} - check it") from error
        self._end += len(data)
        self._bytes += len(data)

    def _begin(self) -> None:
        """Begin a segment with the newest mark, so that the mark outlives the segments that are forgotten."""
        self._let_go()
        number = segments.next_number(segments.numbers(self.folder))
        path = segments.path_of(self.folder, number)
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o640)
        head = framed([], mark=self._mark)
        _write_all(self._handle, head)
        os.fsync(self._handle)
        segments.sync_folder(self.folder)
        self._end = len(head)
        self._bytes += len(head)

    def _resume(self) -> None:
        """Cut off a torn tail of the newest segment, find the newest mark, and go on there."""
        there = segments.numbers(self.folder)
        self._bytes = segments.size(self.folder)
        self._mark = _newest_mark(self.folder, there)
        if not there:
            return
        path = segments.path_of(self.folder, there[-1])
        data = path.read_bytes()
        self._end = whole(data)
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND)
        if self._end < len(data):
            os.ftruncate(self._handle, self._end)
        os.fsync(self._handle)

    def _undo(self, end: int) -> None:
        """Take back a write that failed half way, and never use that file again: after a failed fsync it may lie."""
        if self._handle >= 0:
            with suppress(OSError):
                os.ftruncate(self._handle, end)
            self._let_go()

    def _let_go(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _newest_mark(folder: Path, there: Sequence[int]) -> str:
    """Return the newest mark: in the newest segment that has a frame, for each begins with the mark of then."""
    for number in reversed(there):
        marks = [kept.mark for kept, _ in frames(segments.path_of(folder, number).read_bytes())]
        if marks:
            return next((mark for mark in reversed(marks) if mark), "")
    return ""


def _locked(folder: Path) -> int:
    handle = os.open(folder / "writer.lock", os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise SourceUnavailable(f"another process writes to spool {folder} - stop it first") from None
    return handle


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
