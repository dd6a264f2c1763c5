"""Shifts hand over by themselves: at the end of each its report is written."""

from __future__ import annotations

import logging
from collections.abc import Callable

from qc_app.handover import keep_due
from qc_app.plant import Plant
from qc_app.store import Store

log = logging.getLogger(__name__)


class HandingOver:
    """Writes the hand-over of each shift that ended, once.

    Parameters
    ----------
    store : Store
    permit : callable
        Raises if this process may not write any more.
    plant : callable
        Returns the plant in force, None if there is none.
    """

    def __init__(self, store: Store, permit: Callable[[], None], plant: Callable[[], Plant | None]) -> None:
        self._store, self._permit, self._plant = store, permit, plant

    def look(self) -> None:
        """Write what is due.

        Raises
        ------
        AlreadyRunning
            If this process may not lead any more.
        StoreError
            If the folder cannot be written; the next look tries again.
        """
        self._permit()
        plant = self._plant()
        if plant is None:
            return
        for path in keep_due(self._store, plant):
            log.info("hand-over written: %s", path)
