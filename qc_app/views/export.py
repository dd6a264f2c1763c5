"""Tables as CSV and Excel that a spreadsheet cannot mistake for formulas."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping

import polars as pl
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from qc_app.language import tr

_DANGER = ("=", "+", "-", "@", "\t", "\r")
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NO_SHEET = re.compile(r"[\[\]:*?/\\]")
_WIDEST, _LONGEST, _SHEET_NAME = 60, 32_767, 31
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return a table as CSV (UTF-8 with a mark for Excel).

    Text that begins with a sign of a formula gets a leading apostrophe (OWASP ASVS 1.2.10); numbers stay numbers;
    lists are left out.

    Examples
    --------
    >>> csv_bytes(pl.DataFrame({"unit": ["=1+1", "C-1"], "value": [-1.5, 2.0]})).decode("utf-8-sig").splitlines()
    ['unit,value', "'=1+1,-1.5", 'C-1,2.0']
    """
    flat = _flat(frame)
    texts = [name for name, kind in flat.schema.items() if kind == pl.String]
    guarded = flat.with_columns(_guarded(name) for name in texts)
    heads = {name: f"'{name}" for name in guarded.columns if name.startswith(_DANGER)}
    return b"\xef\xbb\xbf" + guarded.rename(heads).write_csv(datetime_format="%Y-%m-%dT%H:%M:%S%:z").encode()


def xlsx_bytes(sheets: Mapping[str, pl.DataFrame], zone: str = "UTC", above: Iterable[str] = ()) -> bytes:
    """Return tables as an Excel workbook, a sheet each, the heading row frozen and filtered.

    Text is written as text whatever it begins with, so nothing is a formula. Excel knows no zones: times are written by
    the clock of `zone`, and their heading names it. Lists are left out.

    Parameters
    ----------
    sheets : mapping of str to polars.DataFrame
        Name -> table.
    zone : str
        IANA zone.
    above : iterable of str
        Lines of a sheet ``Summary`` before the tables; none: no such sheet.

    Examples
    --------
    >>> from openpyxl import load_workbook
    >>> made = xlsx_bytes({"units": pl.DataFrame({"unit": ["=1+1"], "value": [2.0]})})
    >>> sheet = load_workbook(io.BytesIO(made))["units"]
    >>> sheet["A2"].value, sheet["A2"].data_type, sheet["B2"].value
    ('=1+1', 's', 2)
    """
    book = Workbook(write_only=True)
    if lines := list(above):
        summary = book.create_sheet(tr("Summary"))
        summary.column_dimensions["A"].width = 2 * _WIDEST
        for line in lines:
            summary.append([_cell(summary, line)])
    for name, frame in sheets.items():
        _sheet(book.create_sheet(_NO_SHEET.sub(" ", name)[:_SHEET_NAME] or "table"), _flat(frame), zone)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _sheet(sheet: WriteOnlyWorksheet, frame: pl.DataFrame, zone: str) -> None:
    timed = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    local = frame.with_columns(_local(frame, name, zone) for name in timed)
    heads = [f"{name} ({zone})" if name in timed else name for name in local.columns]
    sheet.freeze_panes = "A2"
    if local.height:
        sheet.auto_filter.ref = f"A1:{_letter(len(heads))}{local.height + 1}"
    for n, head in enumerate(heads):
        sheet.column_dimensions[_letter(n + 1)].width = _width(local.to_series(n), head)
    sheet.append([_cell(sheet, head, bold=True) for head in heads])
    for row in local.iter_rows():
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: WriteOnlyWorksheet, value: object, *, bold: bool = False) -> WriteOnlyCell | object:
    """Return a cell; text is marked as text, or a leading equals sign would make it a formula."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=_NO_XML.sub("\ufffd", value)[:_LONGEST])
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="top", wrap_text=len(value) > _WIDEST)
    if bold:
        cell.font = Font(bold=True)
    return cell


def _local(frame: pl.DataFrame, name: str, zone: str) -> pl.Expr:
    kind = frame.schema[name]
    aware = (
        pl.col(name) if isinstance(kind, pl.Datetime) and kind.time_zone else pl.col(name).dt.replace_time_zone("UTC")
    )
    return aware.dt.convert_time_zone(zone).dt.replace_time_zone(None).dt.truncate("1s").alias(name)


def _width(values: pl.Series, head: str) -> int:
    longest = values.head(200).cast(pl.String, strict=False).str.len_chars().max()
    return min(_WIDEST, max(10, len(head) + 3, (longest if isinstance(longest, int) else 0) + 2))


def _letter(n: int) -> str:
    """Return a column's letters: 1 is A, 27 is AA."""
    return ("" if n <= 26 else _letter((n - 1) // 26)) + chr(65 + (n - 1) % 26)


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(name for name, kind in frame.schema.items() if not kind.is_nested())


def _guarded(name: str) -> pl.Expr:
    dangerous = pl.any_horizontal(*(pl.col(name).str.starts_with(sign) for sign in _DANGER))
    return pl.when(dangerous).then(pl.lit("'") + pl.col(name)).otherwise(pl.col(name)).alias(name)
