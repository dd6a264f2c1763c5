"""One connection to a broker: what it sends is kept, then acknowledged, never the other way round."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from data_connectors.base import Gap
from data_connectors.errors import SourceRefused, SourceUnavailable, SpoolFull
from data_connectors.live.messages import Message
from data_connectors.live.sample import Heard, Sink
from data_connectors.mqtt.client import CONNECT_S, IN_FLIGHT, client_of, connect_words, subscription
from data_connectors.mqtt.options import Options
from data_connectors.mqtt.reading import Reader

LOOP_S = 0.2
PAUSE_S = 0.5
#: So much may wait in memory for room on the disk before the broker is left, which then keeps the rest itself.
MOST_WAITING = 4 * IN_FLIGHT
MOST_WAITING_BYTES = 64 << 20
_REFUSALS = {"Bad user name or password", "Not authorized", "Unsupported protocol version", "Banned"}
_TAKEN = "Session taken over"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that is not acknowledged yet."""

    mid: int
    qos: int
    size: int
    heard: list[Heard]


class Link:
    """One connection, from connecting to its end.

    Parameters
    ----------
    options : Options
    client_id : str
    reader : Reader
    sink : Sink
    now : callable
    where : str
        The source, for messages.
    lasting : bool
        Whether the broker keeps the session while we are away.
    """

    def __init__(
        self,
        options: Options,
        client_id: str,
        reader: Reader,
        sink: Sink,
        now: Callable[[], datetime],
        *,
        where: str,
        lasting: bool = True,
    ) -> None:
        self._options, self._reader, self._sink, self._now, self._where = options, reader, sink, now, where
        self._lasting = lasting
        self.client = client_of(options, client_id, where, lasting=lasting)
        self.session_present: bool | None = None
        #: Whether a message came that its publisher does not want to be certain.
        self.uncertain = False
        #: When the connection was known to be alive last.
        self.alive: datetime | None = None
        self._arrived: list[Arrived] = []
        self._ended = ""
        self._refused = ""
        self._subscribed = False
        self._paused_until = 0.0
        self._at_once = IN_FLIGHT
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = self._on_subscribe
        self.client.on_disconnect = self._on_disconnect
        self.client.on_message = self._on_message

    def open(self) -> None:
        """Connect and subscribe.

        Raises
        ------
        SourceUnavailable, SourceRefused
            As the broker or the way to it answers.
        """
        host, port = self._options.address
        try:
            self.client.connect(host, port, **connect_words(self._options, lasting=self._lasting))
        except ssl.SSLError as error:
            raise SourceRefused(f"{self._where}: TLS with {host}:{port} fails ({error}) - check ca_file") from error
        except OSError as error:
            raise SourceUnavailable(f"{self._where}: {host}:{port} cannot be reached ({error})") from error
        self._wait_for(lambda: self.session_present is not None, "does not answer")
        self.client.subscribe(subscription(self._options))
        self._wait_for(lambda: self._subscribed, "does not confirm the subscription")
        self.alive = self._now()

    def hear(self, stopped: Callable[[], bool], gaps: list[Gap]) -> None:
        """Keep and acknowledge what comes until told to stop.

        Parameters
        ----------
        stopped : callable
        gaps : list of Gap
            What could not be heard before this connection; emptied when it is kept.

        Raises
        ------
        SourceUnavailable, SourceRefused
            When the connection ends.
        """
        try:
            while not stopped():
                self._gather()
                gaps += self._reader.gaps()
                for topic, payload in self._reader.answers():
                    self.client.publish(topic, payload)
                if self._arrived or gaps:
                    self._keep(gaps)
                self._require_room()
        finally:
            self._leave()

    def _gather(self) -> None:
        """Take what has come: many messages are one forced write."""
        self._loop(LOOP_S)
        before = -1
        while before < len(self._arrived) < IN_FLIGHT:
            before = len(self._arrived)
            self._loop(0.0)

    def _keep(self, gaps: list[Gap]) -> None:
        """Keep what arrived, then acknowledge it; without room the broker waits, for it gets no acknowledgement."""
        if time.monotonic() < self._paused_until:
            return
        while self._arrived or gaps:
            some = self._arrived[: self._at_once]
            try:
                self._sink.keep([item for arrived in some for item in arrived.heard], gaps, self._now().isoformat())
            except SpoolFull as error:
                if self._at_once > 1:  # fewer may fit
                    self._at_once //= 2
                    continue
                self._paused_until = time.monotonic() + PAUSE_S
                self._sink.tell("paused", str(error))
                return
            gaps.clear()
            self._arrived = self._arrived[self._at_once :]
            self._at_once = min(2 * self._at_once, IN_FLIGHT)
            self._acknowledge(some)
        if self._paused_until:
            self._paused_until = 0.0
            self._sink.tell("connected", self._words())

    def _acknowledge(self, kept: list[Arrived]) -> None:
        for message in kept:
            if message.qos:
                self.client.ack(message.mid, message.qos)

    def _require_room(self) -> None:
        waiting = sum(arrived.size for arrived in self._arrived)
        if len(self._arrived) > MOST_WAITING or waiting > MOST_WAITING_BYTES:
            raise SourceUnavailable(f"{self._where}: no room for what the broker sends; it keeps the rest meanwhile")

    def _leave(self) -> None:
        """Keep what no broker would send again; say goodbye."""
        fleeting = [arrived for arrived in self._arrived if not arrived.qos]
        self._arrived = []
        if fleeting:
            try:
                self._sink.keep([item for arrived in fleeting for item in arrived.heard])
            except (SpoolFull, SourceUnavailable):
                self._sink.dropped(len(fleeting), "no_room_qos_0")
        self.client.disconnect()

    def _loop(self, wait_s: float) -> None:
        code = self.client.loop(wait_s)
        if self._refused:
            raise SourceRefused(f"{self._where}: {self._refused}")
        if self._ended or code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise SourceUnavailable(f"{self._where}: {self._ended or paho.error_string(code)}")
        self.alive = self._now()

    def _wait_for(self, reached: Callable[[], bool], words: str) -> None:
        deadline = time.monotonic() + CONNECT_S
        while not reached():
            if time.monotonic() > deadline:
                host, port = self._options.address
                raise SourceUnavailable(
                    f"{self._where}: the broker {words} within {CONNECT_S:.0f} s - check that {host}:{port} is one"
                )
            self._loop(LOOP_S)

    def _words(self) -> str:
        host, port = self._options.address
        return f"{host}:{port}, {', '.join(self._options.topics)}"

    def _on_connect(self, _: paho.Client, __: Any, flags: paho.ConnectFlags, reason: ReasonCode, ___: Any) -> None:
        if not reason.is_failure:
            self.session_present = flags.session_present
        elif str(reason) in _REFUSALS:
            self._refused = f"the broker refuses: {reason} - check username, password, client_id and protocol"
        else:
            self._ended = f"the broker refuses: {reason}"

    def _on_subscribe(self, _: paho.Client, __: Any, ___: int, reasons: list[ReasonCode], ____: Any) -> None:
        failed = [t for t, r in zip(self._options.topics, reasons, strict=False) if r.is_failure]
        if failed:
            self._refused = f"the broker refuses topic {failed[0]!r} - give this account the right to read it"
        self._subscribed = True
        self._sink.tell("connected", self._words())

    def _on_disconnect(self, _: paho.Client, __: Any, ___: Any, reason: ReasonCode, ____: Any) -> None:
        words = "the connection ended" if str(reason) == "Unspecified error" else f"the connection ended: {reason}"
        if str(reason) == "Protocol error" and not self._subscribed:
            host, port = self._options.address
            words = f"what answers at {host}:{port} is no MQTT broker of this protocol - check host, port and protocol"
        self._ended = self._ended or words

    def _on_message(self, _: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        received = self._now()
        self.uncertain = self.uncertain or message.qos == 0
        heard: list[Heard] = []
        if not message.retain:
            try:
                topic = message.topic
            except UnicodeDecodeError:
                topic = "a topic that is no UTF-8"
            heard = self._reader.heard(Message(topic, bytes(message.payload), received))
        self._arrived.append(Arrived(message.mid, message.qos, len(message.payload), heard))

    @property
    def taken(self) -> bool:
        """Whether the broker said that another client came with our id."""
        return _TAKEN in self._ended
