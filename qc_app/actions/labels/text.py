"""Pasted or uploaded inspection results, read into entries: pure, no store."""

from __future__ import annotations

import csv
import difflib
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from data_connectors.rows.time_forms import FORMS
from data_connectors.rows.verdict_words import judged
from qc_app.actions.labels.headings import guessed_places
from qc_app.errors import ActionError

MAX_BYTES = 1_000_000
MAX_ROWS = 5_000
_HEADS = {
    "unit": {"unit", "unit_id", "unit id", "part", "coil", "heat", "id"},
    "value": {"value", "result", "measured", "measurement"},
    "time": {"time", "t_measured", "measured at", "measured_at", "timestamp"},
    "note": {"note", "comment", "remark"},
}
_WORDS = sorted(set().union(*_HEADS.values()))


@dataclass(frozen=True, slots=True)
class Entry:
    """One inspection result as a person gave it; `value` is NaN where the text was no number.

    Parameters
    ----------
    unit_id : str
    value : float
        In the characteristic's unit.
    t_measured : datetime or None
        Aware; None: now.
    note : str
    text : str
        The value as it was written, for messages.
    """

    unit_id: str
    value: float
    t_measured: datetime | None = None
    note: str = ""
    text: str = ""


def decode(data: bytes, most: int = MAX_BYTES) -> str:
    """Return the text of an uploaded file, in UTF-8 or as spreadsheets of western Windows write it.

    Raises
    ------
    ActionError
        If it is larger than 1 MB, or holds NUL bytes (a spreadsheet, a picture).

    Examples
    --------
    >>> decode(b"unit,value")
    'unit,value'
    """
    if len(data) > most:
        raise ActionError(f"the file has {len(data):,} bytes - split it, at most {most:,} at a time")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise ActionError("the file is not text - save the sheet as CSV (UTF-8) and upload that")
    return text


def number(text: str) -> float:
    """Return the number in `text` (decimal point or comma), or NaN; infinity is no measurement either.

    Words that can only mean good or bad are 0 and 1.

    Examples
    --------
    >>> number("2,51"), number(" 1.5 "), number("n/a"), number("1e400"), number("NOK")
    (2.51, 1.5, nan, nan, 1.0)
    """
    plain = text.strip().replace(",", ".") if text.count(",") == 1 and "." not in text else text.strip()
    try:
        value = float(plain)
    except ValueError:
        word = judged(text)
        return math.nan if word is None else word
    return value if math.isfinite(value) else math.nan


def entry_of(unit_id: str, value: str, note: str = "") -> Entry:
    """Return one entry from the fields of a form.

    Examples
    --------
    >>> entry_of(" C-1 ", "2,51")
    Entry(unit_id='C-1', value=2.51, t_measured=None, note='', text='2,51')
    """
    return Entry(unit_id.strip(), number(value), None, note.strip(), value.strip())


