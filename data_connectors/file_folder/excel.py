"""Excel and OpenDocument workbooks: one sheet, kept as text."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

import polars as pl

from data_connectors.file_folder.beginnings import refuse_pages
from data_connectors.file_folder.formulas import uncalculated
from data_connectors.file_folder.options import Options
from data_connectors.file_folder.pieces import Piece, Start, Unreadable
from data_connectors.guessing import guess_heading
from data_connectors.names import listed, nearest, normal

_MAX_MEMBERS = 10_000
_LOOKED_AT = 40
Cell = int | float | str | bool | date | datetime | time | timedelta


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook that nobody described.

    Parameters
    ----------
    name : str
    rows, columns : int
        How large the part is that holds anything.
    heading : int
        The line that names the columns, as guessed from the first ones.
    """

    name: str
    rows: int
    columns: int
    heading: int


def read_excel(file: BinaryIO, options: Options, _start: Start) -> Iterator[Piece]:
    """Yield the rows of a workbook's sheet in one piece, as text: whole numbers without ``.0``, times in ISO 8601.

    A cell that is merged over rows stands in each of them.

    Raises
    ------
    Unreadable
        Reasons: bad_workbook, no_sheet, too_large, bad_header, empty_file, uncalculated.
    """
    with _opened(file, options) as book:
        chosen = _sheet(book.sheet_names, options)
        sheet = book.get_sheet_by_name(chosen)
        cells = [list(line) for line in sheet.to_python(skip_empty_area=True)]
        _fill_merged(cells, sheet)
        others = () if options.sheet else tuple(name for name in book.sheet_names if name != chosen)
    if found := uncalculated(file, chosen):
        raise Unreadable(
            "uncalculated",
            f"holds formulas without their results ({found[0]}: {found[1]}) - open it in a spreadsheet program and"
            " save it there",
        )
    yield Piece(_frame(cells[options.heading_line - 1 :], options.decimal), 0, -1, others=others)


def _fill_merged(cells: list[list[Cell]], sheet: Any) -> None:
    """Write the value of each cell that is merged over rows of one column into all of them."""
    top, left = sheet.start or (0, 0)
    for (first, column), (last, to) in sheet.merged_cell_ranges or ():
        if column == to and first >= top and column >= left and last - top < len(cells):
            for line in cells[first - top + 1 : last - top + 1]:
                line[column - left] = cells[first - top][column - left]


def sheets_of(file: BinaryIO, options: Options) -> list[Sheet]:
    """Return the sheets of a workbook that hold anything, the one with the most cells first.

    Raises
    ------
    Unreadable
        Reasons: bad_workbook, too_large.
    """
    with _opened(file, options) as book:
        found = [_looked_through(name, book.get_sheet_by_name(name)) for name in book.sheet_names]
    return sorted((s for s in found if s.rows), key=lambda s: -s.rows * s.columns)


def _looked_through(name: str, sheet: Any) -> Sheet:
    lines = sheet.to_python(skip_empty_area=True, nrows=_LOOKED_AT)
    widths = [sum(cell != "" for cell in line) for line in lines]
    (top, left), (bottom, right) = sheet.start or (0, 0), sheet.end or (-1, -1)
    return Sheet(name, bottom - top + 1, right - left + 1, guess_heading(widths))


@contextmanager
def _opened(file: BinaryIO, options: Options) -> Iterator[Any]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    file.seek(0)
    refuse_pages(file.read(100))
    _refuse_bombs(file, options)
    try:
        with CalamineWorkbook.from_filelike(file) as book:
            yield book
    except (CalamineError, PasswordError, OSError, ValueError) as error:
        raise Unreadable("bad_workbook", f"is no readable workbook ({error}) - save it again") from error


def _refuse_bombs(file: BinaryIO, options: Options) -> None:
    file.seek(0)
    if not zipfile.is_zipfile(file):
        file.seek(0)
        return
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("bad_workbook", f"is no readable workbook ({error}) - save it again") from error
    if sum(m.file_size for m in members) > options.max_mb << 20 or len(members) > _MAX_MEMBERS:
        raise Unreadable("too_large", f"unpacks to more than {options.max_mb} MB - save the data as CSV or Parquet")
    file.seek(0)


def _sheet(names: list[str], options: Options) -> str:
    if not names:
        raise Unreadable("no_sheet", "has no sheet - save it again")
    if options.sheet and options.sheet not in names:
        near = nearest(options.sheet, names)
        hint = f" - did you mean {near!r}?" if near else " - set sheet"
        raise Unreadable("no_sheet", f"has no sheet {options.sheet!r} (has: {listed(names)}){hint}")
    return options.sheet or names[0]


def _frame(lines: list[list[Cell]], decimal: str) -> pl.DataFrame:
    if not lines:
        raise Unreadable("empty_file", "is empty - it needs a row with the names of the columns")
    names = [normal(_text(cell, ".") or "") or f"column_{i + 1}" for i, cell in enumerate(lines[0])]
    if len(set(names)) < len(names):
        twice = next(n for n in names if names.count(n) > 1)
        raise Unreadable("bad_header", f"names column {twice!r} twice - rename one")
    rows = [[_text(cell, decimal) for cell in line] for line in lines[1:]]
    filled = [row for row in rows if any(cell is not None for cell in row)]
    return pl.DataFrame(filled, schema=dict.fromkeys(names, pl.String), orient="row")


def _text(cell: Cell, decimal: str) -> str | None:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, float):
        return (str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)).replace(".", decimal)
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)
