"""Topics of a broker as a source."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import ClassVar

from data_connectors.base import Probe
from data_connectors.errors import ConnectorError
from data_connectors.live.connector import LiveConnector
from data_connectors.live.fields import moment
from data_connectors.live.options import LiveOptions
from data_connectors.live.probing import offset_probe, reaches
from data_connectors.live.sample import Heard, Record, Sample, Sink
from data_connectors.mqtt.client import tls_context
from data_connectors.mqtt.link import Link
from data_connectors.mqtt.listening import Listening, kept_client_id
from data_connectors.mqtt.options import Options
from data_connectors.mqtt.overhearing import overheard
from data_connectors.mqtt.reading import Plain, Reader
from data_connectors.schema import Source, Stage

OVERHEARD_S = 5.0


class Mqtt(LiveConnector):
    """Topics of any broker that speaks MQTT 5 or 3.1.1.

    The session is persistent and QoS is 1: what is published while we are away, the broker keeps; a message is
    acknowledged when it is on our disk. Retained values are not new and are passed over.

    Parameters
    ----------
    source : Source
        Settings as in :class:`~data_connectors.mqtt.options.Options`.
    now : callable
        The present moment, aware.
    folder : Path or None
        The spool of this source.

    Raises
    ------
    DefinitionError
        If a setting is unknown, missing, or a literal password.
    """

    kind: ClassVar[str] = "mqtt"
    options: ClassVar[tuple[type, ...]] = (Options, LiveOptions)
    #: What was acknowledged, nobody has any more: a store that is put back to an earlier day has a gap.
    tells_once: ClassVar[bool] = True
    #: Settings of a kind on top of this one.
    own_keys: ClassVar[tuple[str, ...]] = ()
    #: Whether publishers want to be certain (QoS 1) until one is seen that does not.
    certain: ClassVar[bool] = True

    def __init__(self, source: Source, now: Callable[[], datetime], folder: Path | None = None) -> None:
        super().__init__(source, now, folder)
        self._options = Options.of(source, self.own_keys)
        self._where = f"source {source.name!r}"

    def reader(self, stage: Stage | None) -> Reader:
        """Return what reads the messages; without a stage, for somebody who looks what there is."""
        by_message = self.live_options.rows == "message"
        return Plain(self.source, self._options, by_message=by_message, every_level=stage is None)

    def listen(self, stage: Stage, sink: Sink, stop: Event) -> None:
        """Hear and keep until told to stop."""
        client_id, reader = self._client_id(), self.reader(stage)

        def make() -> Link:
            return Link(self._options, client_id, reader, sink, self._now, where=self._where)

        Listening(make, sink, stop, self._now, client_id, certain=self.certain).run()

    def _client_id(self) -> str:
        if self._options.client_id or self._folder is None:
            return self._options.client_id or f"qc-{uuid.uuid4().hex[:8]}"
        plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in self.source.name)[:30]
        return kept_client_id(self._folder, f"qc-{plain}")

    def overhear(self, stage: Stage | None, items: int) -> Sequence[Heard]:  # noqa: ARG002 - topics say it all
        """Listen for some seconds under another name, so that the running listener keeps its session."""
        reader = self.reader(None)
        return overheard(self._options, reader, self._now, where=self._where, seconds=OVERHEARD_S, items=items)

    def check(self) -> list[Probe]:
        """Try name, TCP, TLS, then to log in, to subscribe and to hear a value, and compare clocks."""
        host, port = self._options.address
        tls = (lambda: tls_context(self._options, self._where)) if self._options.tls else None
        try:
            probes = reaches(host, port, tls)
            if not probes[-1].ok:
                return probes
            heard = self.overhear(None, 1)
        except ConnectorError as error:
            return [Probe("login", ok=False, message=str(error))]
        words = f"the broker lets us in and grants {', '.join(self._options.topics)}"
        probes.append(Probe("login", ok=True, message=words))
        return [*probes, *self._value(heard)]

    def _value(self, heard: Sequence[Heard]) -> list[Probe]:
        if not heard:
            words = f"nothing was published within {OVERHEARD_S:.0f} s, which is fine if messages are that rare"
            return [Probe("value", ok=True, message=words)]
        first = heard[0]
        if not isinstance(first, Sample | Record):
            return [Probe("value", ok=False, message=first.message)]
        told = first.t_source
        if isinstance(first, Record):
            told = moment(first.fields.get(self.source.time_column), self.source.zone)
        name = first.tag if isinstance(first, Sample) else first.origin
        limit = timedelta(seconds=self.live_options.clock_ahead_s)
        return [Probe("value", ok=True, message=f"heard on {name}"), offset_probe(told, self._now(), limit)]
