"""What a plant would need in order to read a file that somebody exported: a stage and a source, proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from data_connectors.errors import DefinitionError
from data_connectors.file_folder.connector import READERS
from data_connectors.file_folder.exports.dates import spellings
from data_connectors.file_folder.exports.dfq import described
from data_connectors.file_folder.exports.dfq_fields import field_of
from data_connectors.file_folder.exports.historian import layout_of
from data_connectors.file_folder.exports.ranges import WORDS, range_head
from data_connectors.file_folder.exports.text import SEPARATORS, heads, placed, text_of
from data_connectors.file_folder.options import Options
from data_connectors.file_folder.pieces import Start, Unreadable
from data_connectors.names import listed
from data_connectors.rows.values import CODE_SUFFIX, number
from data_connectors.schema import Carries, Characteristic, Parameter, Source, Stage, Window

_SAMPLE = 2000
_Q_DAS = {".dfq", ".dfd", ".dfx"}
_NO_END = "its last line has no end: while that is so it counts as half written and is not read - finish the line"
_TIMES = ("timestamp", "datetime", "zeitstempel", "datumzeit", "time", "zeit", "date", "datum", "ts")
_UNITS = ("unitid", "unit", "serial", "serialnumber", "partid", "part", "coil", "heat", "batch", "lot", "id")
#: Windows that are proposed for tags without units, in seconds.
WINDOW_S = 600


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person who imports a file says of it.

    Parameters
    ----------
    stage : str
        Id of the stage.
    line : str
    zone : str or None
        Of times that carry none.
    window : Window or None
        For tags without units; None: one of `WINDOW_S` where there are none.
    unit_tag : str
        Of an export of a historian.
    """

    stage: str
    line: str = "line 1"
    zone: str | None = None
    window: Window | None = None
    unit_tag: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be made.

    Parameters
    ----------
    format : str
        Of the file, as `file_folder` calls it.
    stage : Stage
    source : Source
        Reads the file where it lies.
    notes : tuple of str
        What was guessed, and what a person should look at.
    """

    format: str
    stage: Stage
    source: Source
    notes: tuple[str, ...]


def drafted(file: Path, wish: Wish) -> Draft:
    """Propose a stage and a source for a file: a historian's export, labelled ranges, a Q-DAS file, or a wide CSV.

    Parameters
    ----------
    file : Path
    wish : Wish

    Raises
    ------
    DefinitionError
        If the file cannot be read, or its columns or times are not understood.
    """
    options = Options(file.parent, unit_tag=wish.unit_tag)
    try:
        with file.open("rb") as opened:
            text = text_of(opened, options)
        format_, separator = recognised(text, options)
        if format_ != "dfq" and file.suffix.casefold() in _Q_DAS:
            raise DefinitionError(f"{file.name} has no K-fields (K0100 ...) - it is no Q-DAS file: export it again")
        made = _of_format(format_, separator, file, text, wish)
        return made if text.endswith(("\n", "\r")) else replace(made, notes=(*made.notes, _NO_END))
    except OSError as error:
        raise DefinitionError(f"{file} cannot be read ({error.strerror}) - name a file that is there") from error
    except Unreadable as error:
        raise DefinitionError(f"{file.name} {error}") from error


def recognised(text: str, options: Options) -> tuple[str, str]:
    """Return the format of a text, and its separator.

    Examples
    --------
    >>> options = Options(Path())
    >>> recognised("Tag;Time;Value", options), recognised("from,to,moisture", options), recognised("time,a,b", options)
    (('historian', ';'), ('ranges', ','), ('csv', ','))
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    if field_of(first) is not None:
        return "dfq", ","
    layout = layout_of(text, options)
    if layout is not None:
        return "historian", layout.separator
    found = range_head(first, options)
    if found is not None:
        return "ranges", found[0]
    return "csv", max(SEPARATORS[::-1], key=lambda sign: len(dict(heads(first, options))[sign]))


