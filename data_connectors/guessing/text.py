"""Encoding, separator, decimal sign and the line of headings of a table that nobody declared."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

_SEPARATORS = (";", "\t", "|", ",")
_LINES = 40
_HEAD, _ZERO = 100, 0.9
_WITH_COMMA, _WITH_POINT = r"^\s*[-+]?\d+,\d+(?:[eE][-+]?\d+)?\s*$", r"^\s*[-+]?\d+\.\d+(?:[eE][-+]?\d+)?\s*$"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text is cut into fields.

    Parameters
    ----------
    encoding, separator : str
    heading : int
        The line that names the columns, from 1.
    """

    encoding: str = "utf-8"
    separator: str = ","
    heading: int = 1


def guess_layout(head: bytes) -> Layout:
    r"""Guess encoding and separator from the beginning of a file.

    Parameters
    ----------
    head : bytes
        Some ten thousand bytes are plenty; may end in the middle of a character or line.

    Returns
    -------
    Layout

    Examples
    --------
    >>> guess_layout("Zeit;Öl [°C]\n1;2,5\n".encode("cp1252"))
    Layout(encoding='cp1252', separator=';', heading=1)
    >>> guess_layout("Time,kN\\n1,2\\n".encode("utf-16-le")).encoding
    'utf-16-le'
    >>> guess_layout(b"Export of press 3\n\nTime,kN\n1,2\n2,3\n").heading
    3
    """
    encoding = _encoding(head)
    lines = head.decode(encoding, errors="ignore").removeprefix("\ufeff").splitlines()[:_LINES]
    whole = lines[:-1] if len(lines) > 1 and not head.endswith(b"\n") else lines
    separator = _separator([line for line in whole if line.strip()])
    return Layout(encoding, separator, guess_heading([len(row) for row in _cut(whole, separator)]))


def guess_heading(widths: Sequence[int]) -> int:
    """Return which line names the columns: the first one that is no title, remark or empty.

    Parameters
    ----------
    widths : sequence of int
        How many fields are filled in the first lines.

    Examples
    --------
    >>> guess_heading([1, 0, 9, 9, 9]), guess_heading([9, 9, 9]), guess_heading([])
    (3, 1, 1)
    """
    usual = _usual(widths)
    return next((n for n, width in enumerate(widths, 1) if width > max(1, usual / 2)), 1)


def _usual(widths: Sequence[int]) -> int:
    """Return the number of fields that most lines have, the larger where two are as frequent."""
    return max(widths, key=lambda width: (list(widths).count(width), width), default=0)


def _cut(lines: list[str], separator: str) -> list[list[str]]:
    """Return the fields of each line; quoted fields with line ends in them are rare in a heading, and cost a guess."""
    return [next(csv.reader([line], delimiter=separator), []) for line in lines]


def decimal_of(frame: pl.DataFrame) -> str:
    """Return the decimal sign that most numbers in the text columns of a sample are written with.

    Examples
    --------
    >>> decimal_of(pl.DataFrame({"a": ["1,5", "2"], "b": ["x", "0,1"]}))
    ','
    """
    texts = [column for column in frame if column.dtype == pl.String]
    commas = sum(int(column.str.contains(_WITH_COMMA).sum()) for column in texts)
    points = sum(int(column.str.contains(_WITH_POINT).sum()) for column in texts)
    return "," if commas > points else "."


def _encoding(head: bytes) -> str:
    if wide := wide_of(head):
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def wide_of(head: bytes) -> str:
    """Return the encoding of a text in UTF-16, with or without a mark at its beginning; empty if it is another.

    Parameters
    ----------
    head : bytes
        Its first bytes; without a mark they are judged by the half that is zero in Latin letters.

    Examples
    --------
    >>> [wide_of("time,kN".encode(name)) for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-8")]
    ['utf-16', 'utf-16-le', 'utf-16-be', '']
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0:_HEAD:2], head[1:_HEAD:2]
    for name, low, high in (("utf-16-le", even, odd), ("utf-16-be", odd, even)):
        if len(high) > 1 and high.count(0) >= _ZERO * len(high) and not low.count(0):
            return name
    return ""


def _separator(lines: list[str]) -> str:
    """Return the sign that cuts most lines into the same number of fields, the most fields first."""
    best, found = (0.0, 0), ","
    for sign in _SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=sign)]
        usual = _usual(widths)
        if usual > 1:
            alike = sum(width == usual for width in widths) / len(widths)
            if (round(alike, 1), usual) > best:
                best, found = (round(alike, 1), usual), sign
    return found
