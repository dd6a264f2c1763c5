"""Q-DAS characteristic files (DFQ): a row a measured part, a column a characteristic.

Values stand in short form, a line a part, characteristics apart by the control character 0x0F and the data of one by
0x14 (value, attribute, time, events, batch, nest, operator, machine, process parameter, gage), also where a text editor
made ☼ and ¶ of them; or as fields ``K0001/1 9.98``. Fields behind a line belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import polars as pl

from data_connectors.base import Reject
from data_connectors.file_folder.exports.dfq_fields import (
    ADDITIONAL,
    ATTRIBUTE,
    SHORT,
    TIME,
    VALUE,
    Block,
    DfqCharacteristic,
    Field,
    field_of,
)
from data_connectors.file_folder.exports.text import pieces, text_of
from data_connectors.file_folder.options import Options
from data_connectors.file_folder.pieces import Piece, Start, Unreadable, clipped
from data_connectors.rows.values import code_column

_BETWEEN, _WITHIN = "\x0f", "\x14"
_TIME = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})[/ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?")
_LINE_END = re.compile(r"\r\n|\r|\n")


def read_dfq(file: BinaryIO, options: Options, start: Start) -> Iterator[Piece]:
    """Yield a row a part: ``unit_id``, ``time``, characteristics by name, additional data, codes of invalid values.

    A part's id is its ident (K0014), else its time and place among those of the same time, behind a slash; before it
    stands the batch (K0006), else the number of the part (K1001).

    Raises
    ------
    Unreadable
        Reasons: empty_file, too_large, bad_header, no_values.
    """
    text = text_of(file, options)
    told = DfqFile(text, start.name)
    if not told.rows and not told.rejects:
        raise Unreadable("no_values", "has a description and no values - the values may be in a DFX file: join both")
    yield from pieces(_frame(told.rows, options.decimal), told.rejects, options, start)


def described(text: str) -> list[DfqCharacteristic]:
    """Return the characteristics of a file with unit, limits and part, each name once."""
    found: dict[str, DfqCharacteristic] = {}
    for block in DfqFile(text, "").blocks:
        for one in block.characteristics().values():
            found.setdefault(one.name, one)
    return list(found.values())


@dataclass(slots=True)
class Row:
    """What was measured on one part: additional data by characteristic, 0 for those of the whole part."""

    block: Block
    data: dict[int, dict[int, str]] = field(default_factory=dict)

    def set(self, index: int, number: int, text: str) -> None:
        """Keep a datum of a characteristic, or of the part (index 0)."""
        if text:
            self.data.setdefault(index, {})[number] = text

    def said(self, number: int) -> str:
        """Return what the part, or else the first characteristic that tells it, says of a field."""
        order = [0, *sorted(i for i in self.data if i)]
        return next((self.data[i][number] for i in order if number in self.data.get(i, {})), "")


class DfqFile:
    r"""A file taken apart: `blocks` of description, `rows`, and `rejects`.

    Examples
    --------
    >>> text = "K0100 1\nK1001 4711\nK2001/1 1\nK2002/1 Bore\n9.98\x140\x1401.05.2024/06:00:00\n"
    >>> [row.data[1][VALUE] for row in DfqFile(text, "x.dfq").rows]
    ['9.98']
    """

    def __init__(self, text: str, name: str) -> None:
        self.blocks: list[Block] = [Block()]
        self.rows: list[Row] = []
        self.rejects: list[Reject] = []
        self._name = name
        lines = _LINE_END.split(text.replace("☼", _BETWEEN).replace("¶", _WITHIN))
        if not any(field_of(line) for line in lines):
            raise Unreadable("bad_header", "has no K-fields - it is no Q-DAS file", text[:200])
        for number, line in enumerate(lines):
            self._take(number, line)

    def _take(self, number: int, line: str) -> None:
        one = field_of(line)
        if one is None:
            if line.strip():
                self._values(number, line)
        elif one.number == 100 and (self.blocks[-1].fields or self._rows_here()):
            self.blocks.append(Block())
        elif one.number < 100:
            self._additional(number, one, line)
        else:
            self.blocks[-1].take(one)

    def _rows_here(self) -> bool:
        return bool(self.rows) and self.rows[-1].block is self.blocks[-1]

    def _values(self, number: int, line: str) -> None:
        """Take a line in short form: the characteristics in their order."""
        block = self.blocks[-1]
        cells = line.split(_BETWEEN)
        indices = block.indices()
        if len(cells) > len(indices) and any(cell.strip(" " + _WITHIN) for cell in cells[len(indices) :]):
            self._refuse(number, line, f"has {len(cells)} values and {len(indices)} characteristics are described")
            return
        row = Row(block)
        for index, cell in zip(indices, cells, strict=False):
            for key, text in zip(SHORT, cell.split(_WITHIN), strict=False):
                row.set(index, key, text.strip())
        self.rows.append(row)

    def _additional(self, number: int, one: Field, line: str) -> None:
        """Take a field of a value: one that the row under way has already begins the next row."""
        if one.number == VALUE and one.index == 0 and one.text:
            self._values(number, one.text)
            return
        known = self.rows[-1].data if self._rows_here() else None
        if known is None and one.number != VALUE:
            self._refuse(number, line, "belongs to no value")
            return
        if known is None or (one.number == VALUE and VALUE in known.get(one.index, {})):
            self.rows.append(Row(self.blocks[-1]))
        self.rows[-1].set(one.index, one.number, one.text)

    def _refuse(self, number: int, line: str, why: str) -> None:
        said = f"{self._name}: line {number + 1} {why} - correct the line"
        self.rejects.append(Reject(self._name, number, clipped(line), "bad_dfq", said))


def moment_text(text: str) -> str:
    """Return a time in ISO 8601, still local: day.month.year, year-month-day, or month/day/year.

    Examples
    --------
    >>> [moment_text(t) for t in ("01.05.2024/06:00:00", "2024-05-01/06:00:00", "5/1/24/6:00")]
    ['2024-05-01 06:00:00', '2024-05-01 06:00:00', '2024-05-01 06:00:00']
    """
    found = _TIME.match(text.strip())
    if found is None:
        return text
    a, sign, b, c, hour, minute, second = found.groups(default="00")
    year, month, day = (a, b, c) if len(a) == 4 else (c, a, b) if sign == "/" else (c, b, a)
    century = "" if len(year) == 4 else "19" if int(year) >= 70 else "20"
    return f"{century}{year}-{month:0>2}-{day:0>2} {hour:0>2}:{minute}:{second}"


def _frame(rows: list[Row], decimal: str) -> pl.DataFrame:
    found: list[dict[str, str]] = []
    times: dict[tuple[str, str], int] = {}
    for row in rows:
        time = moment_text(row.said(TIME))
        part = next((p for i in row.data if i and (p := row.block.part_of(i))), "")
        lot = row.said(6).lstrip("#") or part
        place = times[lot, time] = times.get((lot, time), 0) + 1
        ident = row.said(14) or (time if place == 1 else f"{time} {place}")
        cells = {"unit_id": f"{lot}/{ident}" if lot else ident, "time": time, "part": part}
        cells |= {name: said.lstrip("#") for key, name in ADDITIONAL.items() if (said := row.said(key))}
        found.append(cells | _measured(row, decimal))
    names = list(dict.fromkeys([*("unit_id", "time", "part"), *(name for row in found for name in row)]))
    data: dict[str, Any] = {name: [row.get(name) for row in found] for name in names}
    codes = [name for name in names if name.endswith(code_column(""))]
    frame = pl.DataFrame(data, schema=dict.fromkeys(names, pl.String))
    return frame.with_columns(pl.col(name).fill_null("good") for name in codes)


def _measured(row: Row, decimal: str) -> dict[str, str]:
    """Return the values of a part by the names of their characteristics; an attribute other than 0 makes one bad."""
    found: dict[str, str] = {}
    for index, name in row.block.names().items():
        told = row.data.get(index, {})
        if VALUE in told:
            found[name] = told[VALUE].replace(",", ".").replace(".", decimal)
            if told.get(ATTRIBUTE, "0") != "0":
                found[code_column(name)] = f"bad attribute {told[ATTRIBUTE]}"
    return found
