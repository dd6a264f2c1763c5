"""A way to a database that can be cut: what stands between is a socket of ours."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa


class Way:
    """Forwards connections from a port of this machine to a PostgreSQL's own socket, until it is cut."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._door]
        threading.Thread(target=self._let_in, daemon=True).start()

    @property
    def url(self) -> str:
        """The database's URL by this way."""
        port = self._door.getsockname()[1]
        return self._url.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)

    def cut(self) -> None:
        """End all connections, and let nobody in any more."""
        for one in self._open:
            with suppress(OSError):  # it may have ended by itself
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _let_in(self) -> None:
        while True:
            try:
                here, _ = self._door.accept()
            except OSError:
                return
            there = socket.socket(socket.AF_UNIX)
            there.connect(f"{self._url.query['host']}/.s.PGSQL.5432")
            self._open += [here, there]
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(65_536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def way_to(url: str) -> Iterator[Way]:
    """Give a way to a database, cut at the end."""
    way = Way(url)
    try:
        yield way
    finally:
        way.cut()
