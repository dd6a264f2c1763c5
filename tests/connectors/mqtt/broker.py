"""A mosquitto of one's own, to be restarted, killed and stopped by the tests."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

#: Only what fails waits so long.
PATIENCE_S = 60.0


def mosquitto() -> str | None:
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """A broker on a free port.

    `persistent` brokers save on every change; others forget everything when they end.
    """

    def __init__(self, folder: Path, *, persistent: bool = True, lines: str = "") -> None:
        self.port, self.folder = free_port(), folder
        folder.mkdir(parents=True, exist_ok=True)
        self._config = folder / "mosquitto.conf"
        saving = f"persistence true\nautosave_on_changes true\nautosave_interval 1\npersistence_location {folder}/\n"
        listener = f"listener {self.port} 127.0.0.1\n"
        common = f"user root\n{listener}max_queued_messages 0\n{lines or 'allow_anonymous true'}\n"
        self._config.write_text(common + (saving if persistent else ""))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Broker:
        command = [str(mosquitto()), "-c", str(self._config)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.02)
            else:
                return self
        raise AssertionError("mosquitto does not listen")

    def saved(self) -> None:
        """Wait until what it has now is on its disk."""
        began, database = time.time(), self.folder / "mosquitto.db"
        deadline = time.monotonic() + PATIENCE_S
        while not database.exists() or database.stat().st_mtime < began:
            assert time.monotonic() < deadline, "mosquitto does not save"
            self.send(signal.SIGUSR1)
            time.sleep(0.05)

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(number)
            self._process.wait(PATIENCE_S)
            self._process = None


class Publisher:
    """Publishes and waits until the broker has it."""

    def __init__(self, port: int, **words: object) -> None:
        self.client = paho.Client(CallbackAPIVersion.VERSION2, **words)  # type: ignore[arg-type]
        self.client.max_inflight_messages_set(1000)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def say(self, topic: str, *payloads: str | bytes, qos: int = 1, retain: bool = False) -> None:
        told = [self.client.publish(topic, p, qos=qos, retain=retain) for p in payloads]
        for one in told:
            one.wait_for_publish(PATIENCE_S)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
