"""Encoding, separator and decimal sign of a text that nobody declared."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass

import polars as pl

_SEPARATORS = (";", "\t", "|", ",")
_LINES = 40
_WITH_COMMA, _WITH_POINT = r"^\s*[-+]?\d+,\d+(?:[eE][-+]?\d+)?\s*$", r"^\s*[-+]?\d+\.\d+(?:[eE][-+]?\d+)?\s*$"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text is cut into fields.

    Parameters
    ----------
    encoding, separator : str
    """

    encoding: str = "utf-8"
    separator: str = ","


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
    Layout(encoding='cp1252', separator=';')
    """
    encoding = _encoding(head)
    lines = head.decode(encoding, errors="ignore").removeprefix("\ufeff").splitlines()[:_LINES]
    whole = lines[:-1] if len(lines) > 1 and not head.endswith(b"\n") else lines
    return Layout(encoding, _separator([line for line in whole if line.strip()]))


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
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _separator(lines: list[str]) -> str:
    """Return the sign that cuts the heading and most lines into the same number of fields, the most fields first."""
    best, found = (0.0, 0), ","
    for sign in _SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=sign)]
        if widths and widths[0] > 1:
            alike = sum(width == widths[0] for width in widths) / len(widths)
            if (round(alike, 1), widths[0]) > best:
                best, found = (round(alike, 1), widths[0]), sign
    return found
