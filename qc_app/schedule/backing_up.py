"""A backup a day, where the settings name a folder: after the night, on a pulse of its own."""

from __future__ import annotations

import logging

from qc_app.jobs.backup.keeping import keep
from qc_app.schedule.due import LOOK_BACK, backup_due
from qc_app.schedule.led import LedPlant
from qc_app.settings import Settings
from qc_app.store.backup import JOB, newest

log = logging.getLogger(__name__)


class BackingUp:
    """Takes the backup of the day once its night is over; a failed one is tried again every hour.

    Parameters
    ----------
    led : LedPlant
    """

    def __init__(self, led: LedPlant) -> None:
        self._led = led

    def look(self) -> None:
        """Take it if it is due.

        Raises
        ------
        AlreadyRunning
            If this process may not lead any more.
        StoreError
            If the journal cannot be written; the next look tries again.
        """
        self._led.permit()
        settings, plant = Settings.load(self._led.store.home), self._led.plant()
        folder = settings.backup_folder
        if folder is None or plant is None:
            return
        now, runs = self._led.store.clock.now(), self._led.store.journal.runs
        nights = runs.list(since=now - LOOK_BACK, job="night")
        tried = runs.list(since=now - LOOK_BACK, job=JOB)
        if backup_due(plant, now, nights, newest(self._led.store.journal, folder), tried):
            run = keep(self._led.store, plant, folder, settings.backup_keep, self._led.permit)
            log.info("backup of the day %s: %s", run.status, run.sentence)
