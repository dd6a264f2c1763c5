"""What PI Web API says of one value: its time, its quality, and the words it uses instead of a value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from data_connectors.live.sample import Sample


def moment(told: object) -> datetime | None:
    """Return a time as the server tells it (UTC, up to 100 ns); None if it is none.

    Examples
    --------
    >>> moment("2024-05-01T06:00:00.1234567Z").microsecond
    123456
    """
    try:
        found = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def sample(tag: str, item: Mapping[str, Any], received: datetime, *, words: bool = False) -> Sample | None:
    """Return one timed value (PI Web API, TimedValue); None where it has no time.

    A digital state is its number, or its name where `words` is set (as for the tag that names the unit). A system
    state ("No Data", "I/O Timeout", "Pt Created") is no value: bad, with its name as the code.

    Examples
    --------
    >>> now = datetime(2024, 5, 1, 7, tzinfo=UTC)
    >>> state = {"Name": "No Data", "Value": 248, "IsSystem": True}
    >>> bad = sample("temp", {"Timestamp": "2024-05-01T06:00:00Z", "Value": state, "Good": False}, now)
    >>> bad.value, bad.quality, bad.code
    (None, 'bad', 'No Data')
    """
    at = moment(item.get("Timestamp"))
    if at is None:
        return None
    value, name, system = _value(item.get("Value"), words=words)
    if system or not item.get("Good", True) or value is None:
        return Sample(tag, None, at, None, received, "bad", name or "NotGood")
    if item.get("Questionable", False):
        return Sample(tag, value, at, None, received, "uncertain", "Questionable")
    if item.get("Substituted", False):
        return Sample(tag, value, at, None, received, "uncertain", "Substituted")
    return Sample(tag, value, at, None, received)


def _value(told: Any, *, words: bool) -> tuple[float | str | bool | None, str, bool]:
    """Return the value, the name of a state, and whether it is one of the system's."""
    if isinstance(told, Mapping):
        name = str(told.get("Name", ""))
        return (name if words else told.get("Value")), name, bool(told.get("IsSystem", False))
    if isinstance(told, int | float | str) or told is None:
        return told, "", False
    return None, "NotAScalar", False
