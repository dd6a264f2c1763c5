"""Values of parameters: text or numbers to Float64, with what is wrong with those that are none."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from data_connectors.columns import column_of
from data_connectors.names import normal
from data_connectors.rows.quality_codes import Family, family_named, family_of, quality_of
from data_connectors.rows.units import convert
from data_connectors.schema import Source

#: Raw text of a bad value is kept up to this length in the quality note.
MAX_RAW = 4096

#: A delivery may carry the codes of a column in one of its own, named by this suffix, without the plant file saying so.
CODE_SUFFIX = " (quality)"

#: Columns of the notes on values that are not good.
NOTES = {"row": pl.UInt32, "quality": pl.String, "code": pl.String, "raw": pl.String}


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column becomes values: where it comes from, in which units, within which range.

    Parameters
    ----------
    name, column : str
        Our name and the source's column.
    wanted, delivered : str
        The plant's unit and the source's unit.
    low, high : float or None
        Physically possible range in `wanted`.
    quality : str or None
        The column with the quality codes.
    family : {"auto", "opc_ua", "opc_da"}
        Whose codes they are.
    """

    name: str
    column: str
    wanted: str = ""
    delivered: str = ""
    low: float | None = None
    high: float | None = None
    quality: str | None = None
    family: Family = "auto"

    @classmethod
    def of(cls, source: Source, name: str, unit: str, low: float | None = None, high: float | None = None) -> Reading:
        """Return how `source` delivers what we call `name`."""
        codes = source.quality.get(name)
        family = family_named(source.settings.get("quality_codes", "auto"), f"source {source.name!r}")
        delivered = source.units.get(name, unit)
        return cls(name, column_of(source, name), unit, delivered, low, high, codes and normal(codes), family)

    def within(self, delivered: Collection[str]) -> Reading:
        """Return it with the quality codes that a delivery of these columns carries for this one, if it does."""
        own = code_column(self.column)
        return replace(self, quality=own) if self.quality is None and own in delivered else self


@dataclass(frozen=True, slots=True)
class Values:
    """Values of one column and the notes on those that are not good.

    Parameters
    ----------
    values : polars.Series
        Float64 (n,), null where absent or bad.
    notes : polars.DataFrame
        One row a value that is not good: `row` (UInt32), `quality`, `code`, `raw` (String, null if uncertain).
    """

    values: pl.Series
    notes: pl.DataFrame


def code_column(column: str) -> str:
    """Return the name under which a delivery carries the quality codes of `column`.

    Examples
    --------
    >>> code_column("exit_temp")
    'exit_temp (quality)'
    """
    return column + CODE_SUFFIX


def as_text(column: pl.Series) -> pl.Series:
    """Return a column as text, whatever its type, so that nothing of it is lost.

    Examples
    --------
    >>> as_text(pl.Series([1, None])).to_list()
    ['1', None]
    """
    if column.dtype == pl.String:
        return column
    if column.dtype.is_nested() or column.dtype in {pl.Binary, pl.Object}:
        return pl.Series(column.name, [None if v is None else str(v) for v in column.to_list()], dtype=pl.String)
    return column.cast(pl.String)


def number(column: str, dtype: pl.DataType, decimal: str) -> pl.Expr:
    """Return the expression that reads `column` as Float64; null where it is no number (NaN and infinity remain)."""
    raw = pl.col(column)
    if dtype == pl.String and decimal == ",":
        own = pl.when(~raw.str.contains(".", literal=True)).then(raw.str.replace(",", ".", literal=True))
        return own.otherwise(None).cast(pl.Float64, strict=False)
    if dtype == pl.String or dtype.is_numeric() or dtype == pl.Boolean:
        return raw.cast(pl.Float64, strict=False)
    return pl.lit(None, dtype=pl.Float64)


def _wrong(column: str, dtype: pl.DataType) -> pl.Expr:
    """Return where something stands in `column` that did not become a finite value."""
    blank = pl.col(column).is_null()
    if dtype == pl.String:
        blank = blank | (pl.col(column) == "")
    return ~blank & ~pl.col("value").is_finite().fill_null(value=False)


