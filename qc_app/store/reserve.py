"""Room kept free for the moment when the disk is full: so that what happened can still be written down."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from qc_app.errors import StoreError
from qc_app.store.durable import reason_of

SIZE = 8 * 1024 * 1024


class Reserve:
    """A file of some megabytes in the plant's folder, given away when the disk is full.

    SQLite needs room to come out of its log, and the journal to say why nothing is read any more. While the file is
    missing the disk is full: sources are paused until there is room for it, and as much again.

    Parameters
    ----------
    path : Path

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     reserve = Reserve(Path(folder) / "reserve")
    ...     made = reserve.ready()
    ...     reserve.release()
    ...     made, reserve.there
    (True, False)
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def there(self) -> bool:
        """Whether the room is kept."""
        return self.path.exists()

    @property
    def reason(self) -> str:
        """Why the plant is not ready: ``disk_full`` while the room was given away and is not to be had; else empty."""
        return "" if self.there or shutil.disk_usage(self.path.parent).free >= 2 * SIZE else "disk_full"

    def ready(self) -> bool:
        """Return whether the room is kept, after taking it where it was given away and can be had again."""
        if self.there:
            return True
        if shutil.disk_usage(self.path.parent).free < 2 * SIZE:
            return False
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o640)
            try:
                os.posix_fallocate(handle, 0, SIZE)
            finally:
                os.close(handle)
        except OSError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Give the room away."""
        self.path.unlink(missing_ok=True)

    def require(self) -> None:
        """Raise StoreError with reason ``disk_full`` while there is no room."""
        if not self.ready():
            free = shutil.disk_usage(self.path.parent).free // 1024
            raise StoreError(
                f"the disk of {self.path.parent} is full ({free:,} KB free): sources are paused and nothing is lost"
                f" - free {2 * SIZE // 1024:,} KB, they go on by themselves",
                "disk_full",
            )

    def gave(self, error: BaseException) -> bool:
        """Return whether an error says that the disk is full; if so the room is given away."""
        full = getattr(error, "reason", "") == "disk_full" or reason_of(error) == "disk_full"
        if full:
            self.release()
        return full
