"""Pasted or uploaded inspection results, read into entries: pure, no store."""

from __future__ import annotations

import csv
import difflib
import math
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

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
    """Return the text of an uploaded file.

    Raises
    ------
    ActionError
        If it is larger than 1 MB, not UTF-8, or holds NUL bytes (a spreadsheet, a picture).

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
        raise ActionError("the file is not UTF-8 text - save it as CSV (UTF-8) and upload that") from None
    if "\0" in text:
        raise ActionError("the file is not text - save the sheet as CSV (UTF-8) and upload that")
    return text


def number(text: str) -> float:
    """Return the number in `text` (decimal point or comma), or NaN; infinity is no measurement either.

    Examples
    --------
    >>> number("2,51"), number(" 1.5 "), number("n/a"), number("1e400")
    (2.51, 1.5, nan, nan)
    """
    plain = text.strip().replace(",", ".") if text.count(",") == 1 and "." not in text else text.strip()
    try:
        value = float(plain)
    except ValueError:
        return math.nan
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
    is understood unless the comma separates.

    Parameters
    ----------
    text : str
        As pasted from a spreadsheet or a file.
    zone : str
        IANA zone of times without an offset.
    characteristic : str
        Its name is a heading of the value too.

    Raises
    ------
    ActionError
        If there are no rows, too many, a line has no second field, or the first reads like a heading nobody knows.

    Examples
    --------
    >>> [(e.unit_id, e.value) for e in read_entries("unit;value\nC-1;2,51\nC-2;2,49", "UTC")]
    [('C-1', 2.51), ('C-2', 2.49)]
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise ActionError("nothing to read - paste lines of unit and value")
    if len(lines) > MAX_ROWS:
        raise ActionError(f"{len(lines):,} lines - enter at most {MAX_ROWS:,} at a time")
    separator = next((sign for sign in "\t;," if sign in lines[0]), ",")
    rows = list(csv.reader(lines, delimiter=separator))
    places = _places(rows[0], characteristic)
    if not places:
        _refuse_heading(rows)
    body = rows[1:] if places else rows
    where = places or {"unit": 0, "value": 1, "time": 2, "note": 3}
    return [_entry(row, where, zone, n + 1 + bool(places)) for n, row in enumerate(body)]


def _places(head: list[str], characteristic: str = "") -> dict[str, int]:
    """Return where each field stands if `head` is a heading line, else an empty mapping."""
    heads = _HEADS | {"value": _HEADS["value"] | ({characteristic.lower()} if characteristic else set())}
    found = {field: n for n, cell in enumerate(head) for field, names in heads.items() if cell.strip().lower() in names}
    return found if {"unit", "value"} <= found.keys() else {}


def _refuse_heading(rows: list[list[str]]) -> None:
    """Raise ActionError where the first line is none of results and the second is one."""
    first, second = (row[1] if len(row) > 1 else "" for row in (rows * 2)[:2])
    if len(rows) < 2 or not first.strip() or not math.isnan(number(first)) or math.isnan(number(second)):
        return
    cells = [cell.strip().lower() for cell in rows[0]]
    near = [n[0] for c in cells if c not in _WORDS and (n := difflib.get_close_matches(c, _WORDS, n=1, cutoff=0.7))]
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    raise ActionError(
        f"line 1: {first.strip()[:40]!r} is no number; if the line is a heading, call its columns unit and value,"
        f" perhaps time and note{hint}"
    )


def _entry(row: list[str], where: dict[str, int], zone: str, line: int) -> Entry:
    def cell(field: str) -> str:
        n = where.get(field, -1)
        return row[n].strip() if 0 <= n < len(row) else ""

    if len(row) <= where["value"]:
        raise ActionError(f"line {line} has no value beside the unit - write 'unit, value' or paste two columns")
    written = cell("value")
    return Entry(cell("unit"), number(written), _moment(cell("time"), zone, line), cell("note"), written)


def _moment(text: str, zone: str, line: int) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ActionError(f"line {line}: time {text[:40]!r} is not like 2026-03-01 14:05 - write it so") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
