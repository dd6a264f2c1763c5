"""The text of an exported file, whole: these formats cannot be cut."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import polars as pl

from data_connectors.base import Reject
from data_connectors.file_folder.options import Options
from data_connectors.file_folder.pieces import Piece, Start, Unreadable

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
SEPARATORS = (";", "\t", "|", ",")


def text_of(file: BinaryIO, options: Options) -> str:
    """Return the text of a file: by its byte order mark, in the declared encoding, or else in Windows-1252.

    Raises
    ------
    Unreadable
        Reasons: empty_file, too_large.
    """
    file.seek(0)
    data = file.read((options.max_mb << 20) + 1)
    if len(data) > options.max_mb << 20:
        raise Unreadable("too_large", f"is larger than {options.max_mb} MB - export shorter stretches, or set max_mb")
    if not data.strip():
        raise Unreadable("empty_file", "is empty - export it again")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), options.encoding)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def bare(name: str) -> str:
    """Return a heading as it is compared: letters and digits alone.

    Examples
    --------
    >>> bare(" Time-Stamp (UTC)")
    'timestamputc'
    """
    return "".join(c for c in name.casefold() if c.isalnum())


def heads(line: str, options: Options) -> Iterator[tuple[str, list[str]]]:
    """Yield a separator and the headings it makes of a line; the declared one first where it is not the comma."""
    declared = [options.separator] if options.separator != "," else []
    for separator in dict.fromkeys([*declared, *SEPARATORS]):
        yield separator, next(csv.reader([line], delimiter=separator), [])


def placed(head: Sequence[str], words: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the place of each column in a heading, by the first of its words that is there.

    Examples
    --------
    >>> placed(["Tag Name", "Wert"], {"tag": ["tagname"], "value": ["value", "wert"]})
    {'tag': 0, 'value': 1}
    """
    there = {bare(name): place for place, name in reversed(list(enumerate(head)))}
    found: dict[str, int] = {}
    for column, names in words.items():
        place = next((there[name] for name in names if name in there), None)
        if place is not None:
            found[column] = place
    return found


def pieces(frame: pl.DataFrame, rejects: Sequence[Reject], options: Options, start: Start) -> Iterator[Piece]:
    """Yield the rows from `start` on, some at a time; places are numbers of rows."""
    for first in range(start.place, frame.height, options.batch_rows):
        part = frame.slice(first, options.batch_rows)
        yield Piece(part, first, first + part.height, () if first else tuple(rejects))
    if rejects and not frame.height:
        yield Piece(frame, 0, 0, tuple(rejects))
    yield Piece(frame.clear(), frame.height, -1)
