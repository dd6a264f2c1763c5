"""A backup a day, where the settings name a folder: after the night, on a pulse of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable

from qc_app.jobs.backup.keeping import keep
from qc_app.plant import Plant
from qc_app.schedule.due import LOOK_BACK, backup_due
from qc_app.settings import Settings
from qc_app.store import Store
from qc_app.store.backup import JOB, newest

log = logging.getLogger(__name__)


class BackingUp:
    """Takes the backup of the day once its night is over; a failed one is tried again every hour.

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

    def look(self) -> None:
        """Take it if it is due.

        Raises
        ------
        AlreadyRunning
            If this process may not lead any more.
        StoreError
            If the journal cannot be written; the next look tries again.
        """
        self._permit()
        settings, plant = Settings.load(self._store.home), self._current()
        folder = settings.backup_folder
        if folder is None or plant is None:
            return
        now, runs = self._store.clock.now(), self._store.journal.runs
        nights = runs.list(since=now - LOOK_BACK, job="night")
        tried = runs.list(since=now - LOOK_BACK, job=JOB)
        if backup_due(plant, now, nights, newest(self._store.journal, folder), tried):
            run = keep(self._store, plant, folder, settings.backup_keep, self._permit)
            log.info("backup of the day %s: %s", run.status, run.sentence)
