"""One value as the server sends it -> Sample: type, times, quality; nothing bad is ever called good."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from asyncua import ua
from asyncua.ua.status_codes import get_name_and_doc

from data_connectors.base import Quality
from data_connectors.live import Sample

_QUALITIES: tuple[Quality, ...] = ("good", "uncertain", "bad", "bad")
#: InfoType DataValue together with the bit Overflow (OPC 10000-4, 7.39.1): the server's own queue ran over.
_OVERFLOW = 0x0480


def sample(tag: str, said: ua.DataValue, received: datetime) -> Sample:
    """Return what the server says of a tag.

    The severity is the two highest bits of the status code (OPC 10000-4, 7.39.1). A value that is no scalar (an array,
    a structure) is bad with the code ``NotAScalar``; whole numbers stay whole, for unit ids are often numbers.

    Examples
    --------
    >>> said = ua.DataValue(ua.Variant(21.5), ua.StatusCode(ua.StatusCodes.UncertainLastUsableValue))
    >>> heard = sample("Temp", said, datetime(2026, 1, 1, tzinfo=UTC))
    >>> heard.value, heard.quality, heard.code
    (21.5, 'uncertain', 'UncertainLastUsableValue')
    """
    code = int(said.StatusCode.value) if said.StatusCode is not None else 0
    quality, word = _QUALITIES[code >> 30], get_name_and_doc(code & 0xFFFF0000)[0]
    value, scalar = _scalar(said.Value.Value if said.Value is not None else None)
    if not scalar:
        quality, word = "bad", "NotAScalar"
    return Sample(tag, value, aware(said.SourceTimestamp), aware(said.ServerTimestamp), received, quality, word)


def overflowed(said: ua.DataValue) -> bool:
    """Tell whether the server dropped values before this one."""
    return said.StatusCode is not None and int(said.StatusCode.value) & _OVERFLOW == _OVERFLOW


def aware(moment: datetime | None) -> datetime | None:
    """Return a server's time, which is UTC by the standard, as an aware one; None where there is none."""
    if moment is None or moment.year < 1970:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _scalar(value: object) -> tuple[float | str | bool | None, bool]:
    """Return the value in a type that a Sample may hold, and whether it is a scalar."""
    if value is None or isinstance(value, bool | str):
        return value, True
    if isinstance(value, int):
        return int(value), True
    if isinstance(value, float):
        return (value if math.isfinite(value) else str(value)), True
    if isinstance(value, datetime):
        moment = aware(value)
        return (moment.isoformat() if moment else None), True
    if isinstance(value, ua.LocalizedText):
        return value.Text, True
    return None, False