def _of_format(format_: str, separator: str, file: Path, text: str, wish: Wish) -> Draft:
    if format_ == "dfq":
        return _of_dfq(file, text, wish)
    options = Options(file.parent, separator=separator, unit_tag=wish.unit_tag)
    if format_ == "ranges":
        return _of_ranges(file, text, separator, wish)
    if format_ == "historian" and wish.unit_tag:
        options = _with_times(options, text, wish)
    with file.open("rb") as opened:
        frame = next(iter(READERS[format_](opened, options, Start(file.name)))).frame.head(_SAMPLE)
    return _of_tags(format_, file, frame, options, wish)


def _with_times(options: Options, text: str, wish: Wish) -> Options:
    """Return options that read the times of an export, which must be in order before units can be made of it."""
    layout = layout_of(text, options)
    place = layout.places["time"] if layout else 0
    lines = text.splitlines()[(layout.skipped if layout else 0) + 1 :][:_SAMPLE]
    cells = [line.split(options.separator)[place].strip() for line in lines if line.strip()]
    spelt = _spelling(cells, "time")[0]
    return replace(options, policy=replace(options.policy, zone=wish.zone or "UTC", time_format=spelt or None))


def _of_tags(format_: str, file: Path, frame: pl.DataFrame, options: Options, wish: Wish) -> Draft:
    """Draft a stage whose parameters are the columns that hold numbers."""
    unit, time, notes = _own_columns(format_, frame, file.name)
    known = options.policy.time_format
    spelt, said = (known, []) if known else _spelling(_texts(frame[time]), time)
    values = [c for c in frame.columns if c not in {unit, time} and not c.endswith(CODE_SUFFIX)]
    decimal = _decimal(frame.select(values))
    names = [c for c in values if _numeric(frame[c], decimal)]
    if not names:
        raise DefinitionError(f"{file.name} has no column of numbers (has: {listed(values)}) - is it the right file?")
    notes += said + _left_out("column", [c for c in values if c not in names])
    window = _window(wish, unit_known=bool(unit) and (format_ != "historian" or bool(wish.unit_tag)))
    if window is not None and wish.window is None:
        notes.append(f"no column names a unit: windows of {window.length_s} s are proposed - set the length that fits")
    stage = Stage(wish.stage, wish.line, wish.stage, tuple(Parameter(n) for n in names), (), window=window)
    settings = _settings(file, format_, options.separator, spelt)
    if wish.unit_tag:
        settings["unit_tag"] = wish.unit_tag
    source = _source(wish, settings, "measurements", decimal, (unit or time, time))
    return Draft(format_, stage, source, tuple(notes + _zone_note(frame[time], wish)))


def _own_columns(format_: str, frame: pl.DataFrame, name: str) -> tuple[str, str, list[str]]:
    """Return the columns of unit (empty: none) and time."""
    if format_ == "historian":
        return "unit_id", "time", []
    places = placed(frame.columns, {"unit": _UNITS, "time": _TIMES})
    if "time" not in places:
        raise DefinitionError(
            f"no column of {name} is the time (has: {listed(frame.columns)}) - name one 'time', or, of a historian's"
            " export, three 'tag', 'time' and 'value'"
        )
    time = frame.columns[places["time"]]
    unit = frame.columns[places["unit"]] if "unit" in places else ""
    return unit, time, [f"column {unit!r} is taken as the unit"] if unit else []


def _of_ranges(file: Path, text: str, separator: str, wish: Wish) -> Draft:
    head = next(head for sign, head in heads(text.splitlines()[0], Options(file.parent)) if sign == separator)
    rows = [line.split(separator) for line in text.splitlines()[1:][:_SAMPLE] if line.strip()]
    places = placed(head, WORDS)
    spelt, notes = _spelling([row[places[key]].strip() for row in rows for key in WORDS], "from and to")
    columns = {name: [row[i].strip() if i < len(row) else "" for row in rows]
               for i, name in enumerate(head) if i not in places.values()}  # fmt: skip
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    decimal = _decimal(frame)
    names = [c for c in frame.columns if _numeric(frame[c], decimal)]
    if not names:
        raise DefinitionError(f"{file.name} has no column of results (has: {listed(head)}) - is it the right file?")
    characteristics = tuple(Characteristic(name, kind=_kind(frame[name])) for name in names)
    window = wish.window or Window(WINDOW_S, WINDOW_S)
    stage = Stage(wish.stage, wish.line, wish.stage, (), characteristics, window=window)
    source = _source(wish, _settings(file, "ranges", separator, spelt), "labels", decimal)
    times = pl.Series([row[places["to"]] for row in rows], dtype=pl.String)
    left = _left_out("column", [c for c in frame.columns if c not in names])
    return Draft("ranges", stage, source, (*notes, *left, *_zone_note(times, wish)))


