"""Delimited text with a heading line, read into lines of named fields: pure, no store."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from qc_app.errors import ActionError

MAX_LINES = 200_000
Fields = dict[str, str]


def fields_of(text: str, heads: Mapping[str, set[str]], needed: set[str]) -> list[tuple[int, Fields]]:
    r"""Return the fields of each line, with its number (the heading is line 1).

    The separator is a tab, a semicolon or a comma, whichever the first line holds (in this order).

    Parameters
    ----------
    text : str
    heads : mapping of str to set of str
        Our name of a field -> the headings, in small letters, that mean it.
    needed : set of str
        Fields that every line must fill.

    Raises
    ------
    ActionError
        If there is no line, too many, a heading is missing or unknown, or a line leaves a needed field empty.

    Examples
    --------
    >>> fields_of("coil;slab\nC1;S1\n", {"unit": {"coil"}, "parent": {"slab"}}, {"unit", "parent"})
    [(2, {'unit': 'C1', 'parent': 'S1'})]
    """
    lines = text.splitlines()
    if not any(line.strip() for line in lines):
        raise ActionError("nothing to read - the first line names the columns, one row a line follows")
    if len(lines) > MAX_LINES:
        raise ActionError(f"{len(lines):,} lines - split the file, at most {MAX_LINES:,} at a time")
    separator = next((sign for sign in "\t;," if sign in lines[0]), ",")
    rows = list(csv.reader(lines, delimiter=separator))
    places = _places(rows[0], heads, needed)
    found = []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        fields = {name: row[n].strip() if n < len(row) else "" for name, n in places.items()}
        empty = sorted(name for name in needed if not fields[name])
        if empty:
            raise ActionError(f"line {number} has no {empty[0]} - fill it or remove the line; nothing was kept")
        found.append((number, fields))
    if not found:
        raise ActionError("there is a heading and no row below it - one row a line")
    return found


def moment_of(text: str, zone: str, line: int) -> datetime:
    """Return the time that a line gives, by the plant's clocks where it names no offset.

    Raises
    ------
    ActionError
        If it is not ISO 8601.

    Examples
    --------
    >>> moment_of("2026-03-01 14:05", "Europe/Berlin", 2).isoformat()
    '2026-03-01T14:05:00+01:00'
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ActionError(f"line {line}: time {text[:40]!r} is not like 2026-03-01 14:05 - write it so") from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))


def _places(head: list[str], heads: Mapping[str, set[str]], needed: set[str]) -> dict[str, int]:
    words = {word: name for name, meant in heads.items() for word in meant}
    found: dict[str, int] = {}
    for n, cell in enumerate(head):
        word = cell.strip().lower()
        if word not in words:
            near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(sorted(words))}"
            raise ActionError(f"line 1: column {cell.strip()[:40]!r} is not known - {hint}")
        found[words[word]] = n
    missing = sorted(needed - found.keys())
    if missing:
        raise ActionError(f"line 1: no column {missing[0]!r} - call one {' or '.join(sorted(heads[missing[0]]))}")
    return found
