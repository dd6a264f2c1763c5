"""The files of a spool: each is named by the moment it was begun, so that names only go up, whatever is deleted."""

from __future__ import annotations

import os
import time
from pathlib import Path

SUFFIX = ".segment"


def numbers(folder: Path) -> list[int]:
    """Return the numbers of the segments that there are, oldest first; none where there is no folder."""
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    stems = [name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)]
    return sorted(int(stem) for stem in stems if stem.isdigit())


def path_of(folder: Path, number: int) -> Path:
    """Return the file of a segment.

    Examples
    --------
    >>> path_of(Path("spool"), 7).name
    '00000000000000000007.segment'
    """
    return folder / f"{number:020d}{SUFFIX}"


def next_number(there: list[int]) -> int:
    """Return a number above all that were ever used, also after the folder was emptied: nanoseconds since 1970."""
    return max([time.time_ns(), *(n + 1 for n in there[-1:])])


def size(folder: Path) -> int:
    """Return how many bytes all segments have together."""
    total = 0
    for number in numbers(folder):
        try:
            total += path_of(folder, number).stat().st_size
        except FileNotFoundError:
            continue
    return total


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
