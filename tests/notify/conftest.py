"""A plant with routes, a mail server and a web server on this machine, started by the tests."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller

from data_connectors.schema import Stage
from qc_app.clock import ManualClock
from qc_app.plant import Plant, digest, render
from qc_app.settings import Settings
from qc_app.store import Store, open_store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def plant_with(*routes, **given) -> Plant:
    stages = (Stage("casting-1", "north", "casting", (), ()), Stage("rolling-1", "south", "rolling", (), ()))
    return Plant("Works", stages=stages, routes=routes, **given)


class Post:
    """A store on a clock that moves when told, with a plant in force."""

    def __init__(self, home):
        self.store: Store = open_store(Settings(home=home), create=True, clock=ManualClock(NOON))
        self.plant = Plant("Works")

    def define(self, plant):
        self.plant = plant
        self.store.journal.plants.save(render(plant), digest(plant), "test", "", self.store.clock.now())
        return plant

    def ring(self, subject="speed", stage="casting-1", priority="high", kind="drift", **given):
        return self.store.journal.alarms.raise_(
            kind, stage, subject, priority, f"{subject} moved", "", self.store.clock.now(), **given
        )


@pytest.fixture
def works(tmp_path) -> Iterator[Post]:
    opened = Post(tmp_path / "home")
    yield opened
    opened.store.close()


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class _Inbox:
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the library's name
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[tuple[str, list]]:
    """An SMTP server; its address for a route, and the mails it took."""
    inbox = _Inbox()
    port = free_port()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    yield f"mailto://127.0.0.1:{port}?from=qc@works.example&to=maria@works.example&mode=insecure", inbox.mails
    server.stop()


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        answers, taken = self.server.answers, self.server.taken
        taken.append((dict(self.headers), body))
        answer = answers.pop(0) if answers else 204
        if answer == "hang":
            self.server.hung.wait(600)
            return
        self.send_response(answer)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def hook(monkeypatch) -> Iterator[ThreadingHTTPServer]:
    """A web server that answers what `answers` says, then 204, and remembers what it took."""
    monkeypatch.setenv("QC_HOOK_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hook)
    server.answers, server.taken, server.hung = [], [], threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}/alarms"
    server.payloads = lambda: [json.loads(body) for _, body in server.taken]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.hung.set()
    server.shutdown()
    thread.join(60)
    server.server_close()
