"""What the readers of the formats give: pieces of a file, or the reason why it cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_connectors.base import Reject

MAX_RAW = 65_536


@dataclass(frozen=True, slots=True)
class Start:
    """Where the reading of a file begins: its name for messages, the place, and the number of the row there."""

    name: str
    place: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a file, in order.

    Parameters
    ----------
    frame : polars.DataFrame
        All text where the format is text.
    first : int
        Number of the piece's first row in its file (0-based).
    place : int
        Where the next piece begins (bytes or rows, as the format likes); -1 at the end of the file.
    rejects : tuple of Reject
        Lines that could not be split into fields.
    others : tuple of str
        Sheets of its workbook that were not chosen, where nobody chose one.
    """

    frame: pl.DataFrame
    first: int
    place: int
    rejects: tuple[Reject, ...] = ()
    others: tuple[str, ...] = ()


def clipped(raw: str) -> str:
    """Return raw text for a reject, cut at 65536 characters: longer lines are torn files, and the file stays.

    Examples
    --------
    >>> clipped("short"), len(clipped("x" * 100_000))
    ('short', 65537)
    """
    return raw if len(raw) <= MAX_RAW else raw[:MAX_RAW] + "…"


class Unreadable(Exception):  # noqa: N818 - reads as the state that it is
    """A file, or the rest of it, cannot be read: caught by the folder, which rejects it and goes on to the next.

    Parameters
    ----------
    reason : str
        Reason code.
    message : str
        What is wrong and what to do.
    raw : str
        The piece in question, as far as it can be shown.
    """

    def __init__(self, reason: str, message: str, raw: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.raw = clipped(raw)
