"""An edge node behind a real mosquitto: from its birth to rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from data_connectors import make_connector
from data_connectors.checks import CHECKS
from data_connectors.schema import Source
from tests.connectors.mqtt.broker import Broker, Publisher
from tests.connectors.mqtt.conftest import STAGE, _soon, await_, fleeting, gaps, heard, listening, now, source_of  # noqa: F401
from tests.connectors.sparkplug.edge import EdgeNode, speed, temp


def sparkplug(broker: Broker, **settings: object) -> Source:
    tags = {"exit_temp": "Works/edge-1/mill/Exit/Temp", "speed": "Works/edge-1/mill/Speed"}
    return replace(source_of(broker.port, "sparkplug", topics="spBv1.0/Works/#", **settings), columns=tags)


def test_conformance_and_rows(fleeting: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr("data_connectors.live.connector.BATCH_ITEMS", 7)
    monkeypatch.setattr("data_connectors.mqtt.connector.OVERHEARD_S", 0.3)
    source, folder, edge = sparkplug(fleeting, wait_s=0), tmp_path / "spool", EdgeNode()
    begin = now() - timedelta(minutes=10)
    with listening(source, folder, segment_bytes=900) as listener, Publisher(fleeting.port) as publisher:
        listener.connected()
        for topic, payload in (edge.nbirth(begin), edge.dbirth(begin)):
            publisher.say(topic, payload, qos=0)
        for i in range(1, 20):
            at = begin + timedelta(seconds=i)
            publisher.say(*edge.ddata(at, temp(850.0 + i), speed(i)), qos=0)
        await_(lambda: len(heard(folder)) == 40, "40 values")
    for check in CHECKS:
        check(lambda: make_connector(source, now, folder), STAGE)
    shown = make_connector(source, now, folder).preview(STAGE, rows=3)
    assert shown.rows.select("exit_temp", "speed").rows() == [(850.0, 9.0), (851.0, 1.0), (852.0, 2.0)]


def test_a_break_is_a_gap_and_a_missed_birth_is_asked_for(fleeting: Broker, tmp_path: Path) -> None:  # noqa: F811
    commands: list[str] = []
    watcher = paho.Client(CallbackAPIVersion.VERSION2)
    watcher.on_message = lambda _, __, message: commands.append(message.topic)
    watcher.connect("127.0.0.1", fleeting.port)
    watcher.subscribe("spBv1.0/+/NCMD/#")
    watcher.loop_start()
    folder, edge = tmp_path / "spool", EdgeNode()
    edge.nbirth(now())
    with listening(sparkplug(fleeting, rebirth=True), folder) as listener, Publisher(fleeting.port) as publisher:
        listener.connected()
        publisher.say(*edge.ddata(now(), temp(1.0)), qos=0)
        await_(lambda: commands == ["spBv1.0/Works/NCMD/edge-1"], "the request for a birth")
        publisher.say(*edge.dbirth(now()), qos=0)
        await_(lambda: len(heard(folder)) == 3, "the birth")
    watcher.disconnect()
    watcher.loop_stop()
    with listening(sparkplug(fleeting), folder):
        await_(lambda: gaps(folder) == ["disconnected"], "the gap")
