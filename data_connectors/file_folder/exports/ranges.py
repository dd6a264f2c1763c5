"""Tables of labelled time ranges: what was measured holds from one time to another, and for the windows therein."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

import polars as pl

from data_connectors.base import Reject
from data_connectors.file_folder.exports.text import heads, pieces, placed, text_of
from data_connectors.file_folder.options import Options
from data_connectors.file_folder.pieces import Piece, Start, Unreadable, clipped
from data_connectors.names import normal
from data_connectors.rows.times import LATEST, TimePolicy, moments
from data_connectors.rows.windows import unit_name
from data_connectors.schema import Window

WORDS = {
    "from": ("from", "begin", "start", "starttime", "begintime", "von", "beginn", "validfrom", "tstart"),
    "to": ("to", "end", "until", "stop", "endtime", "stoptime", "bis", "ende", "validto", "tend"),
}
_MOST_WINDOWS = 1_000_000


def range_head(line: str, options: Options) -> tuple[str, list[str], dict[str, int]] | None:
    """Return separator, headings and the places of from and to, or None where a line names no range."""
    for separator, head in heads(line, options):
        places = placed(head, WORDS)
        if len(places) == len(WORDS):
            return separator, [normal(name) or f"column_{i + 1}" for i, name in enumerate(head)], places
    return None


def read_ranges(file: BinaryIO, options: Options, start: Start) -> Iterator[Piece]:
    """Yield labels: ``unit_id``, ``time`` (the end of the range), and the other columns as they stand there.

    Times are those of measurement: a range labels the windows whose material was where quality is measured within it,
    ``(from, to]`` (their end and the stage's dead time). Where ranges overlap, the later line corrects the earlier.

    Raises
    ------
    Unreadable
        Reasons: empty_file, too_large, bad_header, no_window.
    """
    text = text_of(file, options)
    found = range_head(text.splitlines()[0], options)
    if found is None:
        raise Unreadable("bad_header", "has no columns 'from' and 'to' - name the columns of the range so", text[:200])
    separator, head, places = found
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))[1:]
    if not options.staged:
        yield Piece(_plain(rows, head), 0, -1)
        return
    if options.window is None:
        raise Unreadable(
            "no_window", "labels ranges of time, and the stage has no windows - give it [stages.X.window], or unit ids"
        )
    frame, rejects = _labelled(rows, head, places, options, start.name)
    yield from pieces(frame, rejects, options, start)


def _plain(rows: list[list[str]], head: list[str]) -> pl.DataFrame:
    """Return the lines as they stand there, for a look at the file alone."""
    whole = [line for line in rows if len(line) == len(head)]
    return pl.DataFrame(whole, schema=dict.fromkeys(head, pl.String), orient="row")


def _labelled(
    rows: list[list[str]], head: list[str], places: dict[str, int], options: Options, name: str
) -> tuple[pl.DataFrame, list[Reject]]:
    values = [i for i in range(len(head)) if i not in places.values()]
    kept = [(n, line) for n, line in enumerate(rows) if any(cell.strip() for cell in line)]
    whole = [(n, line) for n, line in kept if len(line) == len(head)]
    begins = _moments([line[places["from"]] for _, line in whole], options.policy)
    ends = _moments([line[places["to"]] for _, line in whole], options.policy)
    found: dict[str, dict[str, str]] = {}
    rejects = [_refused(name, n, line, "has another number of fields than the header") for n, line in kept
               if len(line) != len(head)]  # fmt: skip
    for (number, line), begin, end in zip(whole, begins, ends, strict=True):
        units = units_in(options.window, begin, end) if options.window and begin and end else None
        if not units:
            rejects.append(_refused(name, number, line, _why(begin, end)))
        for unit in units or ():
            found[unit] = {"unit_id": unit, "time": line[places["to"]]} | {head[i]: line[i] for i in values}
    names = ["unit_id", "time", *(head[i] for i in values)]
    data = {n: [row[n] for row in found.values()] for n in names}
    return pl.DataFrame(data, schema=dict.fromkeys(names, pl.String)), rejects


def units_in(window: Window, begin: datetime, end: datetime) -> list[str]:
    """Return the windows whose material was where quality is measured in ``(begin, end]``.

    Examples
    --------
    >>> six = datetime(2026, 1, 1, 6, tzinfo=UTC)
    >>> units_in(Window(600, 600, dead_s=60), six, six + timedelta(minutes=20))
    ['2026-01-01T05:50:00Z', '2026-01-01T06:00:00Z']
    """
    behind = timedelta(seconds=window.length_s + window.dead_s)
    first = int((begin - behind).timestamp() // window.step_s) + 1
    last = int((end - behind).timestamp() // window.step_s)
    if last - first > _MOST_WINDOWS:
        return []
    return [unit_name(datetime.fromtimestamp(n * window.step_s, UTC)) for n in range(first, last + 1)]


def _moments(texts: list[str], policy: TimePolicy) -> list[datetime | None]:
    return list(moments(pl.Series(texts, dtype=pl.String), policy, LATEST)["t"])


def _why(begin: datetime | None, end: datetime | None) -> str:
    if begin is None or end is None:
        return "has a time that cannot be read (a zone is needed where it tells none)"
    return "ends before it begins" if end < begin else "holds the end of no window, or of more than a million"


def _refused(name: str, number: int, line: list[str], why: str) -> Reject:
    said = f"{name}: row {number + 1} {why} - correct the line"
    return Reject(name, number, clipped(",".join(line)), "bad_range", said)
