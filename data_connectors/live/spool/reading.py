"""Reading a spool: from a place on, only what would survive a power cut; any number of readers beside the writer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data_connectors.base import Gap, Reject
from data_connectors.live.spool import segments
from data_connectors.live.spool.coding import Kept, frames


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a spool: everything before it was read.

    Parameters
    ----------
    segment : int
        Number of the file, which is the moment it was begun in nanoseconds.
    offset : int
        Byte in it.
    """

    segment: int = 0
    offset: int = 0


def resumed(folder: Path, place: Place) -> tuple[Place, Gap | None]:
    """Return where reading goes on that had come to `place`, and a gap where what stood there is gone."""
    there = segments.numbers(folder)
    later = [n for n in there if n > place.segment]
    if place.segment in there:
        shrunk = segments.path_of(folder, place.segment).stat().st_size < place.offset
        return (Place(place.segment), _shrunk(place)) if shrunk else (place, None)
    if not place.segment or not later:
        return place, None
    return Place(later[0]), _vanished(place, later[0])


def kept_since(folder: Path, place: Place) -> Iterator[tuple[Kept, Place, Place]]:
    """Yield each frame from `place` on with the places before and after it; damaged bytes come as a `Reject`.

    Raises
    ------
    OSError
        If a segment cannot be read.
    """
    there = segments.numbers(folder)
    for number in (n for n in there if n >= place.segment):
        data = _durable(segments.path_of(folder, number))
        start = place.offset if number == place.segment else 0
        for kept, end in frames(data, start):
            yield kept, Place(number, start), Place(number, end)
            start = end
        if start < len(data) and number != there[-1]:
            torn = Kept(heard=(_damaged(folder, number, start, len(data)),))
            yield torn, Place(number, start), Place(number, len(data))


def forget(folder: Path, place: Place) -> None:
    """Delete the segments that lie wholly before `place`; the one that holds it stays."""
    for number in segments.numbers(folder):
        if number < place.segment:
            segments.path_of(folder, number).unlink(missing_ok=True)


def _durable(path: Path) -> bytes:
    """Return what a segment holds once it is forced to the disk: a reader must not run ahead of a power cut."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return b""
    with os.fdopen(handle, "rb") as file:
        data = file.read()
        os.fsync(file.fileno())
    return data


def _at(number: int) -> datetime:
    return datetime.fromtimestamp(number / 1e9, UTC)


def _vanished(place: Place, later: int) -> Gap:
    text = "the spool was emptied by hand before the store had everything; ask the source for that time if it can"
    return Gap(_at(place.segment), _at(later), "spool_lost", text)


def _shrunk(place: Place) -> Gap:
    text = "a file of the spool is shorter than what was read of it (an old copy was put back?); it is read again"
    return Gap(_at(place.segment), _at(place.segment), "spool_lost", text)


def _damaged(folder: Path, number: int, start: int, end: int) -> Reject:
    origin = segments.path_of(folder, number).name
    message = (
        f"spool file {origin} is damaged from byte {start} to {end} - check the disk; the source told it once only"
    )
    return Reject(origin, start, f"{end - start} bytes", "spool_damaged", message)
