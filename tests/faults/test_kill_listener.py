"""F17: a listener killed while busy: what it had not kept, the broker sends again; acknowledged at once, it is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from data_connectors import make_connector
from data_connectors.live import Record, Spool, Standing
from data_connectors.live.spool import Place, kept_since
from tests.connectors.mqtt.broker import PATIENCE_S, Broker, Publisher, mosquitto
from tests.faults.listener import STAGE, source_of
from tests.waiting import until

MESSAGES = 200
BEFORE_THE_KILL = 50
MOST = 150


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if mosquitto() is None:
        pytest.skip("needs mosquitto (Debian package 'mosquitto'; deploy/test installs it when run as root)")
    made = Broker(tmp_path / "broker", persistent=False, lines="allow_anonymous true\nmax_inflight_messages 0").start()
    yield made
    made.end()


def kept(folder: Path) -> list[object]:
    return [
        item.fields["unit_id"]
        for one, _, _ in kept_since(folder, Place()) for item in one.heard if isinstance(item, Record)
    ]  # fmt: skip


def await_count(folder: Path, count: int, patience_s: float = PATIENCE_S) -> int:
    deadline = time.monotonic() + patience_s
    while len(set(kept(folder))) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    return len(set(kept(folder)))


def after_a_kill(kind: str, address: str, folder: Path, say: Callable[[list[str]], None], *, mutant: bool) -> int:
    """Return how many of 200 messages are kept in the end."""
    words = [kind, address, str(folder), "20", str(MOST), "yes" if mutant else "no"]
    child = subprocess.Popen([sys.executable, "-m", "tests.faults.listener", *words])
    until(lambda: Standing.read(folder).link == "connected")
    say([json.dumps({"unit_id": f"U{n}", "speed": n}) for n in range(MESSAGES)])
    assert await_count(folder, BEFORE_THE_KILL) >= BEFORE_THE_KILL
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert len(set(kept(folder))) < MESSAGES
    stop = threading.Event()
    with Spool(folder) as spool:
        connector = make_connector(source_of(kind, address), lambda: datetime.now(UTC), folder)
        listening = threading.Thread(target=connector.listen, args=(STAGE, spool, stop))  # type: ignore[attr-defined]
        listening.start()
        found = await_count(folder, MESSAGES, 5.0 if mutant else PATIENCE_S)
        stop.set()
        listening.join()
    return found


def publish(broker: Broker, messages: list[str]) -> None:
    with Publisher(broker.port) as publisher:
        publisher.say("plant/x", *messages)


@pytest.mark.slow
def test_nothing_is_lost_when_the_listener_is_killed_while_busy(broker: Broker, tmp_path: Path) -> None:
    found = after_a_kill("mqtt", str(broker.port), tmp_path / "spool", partial(publish, broker), mutant=False)
    assert found == MESSAGES


@pytest.mark.slow
def test_the_mutant_that_acknowledges_at_once_loses(broker: Broker, tmp_path: Path) -> None:
    found = after_a_kill("mqtt", str(broker.port), tmp_path / "spool", partial(publish, broker), mutant=True)
    assert found < MESSAGES


@pytest.mark.slow
def test_offsets_kept_with_the_messages_keep_each_exactly_once(tmp_path: Path) -> None:
    pytest.importorskip("confluent_kafka", reason="needs confluent-kafka (extra 'kafka')")
    from tests.connectors.kafka.cluster import Cluster

    cluster, folder = Cluster(), tmp_path / "spool"
    cluster.make("line")
    found = after_a_kill("kafka", cluster.servers, folder, lambda told: cluster.say("line", *told), mutant=False)
    assert found == MESSAGES
    assert len(kept(folder)) == MESSAGES