def numbers(frame: pl.DataFrame, readings: list[Reading], decimal: str) -> list[Values]:
    """Read the columns of `readings` from `frame`.

    Parameters
    ----------
    frame : polars.DataFrame
        As delivered.
    readings : list of Reading
    decimal : {".", ","}
        Decimal sign in text; the other one makes a text no number.

    Returns
    -------
    list of Values
        One a reading, in their order.

    Examples
    --------
    >>> frame = pl.DataFrame({"v": ["1.5", "1e400", "n/a", " 2", ""]})
    >>> found = numbers(frame, [Reading("v", "v")], ".")[0]
    >>> found.values.to_list()
    [1.5, None, None, 2.0, None]
    >>> found.notes.rows()
    [(1, 'bad', 'not_finite', '1e400'), (2, 'bad', 'not_a_number', 'n/a')]
    """
    dtypes = frame.schema
    casts = frame.select(number(r.column, dtypes[r.column], decimal).alias(str(i)) for i, r in enumerate(readings))
    clean = _clean(frame, casts, readings)
    nothing = pl.DataFrame(schema=NOTES)
    return [
        Values(values, nothing) if good else _finished(frame, values, reading, decimal)
        for values, reading, good in zip(casts, readings, clean, strict=True)
    ]


def _clean(frame: pl.DataFrame, casts: pl.DataFrame, readings: list[Reading]) -> list[bool]:
    """Tell for each column whether there is nothing to mend, convert, limit or judge in it: the fast way for most."""
    if not readings:
        return []
    finite = casts.select(pl.all().is_finite().all()).row(0)
    lowest, highest = casts.select(pl.all().min()).row(0), casts.select(pl.all().max()).row(0)
    gaps = [c.null_count() > 0 for c in casts]
    suspects = [i for i, gap in enumerate(gaps) if gap and finite[i]]
    dtypes = frame.schema
    filled = frame.select(_filled(readings[i].column, dtypes[readings[i].column]).alias(str(i)) for i in suspects)
    for name, count in filled.row(0, named=True).items() if suspects else ():
        gaps[int(name)] = count != frame.height - casts[name].null_count()
    return [
        good and not gap and r.quality is None and r.delivered == r.wanted and _inside(r, low, high)
        for good, gap, r, low, high in zip(finite, gaps, readings, lowest, highest, strict=True)
    ]


def _filled(column: str, dtype: pl.DataType) -> pl.Expr:
    """Return how many cells of a column hold something."""
    there = pl.col(column).is_not_null()
    return (there & (pl.col(column) != "") if dtype == pl.String else there).sum()


def _inside(reading: Reading, lowest: float | None, highest: float | None) -> bool:
    below = reading.low is not None and lowest is not None and lowest < reading.low
    above = reading.high is not None and highest is not None and highest > reading.high
    return not (below or above)


def _finished(frame: pl.DataFrame, values: pl.Series, reading: Reading, decimal: str) -> Values:
    column = frame[reading.column]
    values = values.alias("value")
    notes = []
    if values.null_count() or not values.is_finite().all():
        values, wrong = _mended(column, values, decimal)
        notes.append(wrong)
    if reading.delivered != reading.wanted:
        values = _converted(values, reading)
    values, outside = _within(column, values, reading)
    return _judged(frame, values, reading, [*notes, *outside])


def _mended(column: pl.Series, values: pl.Series, decimal: str) -> tuple[pl.Series, pl.DataFrame]:
    """Read again, without the blanks around it, what did not become a number; note what still does not."""
    pair = pl.DataFrame([column.alias("raw"), values])
    rows = pair.select(_wrong("raw", column.dtype).alias("w"))["w"].arg_true()
    texts = as_text(column.gather(rows)).str.strip_chars()
    again = pl.DataFrame({"raw": texts}).select(number("raw", pl.String(), decimal))["raw"]
    again = again.set(again.is_finite().not_(), None)
    if len(rows):
        values = values.scatter(rows, again)
    still = pl.DataFrame({"row": rows, "raw": as_text(column.gather(rows)), "text": texts, "value": again})
    still = still.filter(pl.col("value").is_null() & (pl.col("text") != ""))
    finite = pl.DataFrame({"raw": still["text"]}).select(number("raw", pl.String(), decimal).is_not_null())["raw"]
    code = pl.when(finite).then(pl.lit("not_finite")).otherwise(pl.lit("not_a_number"))
    notes = still.select(pl.col("row").cast(pl.UInt32), pl.lit("bad").alias("quality"), code.alias("code"), "raw")
    return values.set(values.is_finite().not_(), None), notes


