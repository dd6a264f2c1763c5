"""The post's own pulse: a slow or dead server keeps letters waiting, and nothing else."""

from __future__ import annotations

import logging

from qc_app.jobs.monitoring.alarms import plant_in_force
from qc_app.notify import post
from qc_app.schedule.leader import Leader
from qc_app.settings import Settings
from qc_app.store import Store

log = logging.getLogger(__name__)


class Mail:
    """Writes and sends what alarms ask for, beside the beat and the night.

    Parameters
    ----------
    store : Store
    leader : Leader
    """

    def __init__(self, store: Store, leader: Leader) -> None:
        self._store, self._leader = store, leader

    def round(self) -> None:
        """Do one round of the post.

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
        done = post(self._store, plant, Settings.load(self._store.home).address)
        if done.written or done.sent or done.failed:
            log.info("post: %d letters written, %d sent, %d not", done.written, done.sent, done.failed)
