"""Shifts hand over by themselves: at the end of each its report is written."""

from __future__ import annotations

import logging

from qc_app.handover import keep_due
from qc_app.schedule.led import LedPlant

log = logging.getLogger(__name__)


class HandingOver:
    """Writes the hand-over of each shift that ended, once.

    Parameters
    ----------
    led : LedPlant
    """

    def __init__(self, led: LedPlant) -> None:
        self._led = led

    def look(self) -> None:
        """Write what is due.

        Raises
        ------
        AlreadyRunning
            If this process may not lead any more.
        StoreError
            If the folder cannot be written; the next look tries again.
        """
        self._led.permit()
        plant = self._led.plant()
        if plant is None:
            return
        for path in keep_due(self._led.store, plant):
            log.info("hand-over written: %s", path)
