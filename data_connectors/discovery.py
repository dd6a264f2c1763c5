"""What a sample of rows says about its columns."""

from __future__ import annotations

import polars as pl

from data_connectors.base import Column
from data_connectors.rows.values import as_text, number

_MAX_EXAMPLE = 40


def columns_of(frame: pl.DataFrame) -> list[Column]:
    """Return the columns of a sample with a guess of what they hold (number, time, text, empty) and an example.

    Examples
    --------
    >>> found = columns_of(pl.DataFrame({"unit": ["007"], "t": ["2024-05-01 06:00"]}))
    >>> [(column.name, column.dtype, column.example) for column in found]
    [('unit', 'number', '007'), ('t', 'time', '2024-05-01 06:00')]
    """
    return [Column(c.name, _guess(c), _example(c)) for c in frame]


def _example(column: pl.Series) -> str:
    filled = as_text(column.drop_nulls().head(1))
    return filled[0][:_MAX_EXAMPLE] if len(filled) else ""


def _guess(column: pl.Series) -> str:
    filled = column.drop_nulls()
    if not len(filled):
        return "empty"
    if column.dtype.is_temporal():
        return "time"
    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        return "number"
    text = as_text(filled)
    if pl.DataFrame({"v": text}).select(number("v", pl.String(), ".").is_not_null().all()).item():
        return "number"
    return "time" if text.str.contains(r"^\d{4}-\d{2}-\d{2}").all() else "text"
