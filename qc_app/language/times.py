"""Dates as a language writes them, in digits, with the offset that the plant's time has; English has ISO 8601."""

from __future__ import annotations

import functools
import re
from datetime import date, datetime
from typing import Any

from qc_app.language.numerals import per_cent_sign
from qc_app.language.speech import ENGLISH, spoken


def timed(moment: datetime) -> str:
    """Return a moment, which is in the plant's zone already, with its offset.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> from qc_app.language.speech import speaking
    >>> at = datetime(2026, 7, 1, 14, 5, tzinfo=ZoneInfo("Europe/Berlin"))
    >>> timed(at)
    '2026-07-01 14:05 +02:00'
    >>> with speaking("de"):
    ...     timed(at)
    '01.07.2026 14:05 +02:00'
    """
    offset = f"{moment:%z}"
    return f"{dated(moment)} {moment:%H:%M} {offset[:3]}:{offset[3:5]}"


def dated(day: date) -> str:
    """Return a day.

    Examples
    --------
    >>> from qc_app.language.speech import speaking
    >>> with speaking("es"):
    ...     dated(date(2026, 7, 1))
    '01/07/2026'
    """
    return day.strftime(_pattern(spoken()))


def clocked(moment: datetime) -> str:
    """Return a moment without its year and offset, for a narrow column.

    Examples
    --------
    >>> from qc_app.language.speech import speaking
    >>> at = datetime(2026, 7, 1, 14, 5)
    >>> clocked(at)
    '07-01 14:05'
    >>> with speaking("de"):
    ...     clocked(at)
    '01.07. 14:05'
    """
    return f"{moment.strftime(_month_and_day(spoken()))} {moment:%H:%M}"


def day_of(text: str) -> str:
    """Return a day given as ISO text; anything else as it is.

    Examples
    --------
    >>> day_of("2026-07-01"), day_of("–")
    ('2026-07-01', '–')
    """
    try:
        return dated(date.fromisoformat(text))
    except ValueError:
        return text


def clock_pattern() -> str:
    """Return the pattern (of strftime) of a moment without its offset.

    Examples
    --------
    >>> clock_pattern()
    '%Y-%m-%d %H:%M'
    """
    return f"{_pattern(spoken())} %H:%M"


def browser_dates() -> tuple[str, str]:
    """Return the patterns of a moment and of a day as the tables of a page take them.

    Examples
    --------
    >>> browser_dates()
    ('YYYY-MM-DD HH:mm Z', 'YYYY-MM-DD')
    """
    day = _pattern(spoken()).replace("%Y", "YYYY").replace("%m", "MM").replace("%d", "DD")
    return f"{day} HH:mm Z", day


def picture_day() -> str:
    """Return the pattern (of d3-time-format) of a day on a chart's axis.

    Examples
    --------
    >>> picture_day()
    '%d %b'
    """
    return _short_day(spoken())


def picture_locale() -> dict[str, Any]:
    """Return what a chart needs for numbers and dates (d3-format, d3-time-format); nothing in English."""
    return _picture(spoken())


@functools.lru_cache(maxsize=8)
def _pattern(code: str) -> str:
    if code == ENGLISH:
        return "%Y-%m-%d"
    digits = str(_locale(code).datetime_skeletons["yMd"].pattern)
    return digits.replace("y", "%Y").replace("M", "%m").replace("d", "%d")


@functools.lru_cache(maxsize=8)
def _month_and_day(code: str) -> str:
    if code == ENGLISH:
        return "%m-%d"
    digits = str(_locale(code).datetime_skeletons["MMdd"].pattern)
    return re.sub("M+", "%m", re.sub("d+", "%d", digits))


@functools.lru_cache(maxsize=8)
def _short_day(code: str) -> str:
    if code == ENGLISH:
        return "%d %b"
    return (
        str(_locale(code).datetime_skeletons["MMMd"].pattern)
        .replace("MMM", "%b")
        .replace("M", "%-m")
        .replace("d", "%-d")
    )


@functools.lru_cache(maxsize=8)
def _picture(code: str) -> dict[str, Any]:
    if code == ENGLISH:
        return {}
    locale, day = _locale(code), _pattern(code)
    signs = locale.number_symbols["latn"]
    sign = {
        "decimal": str(signs["decimal"]),
        "thousands": str(signs["group"]),
        "grouping": [3],
        "currency": ["", ""],
        "percent": per_cent_sign(),
    }
    months = {
        width: [str(locale.months["format"][width][n]) for n in range(1, 13)] for width in ("wide", "abbreviated")
    }
    days = {width: [str(locale.days["format"][width][n]) for n in (6, 0, 1, 2, 3, 4, 5)] for width in months}
    time = {
        "dateTime": f"{day} %H:%M:%S",
        "date": day,
        "time": "%H:%M:%S",
        "periods": ["AM", "PM"],
        "days": days["wide"],
        "shortDays": days["abbreviated"],
        "months": months["wide"],
        "shortMonths": months["abbreviated"],
    }
    return {"locale": {"number": sign, "time": time}}


def _locale(code: str) -> Any:
    from babel import Locale

    return Locale(code)
