"""What every request needs to know, read once a second: the plant, who answers, who may come in."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from qc_app.errors import StoreError
from qc_app.plant import Plant, parse
from qc_app.records import ApiToken, Pointers
from qc_app.store import Store

log = logging.getLogger(__name__)

EVERY_S = 1.0
#: What is older is not believed: a model may have been rolled back, a token revoked.
STALE_S = 30.0
_USED_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Known:
    """One look at the journal.

    Parameters
    ----------
    plant : Plant or None
    definition : str
        Digest of the definition.
    pointers : mapping
        By stage and characteristic.
    tokens : mapping
        By key.
    at : float
        Monotonic seconds.
    """

    plant: Plant | None
    definition: str
    pointers: Mapping[tuple[str, str], Pointers]
    tokens: Mapping[str, ApiToken]
    at: float


class Watch:
    """Looks at the journal every second in a thread of its own, so that no request waits for it.

    Parameters
    ----------
    store : Store
    after : callable, optional
        Called with each look, in the thread: models that moved are loaded there.
    """

    def __init__(self, store: Store, after: Callable[[Known], None] | None = None) -> None:
        self._store, self._after = store, after
        self._known: Known | None = None
        self._used: dict[str, datetime] = {}
        self._used_at = time.monotonic()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._reason = StoreError("the journal was not read yet - ask again in a moment", "busy")

    def known(self) -> Known:
        """Return the newest look.

        Raises
        ------
        StoreError
            If the last one that succeeded is older than `STALE_S`; with the reason of the failure.
        """
        known = self._known
        if known is None or time.monotonic() - known.at > STALE_S:
            raise StoreError(str(self._reason), self._reason.reason)
        return known

    def peek(self) -> Known | None:
        """Return the newest look, None before the first that succeeded."""
        return self._known

    def look(self) -> Known:
        """Look now.

        Raises
        ------
        StoreError
            If the journal cannot be read.
        """
        require_home(self._store)
        journal = self._store.journal
        tokens = {token.key: token for token in journal.tokens.list()}
        plant, definition = self._plant()
        self._known = Known(plant, definition, journal.models.all_pointers(), tokens, time.monotonic())
        return self._known

    def used(self, key: str) -> None:
        """Remember that a token was used; it is written down once a minute."""
        self._used[key] = datetime.now(UTC)

    def start(self) -> None:
        """Begin to look."""
        self._round()
        self._thread = threading.Thread(target=self._run, name="api-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more, and write down what is left to write."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5.0)
        self._write_used()

    def _plant(self) -> tuple[Plant | None, str]:
        version, before = self._store.journal.plants.current(), self._known
        if version is None:
            return None, ""
        if before is not None and before.definition == version.digest:
            return before.plant, version.digest
        return parse(version.definition, where="the journal"), version.digest

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self._round()
            if time.monotonic() - self._used_at > _USED_EVERY_S:
                self._write_used()

    def _round(self) -> None:
        try:
            known = self.look()
        except StoreError as error:
            if str(error) != str(self._reason):
                log.warning("the journal cannot be read: %s", error)
            self._reason = error
            return
        if self._after is not None:
            self._after(known)

    def _write_used(self) -> None:
        used, self._used, self._used_at = self._used, {}, time.monotonic()
        try:
            if used:
                self._store.journal.tokens.used(used)
        except StoreError as error:
            log.warning("when tokens were used cannot be written down: %s", error)


def require_home(store: Store) -> None:
    """Raise StoreError if the plant's folder is gone: open files would go on answering from nowhere."""
    if not (store.home / "models").is_dir():
        raise StoreError(f"the plant's folder {store.home} is gone - mount or restore it", "no_home")
