"""Rows of plain values to a frame that loses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl

_INT64 = 2**63
_EXACT = 2**53


def frame_of(names: Sequence[str], rows: Sequence[Sequence[object]], decimal: str) -> pl.DataFrame:
    """Return rows as a frame: typed where all values of a column agree, else as text.

    Examples
    --------
    >>> frame_of(["unit", "v"], [("007", 1), ("008", "n/a")], ".").rows()
    [('007', '1'), ('008', 'n/a')]
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pl.DataFrame([_series(name, values, decimal) for name, values in zip(names, columns, strict=True)])


def _series(name: str, values: Sequence[object], decimal: str) -> pl.Series:
    kinds = {type(v) for v in values if v is not None}
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if kinds == {int} and all(v is None or -_INT64 <= int(str(v)) < _INT64 for v in values):
        return pl.Series(name, values, dtype=pl.Int64)
    if kinds in ({float}, {float, int}) and all(not isinstance(v, int) or abs(v) <= _EXACT for v in values):
        return pl.Series(name, values, dtype=pl.Float64, strict=False)
    if kinds == {datetime}:
        return _times(name, values, decimal)
    if kinds == {date}:
        return pl.Series(name, values, dtype=pl.Date)
    return pl.Series(name, [_text(v, decimal) for v in values], dtype=pl.String)


def _times(name: str, values: Sequence[object], decimal: str) -> pl.Series:
    times = [v for v in values if isinstance(v, datetime)]
    if all(t.tzinfo is None for t in times):
        return pl.Series(name, values, dtype=pl.Datetime("us"))
    if all(t.tzinfo is not None for t in times):
        utc = [v.astimezone(UTC) if isinstance(v, datetime) else None for v in values]
        return pl.Series(name, utc, dtype=pl.Datetime("us", "UTC"))
    return pl.Series(name, [_text(v, decimal) for v in values], dtype=pl.String)


def _text(value: object, decimal: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value).replace(".", decimal) if isinstance(value, float | Decimal) else str(value)