def read_entries(text: str, zone: str, characteristic: str = "") -> list[Entry]:
    r"""Read lines ``unit, value[, measured at[, note]]``, with or without a heading line.

    The separator is a tab, a semicolon or a comma, whichever the first line holds (in this order); a decimal comma
    is understood unless the comma separates. Under headings that nobody agreed on, columns are known by what they
    hold: units differ, times are times, and of several numbers the one is taken that is called like the result.

    Parameters
    ----------
    text : str
        As pasted from a spreadsheet or a file.
    zone : str
        IANA zone of times without an offset.
    characteristic : str
        Its name is a heading of the value too, or nearly.

    Raises
    ------
    ActionError
        If there are no rows, too many, a line has no second field, or it cannot be told which column holds what.

    Examples
    --------
    >>> [(e.unit_id, e.value) for e in read_entries("unit;value\nC-1;2,51\nC-2;2,49", "UTC")]
    [('C-1', 2.51), ('C-2', 2.49)]
    >>> table = "Probe;Analyse am;Au im Konzentrat [%]\nCH-2;24.10.2025 09:00;20,045\nCH-3;24.10.2025 10:00;19,9"
    >>> [(e.unit_id, e.value, f"{e.t_measured:%H:%M}") for e in read_entries(table, "Europe/Berlin", "au")]
    [('CH-2', 20.045, '09:00'), ('CH-3', 19.9, '10:00')]
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise ActionError("nothing to read - paste lines of unit and value")
    if len(lines) > MAX_ROWS:
        raise ActionError(f"{len(lines):,} lines - enter at most {MAX_ROWS:,} at a time")
    separator = next((sign for sign in "\t;," if sign in lines[0]), ",")
    rows = list(csv.reader(lines, delimiter=separator))
    places = _places(rows[0], characteristic)
    if not places and _is_heading(rows):
        places = guessed_places(rows, characteristic)
        if not places:
            _refuse_heading(rows)
    body = rows[1:] if places else rows
    where = places or {"unit": 0, "value": 1, "time": 2, "note": 3}
    moment = _moments([_cell(row, where, "time") for row in body], zone)
    return [_entry(row, where, moment, n + 1 + bool(places)) for n, row in enumerate(body)]


def _places(head: list[str], characteristic: str = "") -> dict[str, int]:
    """Return where each field stands if `head` is a heading line, else an empty mapping."""
    heads = _HEADS | {"value": _HEADS["value"] | ({characteristic.lower()} if characteristic else set())}
    found = {field: n for n, cell in enumerate(head) for field, names in heads.items() if cell.strip().lower() in names}
    return found if {"unit", "value"} <= found.keys() else {}


def _is_heading(rows: list[list[str]]) -> bool:
    """Tell whether the first line holds no number where lines below it do."""
    told = [any(not math.isnan(number(cell)) for cell in row[1:]) for row in rows[:2]]
    return len(rows) > 1 and not told[0] and told[1] and any(cell.strip() for cell in rows[0][1:])


def _refuse_heading(rows: list[list[str]]) -> None:
    """Raise ActionError: the first line is none of results, and its columns are not known."""
    first = rows[0][1]
    cells = [cell.strip().lower() for cell in rows[0]]
    near = [n[0] for c in cells if c not in _WORDS and (n := difflib.get_close_matches(c, _WORDS, n=1, cutoff=0.7))]
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    raise ActionError(
        f"line 1: {first.strip()[:40]!r} is no number; if the line is a heading, call its columns unit and value,"
        f" perhaps time and note{hint}"
    )


def _cell(row: list[str], where: dict[str, int], field: str) -> str:
    n = where.get(field, -1)
    return row[n].strip() if 0 <= n < len(row) else ""


def _entry(row: list[str], where: dict[str, int], moment: Callable[[str, int], datetime | None], line: int) -> Entry:
    if len(row) <= where["value"]:
        raise ActionError(f"line {line} has no value beside the unit - write 'unit, value' or paste two columns")
    written = _cell(row, where, "value")
    measured = moment(_cell(row, where, "time"), line)
    return Entry(_cell(row, where, "unit"), number(written), measured, _cell(row, where, "note"), written)


def _moments(cells: list[str], zone: str) -> Callable[[str, int], datetime | None]:
    """Return what reads the times of a table, and says the line of one that it cannot: all are written in one form."""
    filled = [cell for cell in cells if cell]
    form = next((form for form in ("", *FORMS) if all(_read(cell, form) for cell in filled)), "")

    def moment(text: str, line: int) -> datetime | None:
        found = _read(text, form) if text else None
        if text and found is None:
            raise ActionError(f"line {line}: time {text[:40]!r} is not like 2026-03-01 14:05 - write it so")
        return found.replace(tzinfo=ZoneInfo(zone)) if found is not None and found.tzinfo is None else found

    return moment


def _read(text: str, form: str) -> datetime | None:
    """Return a time of a form, without zone where it names none; None where it cannot be read."""
    with suppress(ValueError):
        return datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007 - zone follows
    return None
