"""A broker of the bench's own, where mosquitto and the MQTT client are installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from qc_app.errors import SettingsError

_ELSEWHERE = "/usr/sbin:/usr/local/sbin"
_PATIENCE_S = 20.0


def program() -> str | None:
    """Return where mosquitto is, None where a live source cannot be fed here."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path=_ELSEWHERE)
    return found if find_spec("paho") else None


class Broker:
    """mosquitto on a free port of this machine; what waits for a reader that is away is kept without limit.

    Parameters
    ----------
    folder : Path
        For its configuration and log.
    """

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 200\n"
        )
        with (self._folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([str(program()), "-c", str(config)], stdout=log, stderr=log)  # noqa: S603 - found on the path
        deadline = time.monotonic() + _PATIENCE_S
        while not _answers(self.port):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise SettingsError(f"mosquitto does not listen on port {self.port} - see {self._folder}")
            time.sleep(0.05)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
