"""A broker a test, a listener in a thread, and waiting for what must come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_connectors import make_connector
from data_connectors.live import LiveConnector, Record, Sample, Spool
from data_connectors.live.spool import Place, kept_since
from data_connectors.schema import Parameter, Source, Stage
from tests.connectors.mqtt.broker import PATIENCE_S, Broker, mosquitto

STAGE = Stage("rolling-2", "line-1", "rolling", (Parameter("exit_temp"), Parameter("speed")), ())


def now() -> datetime:
    return datetime.now(UTC)


def source_of(to: int, kind: str = "mqtt", **settings: object) -> Source:
    given = {"host": "127.0.0.1", "port": to, "topics": "plant/#", "client_id": "qc-test", "keepalive_s": 2}
    return Source("line", kind, "rolling-2", zone="UTC", settings=given | settings)


def await_(reached: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(0.02)


def heard(folder: Path) -> list[Sample | Record]:
    return [item for kept, _, _ in kept_since(folder, Place()) for item in kept.heard]  # type: ignore[misc]


def gaps(folder: Path) -> list[str]:
    return [gap.cause for kept, _, _ in kept_since(folder, Place()) for gap in kept.gaps]


def numbers(folder: Path) -> list[int]:
    """Numbers of the messages that are kept, in the order of arrival."""
    return [int(item.fields["n"]) for item in heard(folder) if isinstance(item, Record)]  # type: ignore[arg-type]


class Listening:
    """A listener in a thread."""

    def __init__(self, source: Source, folder: Path, stage: Stage = STAGE, **limits: int) -> None:
        self.spool = Spool(folder, **limits)
        self.connector = make_connector(source, now, folder)
        assert isinstance(self.connector, LiveConnector)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.connector.listen, args=(stage, self.spool, self._stop))
        self._thread.start()

    def connected(self, times: int = 1) -> Listening:
        standing = self.spool.standing
        await_(lambda: standing.link == "connected" and standing.connects >= times, f"connection {times}")
        return self

    def end(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        self.spool.close()


@contextmanager
def listening(source: Source, folder: Path, **limits: int) -> Iterator[Listening]:
    made = Listening(source, folder, **limits)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if mosquitto() is None:
        pytest.skip("needs mosquitto (Debian package 'mosquitto'; deploy/test installs it when run as root)")
    made = Broker(tmp_path / "broker").start()
    yield made
    made.end()


@pytest.fixture
def fleeting(tmp_path: Path) -> Iterator[Broker]:
    """A broker that saves nothing, and so is quick."""
    if mosquitto() is None:
        pytest.skip("needs mosquitto (Debian package 'mosquitto'; deploy/test installs it when run as root)")
    made = Broker(tmp_path / "fleeting", persistent=False).start()
    yield made
    made.end()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reconnect at once: the waits have their own test."""
    monkeypatch.setattr("data_connectors.live.reconnecting.FIRST_S", 0.1)
    monkeypatch.setattr("data_connectors.live.reconnecting.waits", lambda *_: 0.1)
