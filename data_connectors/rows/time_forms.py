"""Forms in which people and programs write times, and what to say about one that cannot be read as it is."""

from __future__ import annotations

import re
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


def time_hint(text: str, source: str) -> str:
    """Say what to do about a time that could not be read.

    Parameters
    ----------
    text : str
        As delivered.
    source : str
        Name of the source.

    Examples
    --------
    >>> time_hint("03.04.26 08:00", "files")
    'set time_format in [sources.files], e.g. time_format = "%d.%m.%y %H:%M"'
    >>> time_hint("kN", "files")
    'it has no digit: take the line away if it holds units or a remark'
    >>> time_hint("08:00:00", "files")
    'it has no date: let the source write date and time into one column'
    """
    if not any(sign.isdigit() for sign in text):
        return "it has no digit: take the line away if it holds units or a remark"
    if _CLOCK.fullmatch(text):
        return "it has no date: let the source write date and time into one column"
    if _SERIAL.fullmatch(text):
        return "it is a spreadsheet's number of days: format the column as date and time, and save it again"
    form = next((form for form in FORMS if _fits(text, form)), "")
    example = f', e.g. time_format = "{form}"' if form else ""
    return f"set time_format in [sources.{source}]{example}"


def _fits(text: str, form: str) -> bool:
    with suppress(ValueError):
        datetime.strptime(text, form)  # noqa: DTZ007 - only whether it can be read
        return True
    return False
