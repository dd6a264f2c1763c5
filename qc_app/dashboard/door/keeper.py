"""Who stands at the door: the open store, the settings, and how many tries an address had."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import HTTPConnection

from qc_app.access import Attempts
from qc_app.actions.access.sessions import actor_of, machine_now
from qc_app.dashboard.door.cookie import cookie_name
from qc_app.settings import Settings
from qc_app.store import Store
from qc_app.views import enter


class Keeper:
    """What the door needs to know; the store is opened when the first person comes.

    Parameters
    ----------
    home : Path
        The plant's folder.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings = Settings.load(home)
        self._attempts = Attempts()
        self._store: Store | None = None
        self._lock = threading.Lock()

    @property
    def store(self) -> Store:
        """The plant's store."""
        with self._lock:
            self._store = self._store or enter(self.home)
            return self._store

    @property
    def asks(self) -> bool:
        """Whether the door itself asks who comes; with an identity provider the page does, which knows its answer."""
        return self.settings.sign_in == "accounts" and self.settings.oidc is None

    def may_try(self, place: str) -> bool:
        """Count a try to sign in from an address; False: too many within a minute."""
        with self._lock:
            return self._attempts.allowed(place, machine_now())

    def lets_in(self, cookies: Mapping[str, str], place: str) -> bool:
        """Return whether someone with these cookies is in."""
        return self.knows(cookies.get(cookie_name(self.settings), ""), place)

    def knows(self, token: str, place: str) -> bool:
        """Return whether a session with this token holds."""
        return actor_of(self.store, token, place, active=False) is not None


def place_of(connection: HTTPConnection) -> str:
    """Return the address from which someone comes; behind a proxy, what the proxy says (if it is trusted)."""
    return connection.client.host if connection.client else "unknown"
