"""JSON lines: one object a line, kept as the text that stands there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import polars as pl

from data_connectors.base import Reject
from data_connectors.file_folder.options import Options
from data_connectors.file_folder.pieces import Piece, Start, Unreadable, clipped
from data_connectors.names import normal


def read_json_lines(file: BinaryIO, options: Options, start: Start) -> Iterator[Piece]:
    """Yield the pieces of a JSON lines file from `start` on.

    Numbers stay the text that was written, so that nothing is rounded and no id becomes a number. A line that is no
    object is rejected alone.
    """
    place, row = start.place, start.row
    file.seek(place)
    while lines := file.readlines(options.batch_rows * 128):
        place += sum(map(len, lines))
        rows, rejects = _objects(lines, row, start.name, options)
        yield Piece(_frame(rows), row, place, tuple(rejects))
        row += len(rows) + len(rejects)
    if not row:
        raise Unreadable("empty_file", "is empty - it needs one JSON object a line")
    yield Piece(pl.DataFrame(), row, -1)


def _objects(
    lines: list[bytes], before: int, name: str, options: Options
) -> tuple[list[dict[str, str | None]], list[Reject]]:
    rows: list[dict[str, str | None]] = []
    rejects: list[Reject] = []
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            rows.append(_fields(line, options.decimal))
        except (ValueError, RecursionError) as error:
            said = f"{name}: line {before + number + 1} is no JSON object ({error}) - correct the line"
            raw = clipped(line.decode(errors="replace").rstrip())
            rejects.append(Reject(name, number, raw, "bad_json", said))
    return rows, rejects


_INSTEAD = {list: "a list instead of {...}: write an object a line, without [ ] and commas between"}


def _fields(line: bytes, decimal: str) -> dict[str, str | None]:
    def written(text: str) -> str:
        return text.replace(".", decimal)

    found: Any = json.loads(line.decode(), parse_float=written, parse_int=str, parse_constant=str)
    if not isinstance(found, dict):
        raise ValueError(_INSTEAD.get(type(found), "a single value instead of {...}"))  # noqa: TRY004 - a bad line
    return {normal(key): _text(value) for key, value in found.items()}


def _text(value: object) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode(errors="surrogatepass").decode(errors="replace")


def _frame(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame({n: [row.get(n) for row in rows] for n in names}, schema=dict.fromkeys(names, pl.String))