def _converted(values: pl.Series, reading: Reading) -> pl.Series:
    where = f"parameter {reading.name!r}"
    plain = values.cast(pl.Float64).fill_null(np.nan).to_numpy()
    return pl.Series("value", convert(plain, reading.delivered, reading.wanted, where)).fill_nan(None)


def _within(column: pl.Series, values: pl.Series, reading: Reading) -> tuple[pl.Series, list[pl.DataFrame]]:
    """Take out what lies outside the physically possible range."""
    notes = []
    for limit, code in ((reading.low, "below_low"), (reading.high, "above_high")):
        if limit is None:
            continue
        rows = (values < limit if code == "below_low" else values > limit).arg_true()
        if len(rows):
            values = values.scatter(rows, None)
            notes.append(_note(rows, "bad", code, as_text(column.gather(rows))))
    return values, notes


def _note(rows: pl.Series, quality: str, code: str | pl.Series, raw: pl.Series | None) -> pl.DataFrame:
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(rows))
    codes = code if isinstance(code, pl.Series) else pl.Series([code], dtype=pl.String).new_from_index(0, len(rows))
    qualities = pl.Series([quality], dtype=pl.String).new_from_index(0, len(rows))
    parts = {"row": rows.cast(pl.UInt32), "quality": qualities, "code": codes, "raw": nothing if raw is None else raw}
    return pl.DataFrame(parts, schema=NOTES)


def _judged(frame: pl.DataFrame, values: pl.Series, reading: Reading, notes: list[pl.DataFrame]) -> Values:
    """Apply the source's own quality codes; a value that is bad already stays so under its first code."""
    if reading.quality is not None:
        said = as_text(frame[reading.quality])
        wrong = pl.concat([n["row"] for n in notes]) if notes else pl.Series([], dtype=pl.UInt32)
        for quality in ("bad", "uncertain"):
            rows = _said(said, quality, reading.family)
            rows = rows.filter(~rows.is_in(wrong.implode())) if len(wrong) else rows
            raw = as_text(frame[reading.column].gather(rows)) if quality == "bad" else None
            notes.append(_note(rows, quality, said.gather(rows), raw))
            if quality == "bad" and len(rows):
                values = values.scatter(rows, None)
    return Values(values, pl.concat(notes) if notes else pl.DataFrame(schema=NOTES))


def _said(codes: pl.Series, quality: str, declared: Family) -> pl.Series:
    kinds = codes.unique().to_list()
    family = family_of(kinds) if declared == "auto" else declared
    chosen = [k for k in kinds if quality_of(k, family) == quality]
    return codes.is_in(pl.Series(chosen, dtype=pl.String).implode(), nulls_equal=True).arg_true()


def quality_json(height: int, found: dict[str, pl.DataFrame]) -> pl.Series:
    """Return the quality column: null where all values of a row are good, else JSON ``{name: [quality, code, raw]}``.

    Examples
    --------
    >>> note = _note(pl.Series([1]), "bad", "not_a_number", pl.Series(["n/a"]))
    >>> quality_json(2, {"speed": note}).to_list()
    [None, '{"speed": ["bad", "not_a_number", "n/a"]}']
    """
    entries = [_entries(name, notes) for name, notes in found.items() if notes.height]
    if not entries:
        return pl.Series("quality", [None], dtype=pl.String).new_from_index(0, height)
    joined = pl.concat(entries).group_by("row", maintain_order=True).agg(pl.col("entry").str.join(", "))
    column = pl.Series("quality", [None], dtype=pl.String).new_from_index(0, height)
    return column.scatter(joined["row"], "{" + joined["entry"] + "}")


def _entries(name: str, notes: pl.DataFrame) -> pl.DataFrame:
    said = [_as_json(notes[c]).alias(c) for c in ("quality", "code", "raw")]
    head = json.dumps(name, ensure_ascii=False)
    told = notes.select("row").with_columns(said)
    return told.select("row", pl.format("{}: [{}, {}, {}]", pl.lit(head), "quality", "code", "raw").alias("entry"))


def _as_json(texts: pl.Series) -> pl.Series:
    kinds = texts.unique()
    spelt = [json.dumps(t if t is None or len(t) <= MAX_RAW else t[:MAX_RAW] + "…", ensure_ascii=False) for t in kinds]
    return texts.replace_strict(kinds, pl.Series(spelt, dtype=pl.String), return_dtype=pl.String)
