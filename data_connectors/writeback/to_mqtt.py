"""Predictions told by retained messages below a topic of their own; the broker tells when we are gone."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import paho.mqtt.client as paho

from data_connectors.errors import DefinitionError, SourceUnavailable
from data_connectors.mqtt.client import client_of, connect_words
from data_connectors.mqtt.options import Options
from data_connectors.writeback.message import Message, taken_back
from data_connectors.writeback.outlet import Outlet
from data_connectors.writeback.writing import as_source, text_setting

PATIENCE_S = 10.0


class ToMqtt:
    """Publishes ``TOPIC/value`` and ``TOPIC/heartbeat`` with QoS 1, retained.

    The dead value is our last will: the broker publishes it when we are gone without a word.

    Parameters
    ----------
    outlet : Outlet
        Setting `topic` besides the address, TLS and credentials of an MQTT source.
    """

    def __init__(self, outlet: Outlet) -> None:
        topic = text_setting(outlet, "topic", "name a topic of its own").rstrip("/")
        self._where = f"write-back {outlet.name!r}"
        if not topic or set(topic) & {"+", "#"}:
            raise DefinitionError(f"{self._where}: topic {topic!r} - name one topic, without + and #")
        self._topic, self._outlet = topic, outlet
        self._options = Options.of(as_source(outlet, topic=None, topics=[f"{topic}/#"]))
        self._client: paho.Client | None = None

    def write(self, messages: Sequence[Message]) -> None:
        """Publish each message and wait until the broker has it."""
        for one in messages:
            self._publish("value", json.dumps(one.fields()))

    def beat(self, number: int, at: datetime) -> None:
        """Publish the heartbeat."""
        self._publish("heartbeat", json.dumps({"number": number, "at": at.isoformat()}))

    def _publish(self, leaf: str, payload: str) -> None:
        try:
            client = self._connected()
            told = client.publish(f"{self._topic}/{leaf}", payload, qos=1, retain=True)
            told.wait_for_publish(PATIENCE_S)
            taken = told.is_published()
        except (OSError, ValueError, RuntimeError) as error:
            self.close()
            raise SourceUnavailable(f"{self._where}: the broker does not answer ({error}) - check it") from error
        if not taken:
            self.close()
            raise SourceUnavailable(
                f"{self._where}: the broker did not take the message in {PATIENCE_S:g} s - check it"
            )

    def _connected(self) -> paho.Client:
        if self._client is not None and self._client.is_connected():
            return self._client
        self.close()
        client = client_of(self._options, f"qc-writeback-{self._outlet.name}", self._where, lasting=False)
        will = taken_back(self._outlet, datetime.now(UTC), "the writer is gone")
        client.will_set(f"{self._topic}/value", json.dumps(will.fields()), qos=1, retain=True)
        self._client = client
        client.connect(*self._options.address, **connect_words(self._options, lasting=False))
        client.loop_start()
        end = time.monotonic() + PATIENCE_S
        while not client.is_connected():
            if time.monotonic() > end:
                raise TimeoutError("no answer to the connection")
            time.sleep(0.02)
        return client

    def close(self) -> None:
        """Sign off; the dead value was told before by who stops us."""
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client = None