def _of_dfq(file: Path, text: str, wish: Wish) -> Draft:
    made = [
        Characteristic(one.name, one.unit, one.kind, one.lower, one.target, one.upper)  # type: ignore[arg-type]
        for one in described(text)
    ]
    if not made:
        raise DefinitionError(f"{file.name} describes no characteristic (K2001, K2002) - join it with its DFD file")
    stage = Stage(wish.stage, wish.line, wish.stage, (), tuple(made))
    source = _source(wish, _settings(file, "dfq", ",", ""), "labels", ".")
    notes = ["results wait for units of their ids (batch or number of the part, slash, ident): import those too"]
    notes += ["units of measure are as the file writes them"] if any(c.unit for c in made) else []
    bare_ = [c.name for c in made if c.lower is None and c.upper is None and c.kind == "continuous"]
    notes += [f"without limits of the specification: {listed(bare_)}"] if bare_ else []
    return Draft("dfq", stage, source, (*notes, *_zone_note(pl.Series([""]), wish)))


def _settings(file: Path, format_: str, separator: str, spelt: str) -> dict[str, Any]:
    found: dict[str, Any] = {"path": str(file.parent), "pattern": file.name, "format": format_, "settle_s": 0.0}
    found |= {"separator": separator} if separator != "," else {}
    return found | ({"time_format": spelt} if spelt else {})


def _source(
    wish: Wish, settings: Mapping[str, Any], carries: Carries, decimal: str, own: tuple[str, str] = ("unit_id", "time")
) -> Source:
    """Return a source whose columns of unit and time are `own`."""
    sign: Any = decimal
    name = f"{wish.stage}-{carries}"
    return Source(name, "file_folder", wish.stage, carries, *own, wish.zone, settings=settings, decimal=sign)


def _window(wish: Wish, *, unit_known: bool) -> Window | None:
    if wish.window is not None or unit_known:
        return wish.window
    return Window(WINDOW_S, WINDOW_S)


def _spelling(texts: Sequence[str], column: str) -> tuple[str, list[str]]:
    found = spellings([text for text in texts if text])
    if not found:
        shown = next((text for text in texts if text), "")
        raise DefinitionError(
            f"times in {column!r} such as {shown!r} are not understood - set time_format in the source"
        )
    if len(found) > 1:
        return found[0], [f"times fit {' and '.join(found[:2])}; the first is taken - look whether that is right"]
    return found[0], []


def _zone_note(times: pl.Series, wish: Wish) -> list[str]:
    known = times.drop_nulls().cast(pl.String)
    aware = len(known) > 0 and bool(known.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$").all())
    if wish.zone or aware or times.dtype != pl.String:
        return []
    return ["times tell no zone: name it with --zone, e.g. --zone Europe/Berlin; without it they are refused"]


def _left_out(what: str, names: Sequence[str]) -> list[str]:
    return [f"left out, for they hold no numbers: {what} {listed(names)}"] if names else []


def _texts(column: pl.Series) -> list[str]:
    return [str(v) for v in column.drop_nulls()]


def _decimal(frame: pl.DataFrame) -> str:
    """Return the decimal sign of the numbers of a frame: that with which more columns are numbers."""
    counts = {sign: sum(_numeric(frame[c], sign) for c in frame.columns) for sign in (".", ",")}
    return "," if counts[","] > counts["."] else "."


def _numeric(column: pl.Series, decimal: str) -> bool:
    """Tell whether most of what is told in a column are numbers: a few words in between are bad values."""
    told = column.cast(pl.String).drop_nulls()
    told = told.filter(told != "")
    if not len(told):
        return False
    read = pl.DataFrame({"v": told}).select(number("v", pl.String(), decimal).is_not_null().mean()).item()
    return bool(read > 0.5)


def _kind(column: pl.Series) -> Any:
    return "binary" if set(column.drop_nulls()) - {""} <= {"0", "1"} else "continuous"
