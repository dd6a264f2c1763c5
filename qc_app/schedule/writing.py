"""Write-back's own pulse: beside the beat and the night, for a heartbeat that waits for a night is none."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from qc_app.jobs.writeback import Sending
from qc_app.plant import Plant
from qc_app.store import Store

log = logging.getLogger(__name__)


class Writing:
    """All outlets of a plant that are on, following its definition; none, and nothing is done.

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
        self._sending: dict[str, Sending] = {}

    def round(self) -> None:
        """Let each outlet tell what is new.

        Raises
        ------
        AlreadyRunning
            If this process may not lead any more.
        StoreError
            If what is told cannot be recorded; the next round tries again.
        """
        with self._lock:
            self._permit()
            plant = self._current()
            wanted = {} if plant is None else {o.name: o for o in plant.writeback if o.on}
            for name, sending in list(self._sending.items()):
                if wanted.get(name) != sending.outlet:
                    self._sending.pop(name).close("the plant definition turned it off, or changed it")
            for name, outlet in wanted.items():
                if name not in self._sending:
                    self._sending[name] = Sending(self._store, outlet)
                    log.info(
                        "write-back %s (%s) is on for %s of %s", name, outlet.kind, outlet.characteristic, outlet.stage
                    )
                self._sending[name].round()

    def stop(self) -> None:
        """Take back what stands outside, and let go."""
        with self._lock:
            for sending in self._sending.values():
                sending.close()
            self._sending.clear()
