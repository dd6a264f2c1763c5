"""The scheduler process: APScheduler in memory beats, and nothing else in the program knows it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

from qc_app.errors import AlreadyRunning, QcError
from qc_app.schedule.attendant import Attendant
from qc_app.schedule.backing_up import BackingUp
from qc_app.schedule.handing_over import HandingOver
from qc_app.schedule.heartbeat import Heartbeat
from qc_app.schedule.in_force import InForce
from qc_app.schedule.leader import TTL_S, lead
from qc_app.schedule.led import LedPlant
from qc_app.schedule.listening import Listening
from qc_app.schedule.reading import Reading
from qc_app.schedule.tidying import Tidying
from qc_app.schedule.watchdog import Watchdog
from qc_app.schedule.writing import Writing
from qc_app.store import Store

log = logging.getLogger(__name__)

BEAT_S = 2.0
READ_S = 1.0
ALARMS_S = 5.0
WRITE_S = 1.0
TIDY_S = 10.0
LATE_S = 20.0
LISTEN_S = 2.0
HAND_OVER_S = 15.0
BACKUP_S = 30.0


class Pulse:
    """Calls a function every few seconds, also where the machine's clock is set back meanwhile.

    Parameters
    ----------
    scheduler : BackgroundScheduler
    name : str
    call : callable
    every_s : float
    """

    def __init__(self, scheduler: BackgroundScheduler, name: str, call: Callable[[], None], every_s: float) -> None:
        self._scheduler, self._name, self._call, self._every_s = scheduler, name, call, every_s
        self._busy = threading.Lock()
        self._last = time.monotonic()
        scheduler.add_job(
            self._once,
            "interval",
            id=name,
            seconds=every_s,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )

    def _once(self) -> None:
        with self._busy:
            self._call()
            self._last = time.monotonic()

    def watch(self) -> None:
        """Wake the job if it did not run for long by a clock that cannot be set."""
        silent = time.monotonic() - self._last > LATE_S + self._every_s
        if silent and not self._busy.locked():
            log.warning("%s did not run for %.0f s: the clock was set, or the machine slept", self._name, LATE_S)
            self._last = time.monotonic()
            self._scheduler.modify_job(self._name, next_run_time=datetime.now(UTC))


def run(store: Store, stop: threading.Event, beat_s: float = BEAT_S) -> str:
    """Lead the plant until `stop` is set or the lead is lost.

    Parameters
    ----------
    store : Store
    stop : threading.Event
        Set it (from a signal handler) to end cleanly: the step under way is finished, nothing new begins.
    beat_s : float
        Wall seconds between two looks at the clock.

    Returns
    -------
    str
        Why it ended; empty if it was told to.

    Raises
    ------
    AlreadyRunning
        If another scheduler leads.
    """
    with lead(store) as leader:
        ended: list[str] = []
        in_force = InForce(store)
        led = LedPlant(store, leader.permit, in_force.plant)
        reading = Reading(led)
        heart, attendant = Heartbeat(store, leader, in_force, reading), Attendant(store, leader)
        listening = Listening(led)
        tidying = Tidying(led)
        writing = Writing(led)
        handing = HandingOver(led)
        keeping = BackingUp(led)
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a beat skipped while one runs is as meant
        scheduler = BackgroundScheduler(timezone=UTC)
        pulses = (
            Pulse(scheduler, "reading", lambda: _told(reading.round, stop, ended), min(READ_S, beat_s)),
            Pulse(scheduler, "beat", lambda: _told(heart.beat, stop, ended), beat_s),
            Pulse(scheduler, "alarms", lambda: _told(attendant.round, stop, ended), ALARMS_S),
            Pulse(scheduler, "listeners", lambda: _told(listening.look, stop, ended), LISTEN_S),
            Pulse(scheduler, "tidying", lambda: _told(tidying.round, stop, ended), TIDY_S),
            Pulse(scheduler, "write-back", lambda: _told(writing.round, stop, ended), WRITE_S),
            Pulse(scheduler, "hand-over", lambda: _told(handing.look, stop, ended), HAND_OVER_S),
            Pulse(scheduler, "backup", lambda: _told(keeping.look, stop, ended), BACKUP_S),
            Pulse(scheduler, "lease", lambda: _told(leader.renew, stop, ended), TTL_S / 6),
        )
        scheduler.start()
        log.info("scheduler leads %s with token %d", store.home, leader.lease.token)
        with Watchdog(store):
            while not stop.wait(1.0):
                for pulse in pulses:
                    pulse.watch()
        reason = ended[0] if ended else ""
        writing.stop()
        leader.stop(reason or "the scheduler was told to stop")
        listening.stop()
        scheduler.shutdown(wait=True)
    log.info("scheduler of %s ended: %s", store.home, reason or "it was told to")
    return reason


def _told(call: Callable[[], None], stop: threading.Event, ended: list[str]) -> None:
    """Do it; a lost lead ends the scheduler, another error is for the log, and the next beat tries again."""
    try:
        call()
    except AlreadyRunning as error:
        ended.append(str(error))
        stop.set()
    except QcError as error:
        log.error("%s", error)  # noqa: TRY400 - the message says what, where and what to do
