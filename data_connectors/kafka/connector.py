"""A topic of Kafka as a source."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import ClassVar

from data_connectors.base import Probe
from data_connectors.errors import ConnectorError
from data_connectors.kafka.listening import Listening
from data_connectors.kafka.options import Options
from data_connectors.kafka.reading import Reading, message_of
from data_connectors.live.connector import LiveConnector
from data_connectors.live.messages import Messages
from data_connectors.live.options import LiveOptions
from data_connectors.live.probing import offset_probe, reaches
from data_connectors.live.reconnecting import for_ever
from data_connectors.live.sample import Heard, Record, Sample, Sink
from data_connectors.schema import Source, Stage

LOOK_S = 3.0


class Kafka(LiveConnector):
    """A topic of a Kafka cluster; messages are JSON or text, one row or value each.

    Our own offsets, kept with the messages, are the checkpoint: over any crash each message is kept once. What the
    cluster deleted before we read it is a gap.

    Parameters
    ----------
    source : Source
        Settings as in :class:`~data_connectors.kafka.options.Options`.
    now : callable
        The present moment, aware.
    folder : Path or None
        The spool of this source.

    Raises
    ------
    DefinitionError
        If a setting is unknown, missing, or a literal password.
    """

    kind: ClassVar[str] = "kafka"
    options: ClassVar[tuple[type, ...]] = (Options, LiveOptions)

    def __init__(self, source: Source, now: Callable[[], datetime], folder: Path | None = None) -> None:
        super().__init__(source, now, folder)
        self._options = Options.of(source)
        self._where = f"source {source.name!r}"

    def _messages(self, *, every_level: bool) -> Messages:
        by_message = self.live_options.rows == "message"
        return Messages(self.source, self._options, by_message=by_message, every_level=every_level)

    def listen(self, stage: Stage, sink: Sink, stop: Event) -> None:  # noqa: ARG002 - a topic says it all
        """Hear and keep until told to stop."""
        messages = self._messages(every_level=False)

        def connection() -> None:
            Listening(self._options, messages, sink, stop, self._now, where=self._where).run()

        for_ever(connection, sink, stop, random.Random())

    def overhear(self, stage: Stage | None, items: int) -> Sequence[Heard]:  # noqa: ARG002 - a topic says it all
        """Read the newest messages there are; nothing is kept and no offset moves."""
        reading, messages = Reading(self._options, self._where), self._messages(every_level=True)
        try:
            newest = {p: reading.ends(p) for p in reading.partitions()}
            reading.assign({p: max(low, high - items) for p, (low, high) in newest.items()})
            there = min(items, sum(min(items, high - low) for low, high in newest.values()))
            found: list[Heard] = []
            deadline = time.monotonic() + LOOK_S
            while len(found) < there and time.monotonic() < deadline:
                taken = reading.take(items, 0.2)
                found += [h for m in taken for h in messages.heard(message_of(m, self._now()))]
        finally:
            reading.close()
        return found[:items]

    def check(self) -> list[Probe]:
        """Try name and TCP of a server, then to log in, to find the topic, to read a value, and compare clocks."""
        probes = reaches(*self._options.addresses[0])
        if not probes[-1].ok:
            return probes
        try:
            reading = Reading(self._options, self._where)
            try:
                words = f"{self._options.topic} has {len(reading.partitions())} partitions"
            finally:
                reading.close()
            probes.append(Probe("topic", ok=True, message=words))
            heard = self.overhear(None, 1)
        except ConnectorError as error:
            return [*probes, Probe("topic", ok=False, message=str(error))]
        return [*probes, *self._value(heard)]

    def _value(self, heard: Sequence[Heard]) -> list[Probe]:
        if not heard:
            return [Probe("value", ok=True, message="the topic holds no message yet, which is fine")]
        first = heard[0]
        if not isinstance(first, Sample | Record):
            return [Probe("value", ok=False, message=first.message)]
        words = f"newest message of {first.t_server:%Y-%m-%d %H:%M:%S} UTC" if first.t_server else "one message"
        limit = timedelta(seconds=self.live_options.clock_ahead_s)
        return [Probe("value", ok=True, message=words), offset_probe(first.t_server, self._now(), limit)]
