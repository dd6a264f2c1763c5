"""The plant in force: read from the journal, parsed when it changed."""

from __future__ import annotations

import logging
import threading

from qc_app.plant import Plant, parse
from qc_app.store import Store

log = logging.getLogger(__name__)


class InForce:
    """Tells the plant in force to everything that runs in one process.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._plant: Plant | None = None
        self._digest = ""

    def plant(self) -> Plant | None:
        """Return the plant in force, None where none was ever applied."""
        version = self._store.journal.plants.current()
        if version is None:
            return None
        with self._lock:
            if version.digest != self._digest:
                self._plant, self._digest = parse(version.definition, where="the journal"), version.digest
                log.info("plant %s in force since %s", self._plant.name, version.at.isoformat())
            return self._plant
