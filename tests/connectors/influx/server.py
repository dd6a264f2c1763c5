"""A real InfluxDB 1 (Debian package ``influxdb``), where `influxd` is installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

import httpx


def installed() -> str | None:
    return shutil.which("influxd")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A database server of its own in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        config = folder / "influxdb.conf"
        config.write_text(
            f'reporting-disabled = true\nbind-address = "127.0.0.1:{_free_port()}"\n'
            f'[meta]\ndir = "{folder}/meta"\n[data]\ndir = "{folder}/data"\nwal-dir = "{folder}/wal"\n'
            f'[http]\nbind-address = "127.0.0.1:{self.port}"\nauth-enabled = true\n'
        )
        self._process = subprocess.Popen(
            [installed() or "influxd", "-config", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._until_up()
        self.query("CREATE USER root WITH PASSWORD 'root' WITH ALL PRIVILEGES")
        self.query("CREATE USER reader WITH PASSWORD 'read only'")

    def _until_up(self) -> None:
        end = time.monotonic() + 30
        while True:
            try:
                httpx.get(f"{self.url}/ping", timeout=1.0)
            except httpx.HTTPError:
                assert time.monotonic() < end, "influxd did not start"
                time.sleep(0.05)
            else:
                return

    def query(self, text: str) -> None:
        params = {"q": text, "u": "root", "p": "root"}
        httpx.post(f"{self.url}/query", params=params, timeout=10.0).raise_for_status()

    def database(self, name: str) -> None:
        self.query(f"CREATE DATABASE {name}")
        self.query(f"GRANT READ ON {name} TO reader")

    def write(self, database: str, *lines: str) -> None:
        params = {"db": database, "u": "root", "p": "root"}
        content = "\n".join(lines).encode()
        httpx.post(f"{self.url}/write", params=params, content=content, timeout=10.0).raise_for_status()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)
