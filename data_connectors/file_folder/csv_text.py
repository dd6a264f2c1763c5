"""CSV: cut at the ends of lines, split by polars where every line is regular, else line by line."""

from __future__ import annotations

import codecs
import csv
import functools
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import polars as pl

from data_connectors.base import Reject
from data_connectors.file_folder.beginnings import refuse_json, refuse_others
from data_connectors.file_folder.options import Options
from data_connectors.file_folder.pieces import Piece, Start, Unreadable, clipped
from data_connectors.names import normal

_BOM = codecs.BOM_UTF8
_MAX_HEADER = 16 << 20
_ROW_BYTES = 256
_MAX_GROWTH = 4
_READ = 1 << 20
_UTF8 = {"utf-8", "utf-8-sig", "ascii"}
_OLD_ENDS = "ends its lines with a carriage return alone, as no program of today does - save it again as CSV (UTF-8)"


def read_csv(file: BinaryIO, options: Options, start: Start) -> Iterator[Piece]:
    """Yield the pieces of a CSV file from `start` on.

    All columns are text; their names are those of the line of headings. A line with another number of fields, and a
    header that comes again, are rejected alone.

    Raises
    ------
    Unreadable
        Reasons: empty_file, bad_encoding, bad_header, unterminated_quote, header_changed.
    """
    file = _decoded(file, options)
    header, begin = _header(file, options)
    place, row = start.place or begin, start.row
    file.seek(place)
    first = functools.cache(functools.partial(_lines_before, file, place))
    lines = 0
    for chunk in _chunks(file, options):
        place += len(chunk)
        here = replace(start, row=row)
        frame, rejects = _split(_utf8(chunk, options), header, options, here, Before(first, lines))
        lines += chunk.count(b"\n")
        frame, repeated = _without_headers(frame, header, here)
        if frame.height or rejects or repeated:
            yield Piece(frame, row, place, (*rejects, *repeated))
        row += frame.height + len(rejects) + len(repeated)
    yield Piece(pl.DataFrame(schema=dict.fromkeys(header, pl.String)), row, -1)


def _codec(options: Options) -> str:
    return codecs.lookup(options.encoding).name


def _cuttable(options: Options) -> bool:
    """Tell whether every newline byte of the encoding is a newline, and the other way round."""
    name = _codec(options)
    return name in _UTF8 or name.startswith(("cp125", "iso8859", "latin", "koi8", "mac"))


def _decoded(file: BinaryIO, options: Options) -> BinaryIO:
    """Return the file itself, or its text in UTF-8 where its encoding cannot be cut into lines as bytes."""
    if _cuttable(options):
        return file
    data = file.read((options.max_mb << 20) + 1)
    if len(data) > options.max_mb << 20:
        raise Unreadable("too_large", f"is larger than {options.max_mb} MB in {options.encoding} - save it as UTF-8")
    return io.BytesIO(_decode(data, options).encode())


def _decode(data: bytes, options: Options) -> str:
    try:
        return data.decode(options.encoding)
    except UnicodeDecodeError as error:
        shown = data[max(error.start - 20, 0) : error.start + 20]
        raise Unreadable(
            "bad_encoding",
            f"is not {options.encoding} (byte {error.start}: {error.reason}) - set encoding, e.g. cp1252",
            repr(shown),
        ) from error


def _utf8(chunk: bytes, options: Options) -> bytes:
    if _codec(options) in _UTF8 or not _cuttable(options):
        return chunk
    return _decode(chunk, options).encode()


def _header(file: BinaryIO, options: Options) -> tuple[list[str], int]:
    """Return the column names and where the first row begins."""
    file.seek(0)
    head = file.read(100).split(b"\n", 1)[0]
    refuse_others(head, options.encoding)
    refuse_json(head)
    file.seek(0)
    for _ in range(options.heading_line - 1):
        file.readline(_MAX_HEADER)
    begin = file.tell()
    line = file.readline(_MAX_HEADER)
    quote = options.quote.encode()
    while quote and line.count(quote) % 2 and len(line) < _MAX_HEADER and (more := file.readline(_MAX_HEADER)):
        line += more
    if not line.strip():
        raise Unreadable("empty_file", "is empty - it needs a line with the names of the columns")
    text = _utf8(line.removeprefix(_BOM), options).rstrip(b"\r\n")
    utf8 = _decode(text, options) if _codec(options) in _UTF8 else text.decode()
    return _names(utf8, options), begin + len(line)


