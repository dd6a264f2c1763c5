"""What is kept, as bytes: frames of a length, a checksum and JSON, so that a torn one is told from a whole one."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from data_connectors.base import Gap, Reject
from data_connectors.live.sample import Heard, Record, Sample

_HEAD = struct.Struct(">II")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

#: So many values at most stand in one frame, which is read and stored as a whole.
FRAME_ITEMS = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What one frame holds.

    Parameters
    ----------
    heard : tuple of Sample, Record or Reject
    gaps : tuple of Gap
    mark : str
        Where the source is to be asked on from once this is kept; empty where it says nothing new.
    """

    heard: tuple[Heard, ...] = ()
    gaps: tuple[Gap, ...] = ()
    mark: str = ""


def framed(heard: Sequence[Heard], gaps: Sequence[Gap] = (), mark: str = "") -> bytes:
    """Return the frames that hold all this, the mark in the last.

    Examples
    --------
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> data = framed([Sample("speed", 9.5, noon, None, noon)], mark="7")
    >>> [(kept.heard[0].value, kept.mark, end == len(data)) for kept, end in frames(data)]
    [(9.5, '7', True)]
    >>> list(frames(data[:-1]))
    []
    """
    parts = [heard[i : i + FRAME_ITEMS] for i in range(0, len(heard), FRAME_ITEMS)] or [()]
    last = len(parts) - 1
    return b"".join(
        _frame(Kept(tuple(part), tuple(gaps) if i == 0 else (), mark if i == last else ""))
        for i, part in enumerate(parts)
    )


def frames(data: bytes, start: int = 0) -> Iterator[tuple[Kept, int]]:
    """Yield what each whole frame holds and where it ends; the first that is not whole ends it."""
    while (found := _content(data, start)) is not None:
        start += _HEAD.size + len(found)
        yield _decoded(found), start


def whole(data: bytes) -> int:
    """Return up to where `data` consists of whole frames."""
    end = 0
    while (found := _content(data, end)) is not None:
        end += _HEAD.size + len(found)
    return end


def _frame(kept: Kept) -> bytes:
    told = {
        "h": [_item(item) for item in kept.heard],
        "g": [[_number(g.since), _number(g.until), g.cause, g.text] for g in kept.gaps],
        "m": kept.mark,
    }
    content = json.dumps(told, separators=(",", ":")).encode()
    return _HEAD.pack(len(content), zlib.crc32(content)) + content


def _content(data: bytes, start: int) -> bytes | None:
    if start + _HEAD.size > len(data):
        return None
    length, checksum = _HEAD.unpack_from(data, start)
    content = data[start + _HEAD.size : start + _HEAD.size + length]
    return content if len(content) == length > 0 and zlib.crc32(content) == checksum else None


def _decoded(content: bytes) -> Kept:
    told = json.loads(content)
    gaps = tuple(Gap(_needed(since), _needed(until), cause, text) for since, until, cause, text in told["g"])
    return Kept(tuple(_heard(item) for item in told["h"]), gaps, told["m"])


def _item(item: Heard) -> list[Any]:
    if isinstance(item, Sample):
        times = (_number(item.t_source), _number(item.t_server), _number(item.t_received))
        return [0, item.tag, item.value, *times, item.quality, item.code, *([True] if item.historical else [])]
    if isinstance(item, Record):
        times = (_number(item.t_source), _number(item.t_server), _number(item.t_received))
        return [1, dict(item.fields), *times, item.origin]
    return [2, item.origin, item.offset, item.raw, item.reason, item.message]


def _heard(item: list[Any]) -> Heard:
    kind, *rest = item
    if kind == 0:
        tag, value, source, server, received, quality, code, *historical = rest
        times = (_moment(source), _moment(server), _needed(received))
        return Sample(tag, value, *times, quality, code, bool(historical))
    if kind == 1:
        fields, source, server, received, origin = rest
        return Record(fields, _moment(source), _moment(server), _needed(received), origin)
    return Reject(*rest)


def _number(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def _moment(number: int | None) -> datetime | None:
    return None if number is None else _needed(number)


def _needed(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number)
