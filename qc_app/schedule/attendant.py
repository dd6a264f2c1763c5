"""The alarms' own pulse, beside the beat: a night that hangs is noticed, and a dead server holds up only letters."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from qc_app.jobs.backup.overdue import look_at_backups
from qc_app.jobs.monitoring.alarms import hush
from qc_app.jobs.monitoring.machine import look_at_machine
from qc_app.jobs.monitoring.postbox import look_at_post
from qc_app.jobs.monitoring.watchman import SILENT, look_at_night
from qc_app.notify import post
from qc_app.plant import Plant
from qc_app.schedule.leader import Leader
from qc_app.settings import Settings
from qc_app.store import Store, plant_in_force

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=1)


class Attendant:
    """Does what time does to alarms, looks at night, post and machine once a minute, and sends what alarms ask for.

    Parameters
    ----------
    store : Store
    leader : Leader
    """

    def __init__(self, store: Store, leader: Leader) -> None:
        self._store, self._leader = store, leader
        self._looked: datetime | None = None

    def round(self) -> None:
        """Do one round.

        Raises
        ------
        AlreadyRunning
            If this process may not lead any more.
        StoreError
            If the journal cannot be written; the next round tries again.
        """
        self._leader.permit()
        plant = plant_in_force(self._store)
        if plant is None:
            return
        settings = Settings.load(self._store.home)
        self._store.journal.alarms.advance(self._store.clock.now())
        self._look(plant, settings)
        done = post(self._store, plant, settings.address)
        if done.written or done.sent or done.failed:
            log.info("post: %d letters written, %d sent, %d not", done.written, done.sent, done.failed)

    def _look(self, plant: Plant, settings: Settings) -> None:
        now = self._store.clock.now()
        if self._looked is not None and timedelta(0) <= now - self._looked < LOOK_EVERY:
            return
        hush(self._store, SILENT, "", "", now)
        look_at_night(self._store, plant)
        look_at_post(self._store)
        look_at_backups(self._store, settings.backup_folder)
        look_at_machine(self._store, settings.certificates, plant)
        self._looked = now
