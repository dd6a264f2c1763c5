"""A step that hangs is ended: its run is marked, and this process begins anew and goes on behind it.

A thread that computes in native code (BLAS, torch, a driver) hears no exception and cannot be stopped; only its process
can. So the process becomes a fresh one of itself (exec): same command, same pid, so whoever supervises it notices
nothing. Locks and leases are taken again as after a crash, which the tests kill the process for at every point.

Native code that never lets go of the interpreter would hang this thread too. For that there is a timer of the
interpreter's own, wound up anew at every look: when it runs out the process exits, and the supervisor (systemd,
compose) starts it again.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Self

from qc_app.errors import StoreError
from qc_app.jobs.step import ended_by_force
from qc_app.jobs.underway import doing, overdue
from qc_app.store import Store

log = logging.getLogger(__name__)

LOOK_S = 2.0
GRIP_S = 900.0
"""So long the interpreter may be held by one call before the process exits."""


def begin_anew() -> None:
    """Become a fresh process of the same command; does not return."""
    logging.shutdown()
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - our own command line, and no shell


class Watchdog:
    """Looks every few seconds, on a thread of its own, whether what is under way takes longer than it may.

    Parameters
    ----------
    store : Store
    anew : callable
        Replaces this process.
    look_s : float
    """

    def __init__(self, store: Store, anew: Callable[[], None] = begin_anew, look_s: float = LOOK_S) -> None:
        self._store, self._anew, self._look_s = store, anew, look_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def look(self) -> bool:
        """End what is overdue; return whether anything was."""
        found = overdue(doing(), time.monotonic())
        if found is None:
            return False
        log.error("%s", found.sentence)
        try:
            ended_by_force(self._store, found.run, found.sentence)
        except StoreError:
            log.exception("it could not be noted; after the restart it counts as a step whose program ended")
        self._anew()
        return True

    def _watch(self) -> None:
        try:
            while not self._stop.wait(self._look_s):
                if sys.__stderr__ is not None:
                    faulthandler.dump_traceback_later(GRIP_S, exit=True, file=sys.__stderr__)
                if self.look():
                    return
        finally:
            faulthandler.cancel_dump_traceback_later()
