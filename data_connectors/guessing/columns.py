"""Which column names the unit, which the time, which hold numbers, and which say how good a number is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import polars as pl

from data_connectors.guessing.names import guess_unit, plain_name
from data_connectors.rows.time_forms import forms_of
from data_connectors.rows.times import TimePolicy, moments
from data_connectors.rows.values import as_text, number

Role = Literal["unit", "time", "number", "quality", "other"]
_ROWS = 200
_MOST = 0.95
_NUMBERS = 0.9
_KINDS = 6
#: So many values are glanced at before all of a sample are read as times; from 1990 on numbers may be seconds.
_GLANCE, _EPOCH = 20, 631_152_000
_LIKE_TIME = re.compile(r"\d{1,4}[-./]\w{1,3}[-./]\d{1,4}|^\s*\d{8}")
_ONCE, _NEARLY = "every value is there once", "nearly every value is there once"
_TIME_WORDS = re.compile(r"(?i)time|date|zeit|datum|stamp|fecha|hora|heure|uhr|时间|日期")
_UNIT_WORDS = re.compile(
    r"(?i)(^|[^a-z])(id|uid|unit|part|piece|serial|sn|coil|heat|batch|lot|charge|nr|no|teil|pieza)([^a-z]|$)|编号|序号"
)
_QUALITY = re.compile(r"(?i)^(?P<of>.+?)[\s_.\-(]*(quality|qual|status|flag|q)\)?$")


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column probably is.

    Parameters
    ----------
    column : str
        As the source calls it.
    role : {"unit", "time", "number", "quality", "other"}
    name, unit : str
        What it could be called, and in which unit it comes.
    why : str
        What the guess rests on.
    example : str
    time_format : str
        Of a time that is not ISO 8601.
    naive : bool
        A time that names no zone.
    of : str
        The column whose quality this one tells.
    kinds : tuple of str
        What stands in it, where that is only two to six texts or numbers, as in a column of verdicts.
    """

    column: str
    role: Role
    name: str
    unit: str = ""
    why: str = ""
    example: str = ""
    time_format: str = ""
    naive: bool = False
    of: str = ""
    kinds: tuple[str, ...] = ()


def guess_columns(frame: pl.DataFrame, now: datetime, decimal: str = ".") -> list[Guess]:
    """Guess what each column of a sample is.

    Parameters
    ----------
    frame : polars.DataFrame
        As delivered.
    now : datetime
        The present moment, aware.
    decimal : {".", ","}

    Returns
    -------
    list of Guess
        In the order of the columns; at most one is the unit and one the time.

    Examples
    --------
    >>> from datetime import UTC
    >>> sample = pl.DataFrame({"Teil-Nr": ["A1", "A2"], "Zeit": ["31.01.2026 06:00", "31.01.2026 06:01"],
    ...                        "Druck [bar]": ["1,5", "1,6"]})
    >>> [(g.role, g.name, g.unit, g.time_format) for g in guess_columns(sample, datetime(2026, 6, 1, tzinfo=UTC), ",")]
    [('unit', 'teil_nr', '', ''), ('time', 'zeit', '', '%d.%m.%Y %H:%M'), ('number', 'druck', 'bar', '')]
    """
    head = frame.head(_ROWS)
    times = {c.name: found for c in head if (found := _time(c, now)) is not None}
    time = next(iter(sorted(times, key=lambda name: not _TIME_WORDS.search(name))), "")
    unit = _unit(head, time)
    guesses: list[Guess] = []
    taken: set[str] = set()
    for column in head:
        bare, measured_in = guess_unit(column.name)
        name = plain_name(bare, taken)
        taken.add(name)
        example = next(iter(as_text(column.drop_nulls().head(1))), "")[:40]
        if column.name == unit:
            why = _NEARLY if column.null_count() or column.is_duplicated().any() else _ONCE
            guesses.append(Guess(column.name, "unit", name, why=why, example=example))
        elif column.name == time:
            why, form, naive = times[time]
            guesses.append(Guess(column.name, "time", name, "", why, example, form, naive))
        elif (of := _told_of(column.name, head.columns)) and of not in {unit, time}:
            guesses.append(Guess(column.name, "quality", name, why=f"says how good {of!r} is", example=example, of=of))
        else:
            share = _numbers(column, decimal)
            told = f"{share:.0%} of the values are numbers"
            role: Role = "number" if share >= _NUMBERS else "other"
            kinds = _kinds(frame[column.name])
            guesses.append(Guess(column.name, role, name, measured_in, told, example, kinds=kinds))
    return guesses


