"""Which files of a folder are there, and which of them are complete."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from data_connectors.errors import SourceUnavailable
from data_connectors.file_folder.options import Options

_TEMPORARY = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".swp", "~", ".done")
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_LINES = ("csv", "jsonl", "historian", "ranges", "dfq")

#: A file that ends in the middle of a line is reported after so many settle times, and at least a minute.
PATIENCE = 20
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Found:
    """One regular file as it was when looked at."""

    name: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    def same(self, status: os.stat_result) -> bool:
        """Tell whether the file is still the one that was looked at."""
        return (self.size, self.mtime_ns, self.inode) == (status.st_size, status.st_mtime_ns, status.st_ino)


def temporary(name: str, marker: str = "") -> bool:
    """Tell whether a name is that of a hidden, temporary or marker file.

    Examples
    --------
    >>> [temporary(n) for n in (".a.csv", "~$a.xlsx", "a.csv.part", "a.csv")]
    [True, True, True, False]
    """
    endings = (*_TEMPORARY, marker) if marker else _TEMPORARY
    return name.startswith((".", "~")) or name.casefold().endswith(endings)


def files(options: Options) -> list[Found]:
    """Return the folder's regular files that could be data, oldest first; links, pipes and folders are passed over.

    Raises
    ------
    SourceUnavailable
        If the folder is not there or cannot be listed.
    """
    try:
        with os.scandir(options.path) as entries:
            found = list(_regular(entries, options))
    except OSError as error:
        said = error.strerror or str(error)
        raise SourceUnavailable(f"folder {options.path} cannot be read ({said}) - check path and rights") from error
    return sorted(found, key=lambda f: (f.mtime_ns, f.name))


def _regular(entries: Iterator[os.DirEntry[str]], options: Options) -> Iterator[Found]:
    for entry in entries:
        name = entry.name
        if temporary(name, options.marker) or not fnmatch(name, options.pattern) or options.format_of(name) is None:
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        if stat.S_ISREG(status.st_mode):
            yield Found(name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def opened(folder: Path, name: str) -> int:
    """Open a file for reading without following a link or waiting for a pipe; return its descriptor."""
    return os.open(folder / name, _OPEN)


def unfinished(found: Found, options: Options, wall_s: float) -> str | None:
    """Return why a file is not to be read yet, or None if it is complete.

    Complete is what has its marker, or what was renamed into place (``settle_s = 0``), or what has not changed for
    `settle_s` and, if made of lines, ends with a whole one.

    Parameters
    ----------
    found : Found
    options : Options
    wall_s : float
        The file system's present time, in seconds since 1970.
    """
    if options.marker:
        there = (options.path / (found.name + options.marker)).exists()
        return None if there else f"waits for {found.name}{options.marker}"
    if options.settle_s == 0:
        return None
    age = wall_s - found.mtime_ns / 1e9
    if age < options.settle_s:
        return f"changed {max(age, 0):.0f} s ago"
    if found.size and options.format_of(found.name) in _LINES and not _ends_a_line(found, options):
        return "ends in the middle of a line"
    return None


def overdue(found: Found, options: Options, wall_s: float) -> bool:
    """Tell whether an unfinished file has stood still for so long that someone should know."""
    return not options.marker and wall_s - found.mtime_ns / 1e9 > max(PATIENCE_S, PATIENCE * options.settle_s)


def _ends_a_line(found: Found, options: Options) -> bool:
    try:
        with os.fdopen(opened(options.path, found.name), "rb") as file:
            file.seek(max(found.size - 4, 0))
            return file.read(4).rstrip(b"\0").endswith(b"\n")
    except OSError:
        return False
