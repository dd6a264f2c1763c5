"""One beat: look at the plant's clock, and do what is due."""

from __future__ import annotations

import logging
import time

from qc_app.jobs.model.answers import Answers
from qc_app.jobs.nightly import JOB, nightly
from qc_app.jobs.refresh import follow
from qc_app.jobs.requests import serve
from qc_app.plant import Plant
from qc_app.schedule.due import LOOK_BACK, due_night
from qc_app.schedule.in_force import InForce
from qc_app.schedule.leader import Leader
from qc_app.schedule.led import LedPlant
from qc_app.schedule.reading import Reading
from qc_app.store import Store

log = logging.getLogger(__name__)


class Heartbeat:
    """Decides by the plant's clock; what it decides is done at once, one thing after the other.

    Parameters
    ----------
    store : Store
    leader : Leader
    in_force : InForce, optional
        Shared with what else runs in this process.
    reading : Reading, optional
        Has a pulse of its own; without one, a beat reads the sources itself.
    """

    def __init__(
        self, store: Store, leader: Leader, in_force: InForce | None = None, reading: Reading | None = None
    ) -> None:
        self._store, self._leader = store, leader
        self._in_force = in_force or InForce(store)
        self._answers = Answers(store.registry)
        self._alone = reading is None
        self._reading = reading or Reading(LedPlant(store, leader.permit, self._in_force.plant))
        self._rested = 0.0

    def beat(self) -> None:
        """Predict what is new, serve requests, run the night: each if it is due.

        Raises
        ------
        AlreadyRunning
            If this process may not lead any more.
        StoreError
            If the store cannot be written; the next beat tries again.
        """
        self._leader.permit()
        plant = self._in_force.plant()
        if plant is None:
            return
        if self._alone:
            self._reading.round()
        self._follow(plant)
        serve(self._store, plant, self._leader.permit)
        self._night(plant)

    def _follow(self, plant: Plant) -> None:
        """Predict for the stages that were fed, then rest as long as that took: reading comes first."""
        if time.monotonic() < self._rested:
            return
        began, fed = time.monotonic(), self._reading.fed()
        if fed:
            follow(self._store, plant, fed, answers=self._answers, permit=self._leader.permit)
        took = time.monotonic() - began
        self._rested = 0.0 if self._alone else time.monotonic() + took

    def _night(self, plant: Plant) -> None:
        now = self._store.clock.now()
        runs = self._store.journal.runs.list(since=now - LOOK_BACK, job=JOB)
        since = self._store.journal.plants.history()[0].at
        day = due_night(plant, now, runs, since)
        if day is not None:
            run = nightly(self._store, plant, day=day, permit=self._leader.permit)
            log.info("night of %s %s: %s", day, run.status, run.sentence)
