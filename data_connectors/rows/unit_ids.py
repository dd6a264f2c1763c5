"""Unit ids: always text, in Unicode NFC, never read as numbers."""

from __future__ import annotations

import polars as pl

from data_connectors.rows.values import as_text
from data_connectors.schema import MAX_NAME

#: What databases, spreadsheets and programs write where there is nothing: as an id it would join strangers.
_NOTHING = ("NULL", "null", "None", "NaN", "nan", "NaT", "<NA>", "N/A", "#N/A", "#NV", "undefined")


def unit_ids(raw: pl.Series) -> pl.DataFrame:
    """Read the ids of units.

    Blanks around an id do not count. Whole numbers that a spreadsheet stores as floats lose their ``.0``; all other
    text stays as it is (leading zeros, ``1e5``).

    Parameters
    ----------
    raw : polars.Series
        As delivered, of any type.

    Returns
    -------
    polars.DataFrame
        `unit_id` (String) and `reason` (String): null, ``missing_unit``, ``no_unit_word`` for ``NULL`` and its like,
        ``bad_unit`` for one with invisible characters or more than 200, or ``rounded_unit`` for a number as
        spreadsheets shorten it (``1.2E+05``).

    Examples
    --------
    >>> unit_ids(pl.Series(["007", " A ", "", None])).rows()
    [('007', None), ('A', None), (None, 'missing_unit'), (None, 'missing_unit')]
    >>> unit_ids(pl.Series(["NULL", "NULLA"]))["reason"].to_list()
    ['no_unit_word', None]
    >>> unit_ids(pl.Series([1001.0]))["unit_id"].to_list()
    ['1001']
    """
    text = _whole(raw) if raw.dtype.is_float() else as_text(raw)
    text = text.str.strip_chars()
    if (text.str.len_bytes() != text.str.len_chars()).any():
        text = text.str.normalize("NFC")
    unit = pl.col("unit_id")
    bad = unit.str.contains(r"[\p{C}\p{Zl}\p{Zp}]") | (unit.str.len_chars() > MAX_NAME)
    reason = (
        pl.when(unit.is_null() | (unit == "")).then(pl.lit("missing_unit"))
        .when(unit.is_in(_NOTHING)).then(pl.lit("no_unit_word"))
        .when(bad).then(pl.lit("bad_unit"))
        .when(unit.str.contains(r"^\d([.,]\d+)?E\+\d\d+$")).then(pl.lit("rounded_unit"))
    )  # fmt: skip
    return (
        pl.DataFrame({"unit_id": text})
        .with_columns(reason.alias("reason"))
        .with_columns(pl.when(unit != "").then(unit).alias("unit_id"))
    )


def _whole(raw: pl.Series) -> pl.Series:
    whole = (raw == raw.floor()) & (raw.abs() < 2.0**53)
    return raw.cast(pl.Int64, strict=False).cast(pl.String).zip_with(whole.fill_null(value=False), raw.cast(pl.String))
