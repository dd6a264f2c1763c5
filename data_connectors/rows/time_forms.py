"""Forms in which people and programs write times, and what to say about one that cannot be read as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

#: Times that are not ISO 8601, the day first where both readings are possible: most of the world writes so.
FORMS = (
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %I:%M:%S %p",
    "%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M", "%Y%m%d %H%M%S", "%Y%m%d%H%M%S",
)  # fmt: skip
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?([.,]\d+)?\s*([ap]\.?m\.?)?", re.IGNORECASE)
_SERIAL = re.compile(r"[2-6]\d{4}([.,]\d+)?")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?)?\s?(Z|[+-]\d{2}(:?\d{2})?)?")
_ZONE = re.compile(r".*\d\s*(?!AM|PM)([A-Z]{2,5})")


def time_hint(text: str, source: str, declared: str = "") -> str:
    """Say what to do about a time that could not be read.

    Parameters
    ----------
    text : str
        As delivered.
    source : str
        Name of the source.
    declared : str
        The form that its times are said to have; empty: ISO 8601.

    Examples
    --------
    >>> time_hint("03.04.26 08:00", "files")
    'set time_format in [sources.files], e.g. time_format = "%d.%m.%y %H:%M"'
    >>> time_hint("kN", "files")
    'it has no digit: take the line away if it holds units or a remark'
    >>> time_hint("08:00:00", "files")
    'it has no date: let the source write date and time into one column'
    >>> time_hint("2026-02-29 08:00", "files")
    'no calendar has this day, or no clock this time: correct it at the source'
    >>> time_hint("2026-03-01 08:00 CET", "files")
    "'CET' is no offset: let the source write one such as +01:00, or leave it away and set zone in [sources.files]"
    """
    if not any(sign.isdigit() for sign in text):
        return "it has no digit: take the line away if it holds units or a remark"
    if _CLOCK.fullmatch(text):
        return "it has no date: let the source write date and time into one column"
    if _SERIAL.fullmatch(text):
        return "it is a spreadsheet's number of days: format the column as date and time, and save it again"
    return _form_hint(text, source, declared)


def _form_hint(text: str, source: str, declared: str) -> str:
    form, place = next((form for form in FORMS if _fits(text, form)), ""), f"[sources.{source}]"
    if not form and _shaped(text, declared):
        return "no calendar has this day, or no clock this time: correct it at the source"
    if declared:
        return f'it is not like time_format = "{declared}" in {place}: correct one of the two'
    if zone := _ZONE.fullmatch(text):
        named = f"{zone[1]!r} is no offset: let the source write one such as +01:00"
        return f"{named}, or leave it away and set zone in {place}"
    return f"set time_format in {place}" + (f', e.g. time_format = "{form}"' if form else "")


def forms_of(texts: Iterable[str]) -> list[str]:
    """Return the forms that one of the texts at least has.

    Examples
    --------
    >>> forms_of(["soon", "31.01.2026 06:00"]), forms_of(["13.857"])
    (['%d.%m.%Y %H:%M'], [])
    """
    there = [text.strip() for text in texts]
    return [form for form in FORMS if any(_fits(text, form) for text in there)]


def _shaped(text: str, declared: str) -> bool:
    """Tell whether a time is written as it should be, so that what it says must be wrong: a 30th of February."""
    if not declared:
        return bool(_ISO.fullmatch(text))
    digits = r"\d{1,9}"
    shape = re.sub(r"%[-#]?\.?[a-zA-Z]", "\0", declared)
    return bool(re.fullmatch(re.escape(shape).replace(re.escape("\0"), digits), text))


def _fits(text: str, form: str) -> bool:
    with suppress(ValueError):
        datetime.strptime(text, form)  # noqa: DTZ007 - only whether it can be read
        return True
    return False
