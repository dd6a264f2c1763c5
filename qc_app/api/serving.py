"""The server: uvicorn on one core, which loses patience with slow clients and finishes what it began."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from qc_app.api.app import make_app
from qc_app.store import Store

HEAD_S = 10.0
IDLE_S = 30
GRACE_S = 10
CONNECTIONS = 1024


class Impatient(H11Protocol):
    """A connection on which a request must begin and its head be complete within `HEAD_S`."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the one above has it
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; wait on while the head is not complete."""
        super().data_received(data)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._end()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._end()
        elif self._patience is None:
            self._patience = self.loop.call_later(HEAD_S, self.transport.close)

    def _end(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class Server(uvicorn.Server):
    """A server that was told to stop has ended well: the signal is not raised again after it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGTERM and Ctrl-C as the wish to stop; in a thread nothing is taken."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(store: Store, bind: str, port: int) -> bool:
    """Serve until SIGTERM or Ctrl-C; return whether it could begin.

    Parameters
    ----------
    store : Store
        Closed at the end.
    bind : str
    port : int
    """
    server = Server(config(store, bind, port))
    server.run()
    return server.started


def config(store: Store, bind: str, port: int) -> uvicorn.Config:
    """Return how uvicorn is to serve a store."""
    _log_with_ours()
    return uvicorn.Config(
        make_app(store),
        host=bind,
        port=port,
        http=cast("type[asyncio.Protocol]", Impatient),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=GRACE_S,
        h11_max_incomplete_event_size=16 * 1024,
    )


def _log_with_ours() -> None:
    """Let the server's few words stand in our log, one line each."""
    theirs, ours = logging.getLogger("uvicorn"), logging.getLogger("qc_app")
    theirs.handlers, theirs.propagate = list(ours.handlers), not ours.handlers
    theirs.setLevel(logging.WARNING)
