"""The system under load: a scheduler process of its own, as `qc up` starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from data_connectors.catalog import is_live
from data_connectors.live import Standing
from qc_app.errors import StoreError
from qc_app.plant import Plant
from qc_app.store import Store

_PATIENCE_S = 60.0


class Scheduler:
    """Starts, stops and kills the scheduler of a home.

    Parameters
    ----------
    home : Path
    log : Path
        What it says.
    """

    def __init__(self, home: Path, log: Path) -> None:
        self._home, self._log = home, log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process, None while none runs."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start it and return once it leads."""
        command = [sys.executable, "-m", "qc_app", "scheduler", "--home", str(self._home)]
        given = os.environ | {"PYTHONUNBUFFERED": "1"}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=given)  # noqa: S603 - our own command
            before = log.tell()
        deadline = time.monotonic() + _PATIENCE_S
        while b"scheduler of" not in self._said(before):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise StoreError(f"the scheduler did not start - see {self._log}")
            time.sleep(0.05)

    def _said(self, after: int) -> bytes:
        with self._log.open("rb") as log:
            log.seek(after)
            return log.read()

    def stop(self) -> None:
        """Tell it to end, and wait."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(_PATIENCE_S)
            self._process = None


def await_listeners(store: Store, plant: Plant) -> None:
    """Return once every live source is connected: what is published before the first time waits for nobody."""
    waiting = {source.name for source in plant.sources if is_live(source.kind)}
    deadline = time.monotonic() + _PATIENCE_S
    while waiting:
        waiting = {name for name in waiting if Standing.read(store.spool(name)).link != "connected"}
        if waiting and time.monotonic() > deadline:
            raise StoreError(f"{len(waiting)} live sources do not connect, {min(waiting)} among them")
        time.sleep(0.1)