def _names(line: str, options: Options) -> list[str]:
    try:
        fields: list[str] = next(_reader([line], options), [])
    except csv.Error as error:
        why = f"has a first line that cannot be split ({error}) - correct it"
        why = _OLD_ENDS if "\r" in line else why
        raise Unreadable("bad_header", why, clipped(line)) from error
    names = [normal(field) or f"column_{i + 1}" for i, field in enumerate(fields)]
    twice = sorted({n for n in names if names.count(n) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise Unreadable("bad_header", f"names column {twice[0]!r} twice - rename one", line)
    return names


def _reader(lines: Iterable[str], options: Options) -> Any:
    if not options.quote:
        return csv.reader(lines, delimiter=options.separator, quoting=csv.QUOTE_NONE)
    return csv.reader(lines, delimiter=options.separator, quotechar=options.quote)


def _chunks(file: BinaryIO, options: Options) -> Iterator[bytes]:
    """Yield runs of whole lines; a line feed within quotes ends no line."""
    size = options.batch_rows * _ROW_BYTES
    rest = b""
    while data := file.read(size):
        rest += data
        cut = _last_end(rest, options.quote.encode())
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _MAX_GROWTH * size:
            break
    if options.quote and rest.count(options.quote.encode()) % 2:
        shown = rest[:200].decode(errors="replace")
        raise Unreadable("unterminated_quote", "has a quote that never ends - close it, or set quote = ''", shown)
    if rest:
        yield rest


def _last_end(data: bytes, quote: bytes) -> int:
    """Return the end of the last line of `data` that ends outside quotes, 0 if there is none."""
    cut = data.rfind(b"\n") + 1
    if not quote:
        return cut
    odd = data.count(quote, 0, cut) % 2
    while cut and odd:
        before = data.rfind(b"\n", 0, cut - 1) + 1
        odd = (odd + data.count(quote, before, cut)) % 2
        cut = before
    return cut


@dataclass(frozen=True, slots=True)
class Before:
    """How many lines of the file stand before a run: of earlier readings (counted when asked) and of this one."""

    earlier: Callable[[], int]
    lines: int


def _lines_before(file: BinaryIO, place: int) -> int:
    """Count the lines that end before `place`; the file stands afterwards where it stood."""
    stood = file.tell()
    file.seek(0)
    lines, left = 0, place
    while left and (data := file.read(min(left, _READ))):
        lines, left = lines + data.count(b"\n"), left - len(data)
    file.seek(stood)
    return lines


def _split(
    chunk: bytes, header: list[str], options: Options, start: Start, before: Before
) -> tuple[pl.DataFrame, list[Reject]]:
    """Split a run of lines, told where it stands in the file."""
    if _regular(chunk, len(header), options):
        try:
            return _fast(chunk, header, options), []
        except pl.exceptions.PolarsError:
            pass  # said line by line below, with the line that is wrong
    return _slow(_decode_utf8(chunk), header, options, start, before.earlier() + before.lines)


def _decode_utf8(chunk: bytes) -> str:
    try:
        return chunk.decode()
    except UnicodeDecodeError as error:
        shown = chunk[max(error.start - 20, 0) : error.start + 20]
        raise Unreadable(
            "bad_encoding", f"is not utf-8 ({error.reason}) - set encoding, e.g. cp1252", repr(shown)
        ) from error


def _regular(chunk: bytes, width: int, options: Options) -> bool:
    """Tell whether no line is blank and the separators are as many as all lines together need.

    polars fills a short line with nulls silently and refuses a long one, so if none is refused and the sum is right,
    no line is short.
    """
    if options.quote and options.quote.encode() in chunk:
        mark = re.escape(options.quote.encode())
        chunk = re.sub(mark + b"[^" + mark + b"]*" + mark, b"", chunk)
    if b"\n\n" in chunk or b"\n\r\n" in chunk or chunk.startswith((b"\n", b"\r\n")):
        return False
    lines = chunk.count(b"\n") + (not chunk.endswith(b"\n"))
    return chunk.count(options.separator.encode()) == lines * (width - 1)


def _fast(chunk: bytes, header: list[str], options: Options) -> pl.DataFrame:
    return pl.read_csv(
        chunk,
        has_header=False,
        schema=dict.fromkeys(header, pl.String),
        separator=options.separator,
        quote_char=options.quote or None,
    )


def _slow(
    text: str, header: list[str], options: Options, start: Start, lines: int
) -> tuple[pl.DataFrame, list[Reject]]:
    rows: list[list[str]] = []
    rejects: list[Reject] = []
    reader, ended = _reader(io.StringIO(text, newline=""), options), lines
    try:
        for number, fields in enumerate(reader, start.row):
            if len(fields) == len(header):
                rows.append(fields)
            elif fields:
                here = f"{start.name}: line {ended + 1} has {_fields(fields)}"
                said = f"{here} and the header {len(header)} - {_cure(fields, len(header))}"
                raw = clipped(options.separator.join(fields))
                rejects.append(Reject(start.name, number, raw, "column_count", said))
            ended = lines + reader.line_num
    except csv.Error as error:
        raise Unreadable("bad_csv", f"cannot be split near line {ended + 1} ({error})", text[:200]) from error
    return pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row"), rejects


def _cure(fields: list[str], wanted: int) -> str:
    if not any(cell.strip("\0 ") for cell in fields):
        return "it is zero bytes, as a power cut leaves them: take it away"
    more = not fields[-1].strip() and len(fields) == wanted + 1
    return "take away the separator at its end" if more else "correct the line"


def _fields(fields: list[str]) -> str:
    return "1 field" if len(fields) == 1 else f"{len(fields)} fields"


def _without_headers(frame: pl.DataFrame, header: list[str], start: Start) -> tuple[pl.DataFrame, list[Reject]]:
    """Take out rows that repeat the header; other names in a repeated header make the rest unreadable."""
    suspects = frame.select(pl.nth(0).is_in(header)).to_series() if frame.height else pl.Series([], dtype=pl.Boolean)
    if not suspects.any():
        return frame, []
    found = [(i, row) for i, row in zip(suspects.arg_true(), frame.filter(suspects).iter_rows(), strict=True)]
    cleaned = [(i, [normal(cell or "") for cell in row]) for i, row in found]
    repeated = [i for i, row in cleaned if row == header]
    if any(row != header and sorted(row) == sorted(header) for _, row in cleaned):
        raise Unreadable("header_changed", "repeats its header in another order - split it into files")
    said = f"{start.name}: the header comes again - remove it"
    rejects = [Reject(start.name, start.row + i, ",".join(header), "repeated_header", said) for i in repeated]
    keep = pl.Series([True]).new_from_index(0, frame.height)
    return (frame.filter(keep.scatter(repeated, False)), rejects) if repeated else (frame, [])