def _time(column: pl.Series, now: datetime) -> tuple[str, str, bool] | None:
    """Return why a column holds times, their format and whether they name no zone; None if it holds none."""
    filled = column.drop_nulls()
    if not len(filled) or column.dtype == pl.Boolean or column.dtype.is_nested() or not _may_be_time(filled):
        return None
    if _read(filled, TimePolicy(), now) >= _MOST:
        return "every value is a moment", "", False
    if _read(filled, TimePolicy("UTC"), now) >= _MOST:
        return "every value is a moment without a zone", "", True
    if column.dtype != pl.String:
        return None
    likely = forms_of(filled.head(_GLANCE).to_list())
    fits = [form for form in likely if _read(filled, TimePolicy("UTC", form), now) >= _MOST]
    if not fits:
        return None
    doubt = ""
    if any(form.startswith("%m/%d") for form in fits) and fits[0].startswith("%d/%m"):
        doubt = "; day first, though month first would be possible too"
    return f"every value is like {fits[0]}{doubt}", fits[0], True


def _may_be_time(filled: pl.Series) -> bool:
    """Tell at a glance whether a column can hold times at all: of thousands of columns nearly none does."""
    if filled.dtype == pl.String:
        return any(_LIKE_TIME.search(text) for text in filled.head(_GLANCE))
    return not filled.dtype.is_numeric() or bool((filled.head(_GLANCE) >= _EPOCH).any())


def _read(column: pl.Series, policy: TimePolicy, now: datetime) -> float:
    found = moments(column, policy, now)
    odd = found["reason"].is_in(["unparsable_time", "naive_time", "missing_time", "time_out_of_range"])
    return 1.0 - float(odd.sum()) / len(column)


def _unit(frame: pl.DataFrame, time: str) -> str:
    """Return the column that names the units, the best name first: nearly all values there and different.

    Nearly, because exports hold rows that were written twice, and a last line with totals.
    """
    fit = [c for c in frame.unique(maintain_order=True) if c.name != time and _names(c)]
    named = [c.name for c in fit if _UNIT_WORDS.search(c.name)]
    texts = [c.name for c in fit if c.dtype == pl.String and _numbers(c, ".") == 0 and _numbers(c, ",") == 0]
    return next(iter([*named, *texts]), "")


def _names(column: pl.Series) -> bool:
    """Tell whether a column has another value in nearly every row; one of a few rows must have it in all."""
    return column.len() > 0 and column.drop_nulls().n_unique() >= _MOST * column.len() and not _broken(column)


def _broken(column: pl.Series) -> bool:
    """Tell whether a column holds fractions: those are measured, and name nothing."""
    return column.dtype.is_float() and bool((column.drop_nulls() % 1 != 0).any())


def _kinds(column: pl.Series) -> tuple[str, ...]:
    """Return what stands in a column of few different values, the most frequent first; nothing where they are many."""
    texts = as_text(column.drop_nulls()).str.strip_chars()
    found = texts.filter(texts != "").value_counts(sort=True)
    return tuple(found[texts.name].to_list()) if 2 <= found.height <= _KINDS else ()


def _numbers(column: pl.Series, decimal: str) -> float:
    filled = column.drop_nulls()
    filled = filled.filter(filled.str.strip_chars() != "") if column.dtype == pl.String else filled
    if not len(filled) or column.dtype.is_temporal():
        return 0.0
    frame = pl.DataFrame({"v": filled.str.strip_chars() if column.dtype == pl.String else filled})
    read = frame.select(number("v", frame.schema["v"], decimal).is_not_null().mean())
    return float(read.item() or 0.0)


def _told_of(name: str, columns: Sequence[str]) -> str:
    found = _QUALITY.match(name)
    return found["of"] if found and found["of"] in columns and found["of"] != name else ""
