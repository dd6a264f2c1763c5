"""What one message of a broker says: rows, values, or nothing that can be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from data_connectors.base import Reject
from data_connectors.live.fields import Value, at_path, flat, moment, parsed
from data_connectors.live.sample import Heard, Record, Sample
from data_connectors.rows.quality_codes import family_named, quality_of
from data_connectors.schema import Source

MOST_RAW = 4_096
_NUMBER = (int, float)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came.

    Parameters
    ----------
    topic : str
    payload : bytes
    received : datetime
        By our clock.
    server : datetime or None
        When the broker had it, where it says so.
    more : mapping of str to object
        What the broker tells beside the payload, as further fields.
    """

    topic: str
    payload: bytes
    received: datetime
    server: datetime | None = None
    more: Mapping[str, Value] = field(default_factory=dict)


class Shape(Protocol):
    """How a source's messages are built.

    Parameters
    ----------
    payload : {'json', 'text'}
    records : str
        Path of the list of rows within a message; empty: the message is one row, or a list of rows.
    value_field, quality_field : str
        Where a message tells one value of its topic: the paths of the value and of its quality code.
    max_payload_kb : int
    """

    @property
    def payload(self) -> str: ...  # noqa: D102 - told above
    @property
    def records(self) -> str: ...  # noqa: D102
    @property
    def value_field(self) -> str: ...  # noqa: D102
    @property
    def quality_field(self) -> str: ...  # noqa: D102
    @property
    def max_payload_kb(self) -> int: ...  # noqa: D102


class Messages:
    """Reads JSON and plain text as a source's settings describe it.

    Parameters
    ----------
    source : Source
    shape : Shape
    by_message : bool
        Whether a message is a row; else it tells values.
    every_level : bool
        Whether a row tells all levels of its topic; else those that the source's columns name.
    """

    def __init__(self, source: Source, shape: Shape, *, by_message: bool, every_level: bool = False) -> None:
        self._source, self._shape, self._by_message = source, shape, by_message
        self._named = {source.unit_column, source.time_column, *source.columns.values(), *source.parents.values()}
        self._every_level = every_level
        self._family = family_named(source.settings.get("quality_codes", "auto"), f"source {source.name!r}")

    def heard(self, message: Message) -> list[Heard]:
        """Return what a message says."""
        if len(message.payload) > self._shape.max_payload_kb * 1024:
            size = f"{len(message.payload):,} bytes"
            why = f"it has {size}, more than max_payload_kb = {self._shape.max_payload_kb} allows"
            return [refused(message, "too_large", why)]
        if not message.payload:
            return [refused(message, "empty", "it is empty")]
        if self._shape.payload == "text":
            return [self._text(message)]
        try:
            return self._json(message)
        except ValueError as error:
            return [refused(message, "not_json", str(error))]

    def _text(self, message: Message) -> Heard:
        try:
            text = message.payload.decode("utf-8").strip()
        except UnicodeDecodeError:
            return refused(message, "not_text", "it is no UTF-8 text")
        if self._by_message:
            fields = {message.topic: text} | self._levels(message)
            return Record(fields, None, message.server, message.received, message.topic)
        return Sample(message.topic, text, None, message.server, message.received)

    def _json(self, message: Message) -> list[Heard]:
        told = parsed(message.payload)
        told = at_path(told, self._shape.records) if self._shape.records else told
        if isinstance(told, _NUMBER) and not self._by_message:
            return [Sample(message.topic, told, None, message.server, message.received)]
        rows = told if isinstance(told, list) else [told]
        if not rows:
            raise ValueError("it holds no row")
        return [item for row in rows for item in self._row(message, row)]

    def _row(self, message: Message, told: Any) -> list[Heard]:
        fields = flat(told)
        if self._by_message:
            return [Record(fields | self._levels(message), None, message.server, message.received, message.topic)]
        at = moment(fields.get(self._source.time_column), self._source.zone)
        if self._shape.value_field:
            return [self._sample(message, message.topic, fields.get(self._shape.value_field), fields, at)]
        own = {self._source.time_column, self._shape.quality_field}
        values = {name: value for name, value in fields.items() if name not in own}
        return [self._sample(message, f"{message.topic}#{name}", v, fields, at) for name, v in values.items()]

    def _levels(self, message: Message) -> dict[str, Value]:
        found = levels(message.topic) | dict(message.more)
        return found if self._every_level else {name: found[name] for name in self._named & found.keys()}

    def _sample(
        self, message: Message, tag: str, value: Value, fields: dict[str, Value], at: datetime | None
    ) -> Sample:
        if not self._shape.quality_field:
            return Sample(tag, value, at, message.server, message.received)
        told = fields.get(self._shape.quality_field)
        code = "" if told is None else str(told)
        return Sample(tag, value, at, message.server, message.received, quality_of(code, self._family), code)


def levels(topic: str) -> dict[str, Value]:
    """Return the topic as fields, for units that stand in it.

    Examples
    --------
    >>> levels("plant/line-1")
    {'topic': 'plant/line-1', 'topic[0]': 'plant', 'topic[1]': 'line-1'}
    """
    found: dict[str, Value] = {f"topic[{i}]": level for i, level in enumerate(topic.split("/"))}
    return {"topic": topic} | found


def refused(message: Message, reason: str, why: str) -> Reject:
    """Return the message as one that cannot be used; a long one is shortened."""
    raw = message.payload[:MOST_RAW].decode("utf-8", "backslashreplace")
    return Reject(message.topic, 0, raw, reason, f"message on {message.topic}: {why} - correct its publisher")
