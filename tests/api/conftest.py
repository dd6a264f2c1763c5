"""A small plant after a few nights, served by a real uvicorn in a thread."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn

from qc_app.access import Actor
from qc_app.actions import SCOPES, create_token
from qc_app.api import serving
from qc_app.clock import ManualClock
from qc_app.jobs.learner import train
from qc_app.settings import Settings
from qc_app.store import Store, open_store
from tests.jobs.conftest import NIGHT, START, Works

ROOT = Actor("root", "administrator")
NIGHTS = 4
NOW = START + timedelta(days=NIGHTS - 1) + NIGHT


@dataclass
class Service:
    """A served plant, a store of our own beside it, and a client that shows a token with every scope."""

    url: str
    store: Store
    client: httpx.Client
    server: uvicorn.Server

    def token(self, name: str, **given: object) -> dict[str, str]:
        """Return the header of a new token, once the service knows it."""
        made, shown = create_token(self.store, ROOT, name, **given)  # type: ignore[arg-type]
        app = self.server.config.app
        app.state.office.watch.look()
        assert made.key in app.state.office.watch.known().tokens
        return {"Authorization": f"Bearer {shown}"}


@pytest.fixture(scope="session")
def played_home(tmp_path_factory) -> Path:
    """The home of two stages after some nights."""
    works = Works(tmp_path_factory.mktemp("api-plant"), ("p-1", "p-2"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "LEARNER", "ridge")
        works.nights(range(NIGHTS))
    return works.home()


@pytest.fixture(scope="module")
def home(played_home, tmp_path_factory) -> Path:
    """A copy for one module."""
    folder = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(played_home, folder)
    return folder


@pytest.fixture(scope="module")
def service(home) -> Iterator[Service]:
    """The home, served until the module's end."""
    with serving_of(home) as found:
        yield found


class serving_of:  # noqa: N801 - reads as a function in a with block
    """Serve a home in a thread of this process."""

    def __init__(self, home: Path, **edge: object) -> None:
        self._home, self._edge = home, edge

    def __enter__(self) -> Service:
        clock = ManualClock(NOW)
        served = open_store(Settings(home=self._home), clock=clock)
        own = open_store(Settings(home=self._home), clock=clock)
        port = free_port()
        config = serving.config(served, "127.0.0.1", port)
        for middleware in config.app.user_middleware:
            middleware.kwargs.update(self._edge)
        server = uvicorn.Server(config)
        self._thread = threading.Thread(target=server.run, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 60
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.started
        url = f"http://127.0.0.1:{port}"
        self.service = Service(url, own, httpx.Client(base_url=url, timeout=60), server)
        header = self.service.token("everything", scopes=tuple(SCOPES), per_minute=60_000)
        self.service.client.headers.update(header)
        return self.service

    def __exit__(self, *_: object) -> None:
        self.service.client.close()
        self.service.server.should_exit = True
        self._thread.join(timeout=60)
        self.service.store.close()
        assert not self._thread.is_alive()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wall() -> datetime:
    return datetime.now(UTC)
