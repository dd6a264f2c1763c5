"""Listening to a topic: kept together with the offsets that are true then; nothing else is a checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from threading import Event
from typing import Any

from confluent_kafka import KafkaError

from data_connectors.base import Gap
from data_connectors.errors import SpoolFull
from data_connectors.kafka.offsets import Offsets, mark_of, placed, read_offsets
from data_connectors.kafka.options import Options
from data_connectors.kafka.reading import Reading, message_of
from data_connectors.live.messages import Messages
from data_connectors.live.sample import Heard, Sink

AT_ONCE = 1_000
WAIT_S = 0.2
PAUSE_S = 0.5
#: How often the topic is asked for new partitions.
PARTITIONS_EVERY_S = 60.0


class Listening:
    """One connection to a cluster, as long as it refuses nothing; lost brokers come back by themselves.

    Parameters
    ----------
    options : Options
    messages : Messages
    sink : Sink
    stop : threading.Event
    now : callable
    where : str
        The source, for messages.
    """

    def __init__(
        self, options: Options, messages: Messages, sink: Sink, stop: Event, now: Callable[[], datetime], *, where: str
    ) -> None:
        self._options, self._messages, self._sink, self._stop, self._now = options, messages, sink, stop, now
        self._where = where
        self._next: Offsets = {}
        self._gaps: list[Gap] = []
        self._away = ""

    def run(self) -> None:
        """Hear and keep until told to stop.

        Raises
        ------
        SourceUnavailable, SourceRefused
            If the cluster cannot be reached at first, or refuses.
        """
        self._sink.tell("connecting")
        reading = Reading(self._options, self._where, self._troubled)
        try:
            self._place(reading)
            self._sink.tell("connected", self._words())
            looked = time.monotonic()
            while not self._stop.is_set():
                self._keep(reading, reading.take(AT_ONCE, WAIT_S))
                if time.monotonic() - looked > PARTITIONS_EVERY_S and not self._away:
                    looked = time.monotonic()
                    if len(reading.partitions()) > len(self._next):
                        self._place(reading)
        finally:
            reading.close()

    def _place(self, reading: Reading) -> None:
        """Go on where the mark says, in every partition there is."""
        kept, since = read_offsets(self._sink.mark)
        for partition in reading.partitions():
            low, high = reading.ends(partition)
            wanted = self._next.get(partition, kept.get(partition))
            self._next[partition], gap = placed(
                partition, wanted, low, high, self._options.begin, since=since, now=self._now()
            )
            self._gaps += [gap] if gap is not None else []
        reading.assign(self._next)
        if not since or self._gaps:
            self._sink.keep([], self._gaps, mark_of(self._next, self._now()))
            self._gaps = []

    def _keep(self, reading: Reading, messages: list[Any]) -> None:
        """Keep all of it, in smaller parts where there is little room; wait where there is none."""
        if messages and self._away:
            self._away = ""
            self._sink.tell("connected", self._words())
        most = AT_ONCE
        while messages and not self._stop.is_set():
            some = messages[:most]
            after = self._next | {m.partition(): m.offset() + 1 for m in some}
            try:
                self._sink.keep(self._heard(some), (), mark_of(after, self._now()))
            except SpoolFull as error:
                most //= 2
                if not most:
                    most = self._wait(str(error))
                continue
            self._next, messages, most = after, messages[most:], min(2 * most, AT_ONCE)
            reading.told(after)

    def _heard(self, messages: list[Any]) -> list[Heard]:
        received = self._now()
        return [item for message in messages for item in self._messages.heard(message_of(message, received))]

    def _wait(self, words: str) -> int:
        """Wait for room: what is not asked for, the cluster keeps."""
        self._sink.tell("paused", words)
        self._stop.wait(PAUSE_S)
        self._sink.tell("connected", self._words())
        return 1

    def _troubled(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001 - the library's own name of its code
            self._away = error.str()
            self._sink.tell("disconnected", f"{self._where}: {error.str()}; it is tried again for ever")

    def _words(self) -> str:
        return f"{self._options.servers}, {self._options.topic}"
