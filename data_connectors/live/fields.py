"""Messages as fields: JSON of any depth under one name a value, and times as a message tells them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from data_connectors.names import normal

Value = float | str | bool | None

MOST_FIELDS = 2_000
MOST_DEPTH = 20
_EPOCH_FROM = 631_152_000
_RESOLUTIONS = (1, 1_000, 1_000_000, 1_000_000_000)


def parsed(payload: bytes) -> Any:
    """Return the JSON in a message.

    Raises
    ------
    ValueError
        In words, if it holds none.

    Examples
    --------
    >>> parsed(b'{"speed": 9.5}')
    {'speed': 9.5}
    >>> parsed(b"[" * 100_000)
    Traceback (most recent call last):
        ...
    ValueError: it is nested too deeply
    """
    try:
        return json.loads(payload.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("it is no UTF-8 text") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"it is no JSON ({error})") from None


def flat(told: Any) -> dict[str, Value]:
    """Return the values of a JSON object by their path.

    Raises
    ------
    ValueError
        In words, if it is no object, too deep or too wide.

    Examples
    --------
    >>> flat({"unit": "007", "data": {"temp": [850.5, 851]}})
    {'unit': '007', 'data.temp[0]': 850.5, 'data.temp[1]': 851}
    """
    if type(told) is not dict:
        raise ValueError(f"it is a single {type(told).__name__}, not an object with fields")
    found: dict[str, Value] = {}
    for path, value in _leaves(told, "", 0):
        found[normal(path)] = value
        if len(found) > MOST_FIELDS:
            raise ValueError(f"it has more than {MOST_FIELDS:,} fields")
    return found


def _leaves(told: Any, path: str, depth: int) -> Iterator[tuple[str, Value]]:
    if depth > MOST_DEPTH:
        raise ValueError("it is nested too deeply")
    if isinstance(told, dict):
        for name, inner in told.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(told, list):
        for i, inner in enumerate(told):
            yield from _leaves(inner, f"{path}[{i}]", depth + 1)
    else:
        yield path, told


def at_path(told: Any, path: str) -> Any:
    """Return what stands at a path of names, or None.

    Examples
    --------
    >>> at_path({"data": {"items": [1, 2]}}, "data.items")
    [1, 2]
    """
    for name in path.split("."):
        told = told.get(name) if isinstance(told, dict) else None
    return told


def moment(told: Value, zone: str | None) -> datetime | None:
    """Return a time as a message tells it: ISO 8601, or a number of s, ms, us or ns since 1970; None if it is none.

    Examples
    --------
    >>> moment("2026-03-01T12:00:00", "Europe/Berlin") == moment(1772362800000, None)
    True
    """
    if isinstance(told, bool) or told is None:
        return None
    try:
        if isinstance(told, str):
            found = datetime.fromisoformat(told.strip())
            return found if found.tzinfo else (found.replace(tzinfo=ZoneInfo(zone)) if zone else None)
        per_second = max((r for r in _RESOLUTIONS if told >= _EPOCH_FROM * r), default=0)
        return datetime.fromtimestamp(told / per_second, UTC) if per_second else None
    except (ValueError, OverflowError, OSError):
        return None
