"""Reading has a pulse of its own: what a plant says is in the lake within seconds, whatever a night takes."""

from __future__ import annotations

import threading
from datetime import datetime

from qc_app.jobs.sources.ingest import ingest
from qc_app.schedule.due import ingest_due
from qc_app.schedule.led import LedPlant


class Reading:
    """Reads all sources whenever they are due, and remembers which stages were fed until someone asks.

    Parameters
    ----------
    led : LedPlant
    """

    def __init__(self, led: LedPlant) -> None:
        self._led = led
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
        self._led.permit()
        plant, now = self._led.plant(), self._led.store.clock.now()
        if plant is None or not ingest_due(plant, now, self._last):
            return
        run = ingest(self._led.store, plant, permit=self._led.permit)
        self._last = now
        with self._lock:
            self._fed |= set(run.numbers.get("fed", ()))

    def fed(self) -> set[str]:
        """Return, once, the stages with new units or labels."""
        with self._lock:
            fed, self._fed = self._fed, set()
        return fed
