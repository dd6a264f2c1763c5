"""Reading has a pulse of its own: what a plant says is in the lake within seconds, whatever a night takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import Plant
from qc_app.schedule.due import ingest_due
from qc_app.store import Store


class Reading:
    """Reads all sources whenever they are due, and remembers which stages were fed until someone asks.

    Parameters
    ----------
    store : Store
    permit : callable
        Raises if another process leads now.
    current : callable
        Returns the plant in force, or None.
    """

    def __init__(self, store: Store, permit: Callable[[], None], current: Callable[[], Plant | None]) -> None:
        self._store, self._permit, self._current = store, permit, current
        self._lock = threading.Lock()
        self._fed: set[str] = set()
        self._last: datetime | None = None

    def round(self) -> None:
        """Read every source if it is time.

        Raises
        ------
        AlreadyRunning
            If this process may not lead any more.
        StoreError
            If the store cannot be written; the next round tries again.
        """
        self._permit()
        plant, now = self._current(), self._store.clock.now()
        if plant is None or not ingest_due(plant, now, self._last):
            return
        run = ingest(self._store, plant, permit=self._permit)
        self._last = now
        with self._lock:
            self._fed |= set(run.numbers.get("fed", ()))

    def fed(self) -> set[str]:
        """Return, once, the stages with new units or labels."""
        with self._lock:
            fed, self._fed = self._fed, set()
        return fed
