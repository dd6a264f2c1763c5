"""Rejects of rows: each with its raw fields, its reason and a sentence that says what to do."""

from __future__ import annotations

import polars as pl

from data_connectors.base import Batch, Reject
from data_connectors.names import normal, printable
from data_connectors.rows.time_forms import time_hint
from data_connectors.rows.values import as_text
from data_connectors.schema import Source

_SHOWN = 40
_PLAIN = (pl.String, pl.Boolean)

_SENTENCES = {
    "missing_unit": "no unit id in {unit!r} - fill it in and replay",
    "no_unit_word": "unit id {unit_raw} is a program's word for nothing - fill the id in and replay",
    "bad_unit": "unit id {unit_raw} holds invisible characters or more than 200 - correct it at the source",
    "empty_row": "the row is empty - remove it",
    "rounded_unit": "unit id {unit_raw} is a number that a spreadsheet has rounded, so units cannot be told apart"
    " - format the column as text and export it again",
    "missing_time": "no time in {time!r} - fill it in and replay",
    "unparsable_time": "time {time_raw} in {time!r} cannot be read - {time_hint}",
    "naive_time": 'time {time_raw} has no zone - set zone in [sources.{source}], e.g. zone = "Europe/Berlin"',
    "ambiguous_time": 'time {time_raw} came twice in zone {zone} - set ambiguous = "earliest" or "latest"'
    " in [sources.{source}]",
    "nonexistent_time": 'time {time_raw} never was in zone {zone} - set nonexistent = "forward" in [sources.{source}]',
    "time_out_of_range": "time {time_raw} is not within 1970..2105 - correct it at the source",
    "future_time": "time {time_raw} is more than {skew} ahead of now - correct the source's clock",
    "dup_conflict": "unit {unit_raw} was delivered before at {time_raw} with other values - keep one of the two",
    "type_changed": "a column that held numbers until now holds none in any row - see `qc schema list`; correct"
    " decimal or the mapping in [sources.{source}], then replay",
    "not_a_number": "label {value} of {column!r} is no number - correct it and replay",
    "not_binary": "label {value} of {column!r} is neither 0 nor 1 - correct it and replay",
    "unknown_word": "label {value} of {column!r} is neither 0 nor 1 - write 0 or 1, or name the word under good or bad"
    " in [sources.{source}]",
    "bad_quality": "label {value} of {column!r} is bad by the source's own quality code - measure again",
}


def _shown(value: object) -> str:
    text = printable(str(value))
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def raw_rows(frame: pl.DataFrame) -> list[str]:
    """Return each row as JSON of its fields, nothing rounded or left out.

    Examples
    --------
    >>> raw_rows(pl.DataFrame({"unit_id": ["a"], "v": [1]}))
    ['{"unit_id":"a","v":1}']
    """
    if not frame.height:
        return []
    plain = frame.select(c if c.dtype in _PLAIN or c.dtype.is_integer() else as_text(c) for c in frame)
    return plain.write_ndjson().splitlines()


def refusals(
    batch: Batch, frame: pl.DataFrame, reason: pl.Series, source: Source, labels: pl.DataFrame | None = None
) -> list[Reject]:
    """Return a Reject for each row of `frame` that has a reason.

    Parameters
    ----------
    batch : Batch
        Where the rows came from.
    frame : polars.DataFrame
        The rows as delivered (for labels: the row of each label value).
    reason : polars.Series
        String (n,), null for rows that are kept.
    source : Source
    labels : polars.DataFrame or None
        For labels: `row` and `column` of each label value; the raw text then holds that one value only.
    """
    held = reason.is_not_null().arg_true()
    if not len(held):
        return []
    rows = frame[held]
    offsets = held if labels is None else labels["row"].gather(held)
    columns = pl.Series([""]).new_from_index(0, len(held)) if labels is None else labels["column"].gather(held)
    raw = raw_rows(rows) if labels is None else raw_rows(_one_value(rows, columns))
    parts = zip(offsets, raw, reason.gather(held), columns, rows.iter_rows(named=True), strict=True)
    return [
        Reject(batch.origin, offset, text, why, _where(batch, offset) + _what(why, fields, column, source))
        for offset, text, why, column, fields in parts
    ]


def _one_value(rows: pl.DataFrame, columns: pl.Series) -> pl.DataFrame:
    """Return the rows with the cells of all value columns empty but the one named for each row."""
    blanked = [
        pl.when(pl.lit(columns) == name).then(pl.col(name)).alias(name) for name in columns.unique(maintain_order=True)
    ]
    return rows.with_columns(blanked)


def _where(batch: Batch, offset: int) -> str:
    return f"stage {batch.stage!r}: row {offset + 1} of {batch.origin or 'the delivery'}: "


def _skew(source: Source) -> str:
    given = source.settings.get("max_skew_s")
    return "a day" if given is None else f"{given} s"


def _what(why: str, fields: dict[str, object], column: str, source: Source) -> str:
    unit, time = normal(source.unit_column), normal(source.time_column)
    if why == "missing_unit" and not any(str(value).strip() for value in fields.values() if value is not None):
        why = "empty_row"
    hint = ""
    if why == "unparsable_time":
        hint = time_hint(str(fields.get(time) or "").strip(), source.name, str(source.settings.get("time_format", "")))
    return _SENTENCES[why].format(
        unit=unit, time=time, column=column, source=source.name, zone=source.zone, skew=_skew(source),
        unit_raw=_shown(fields.get(unit)), time_raw=_shown(fields.get(time)), value=_shown(fields.get(column)),
        time_hint=hint,
    )  # fmt: skip
