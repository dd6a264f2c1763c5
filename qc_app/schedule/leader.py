"""Exactly one process leads: a lock on the home folder, and a lease in the journal that fences off a lost leader."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from qc_app.errors import AlreadyRunning, StoreError
from qc_app.jobs.backup.moving import come_home
from qc_app.jobs.recovery import recover
from qc_app.records import Lease
from qc_app.store import Store

LOCK = "scheduler.lock"
TTL_S = 30.0


class Leader:
    """The right to work on a plant, as long as it is kept.

    Parameters
    ----------
    store : Store
    lease : Lease
    ttl_s : float
        Seconds for which one renewal holds.
    """

    def __init__(self, store: Store, lease: Lease, ttl_s: float = TTL_S) -> None:
        self._store, self.lease, self._ttl_s = store, lease, ttl_s
        self._renewed = time.monotonic()
        self._lock = threading.Lock()
        self._reason = ""

    def renew(self) -> None:
        """Keep the lease; note if another has it now."""
        with self._lock:
            try:
                kept = self._store.journal.lease.renew(self.lease, datetime.now(UTC), self._ttl_s)
            except StoreError as error:
                if error.reason != "fenced":
                    raise
                kept = None
            if kept is None:
                self._reason = self._reason or "another scheduler has taken over the lease"
            else:
                self._renewed = time.monotonic()

    def stop(self, reason: str) -> None:
        """Let nothing new begin."""
        self._reason = self._reason or reason

    def permit(self) -> None:
        """Let pass while this process leads.

        Raises
        ------
        AlreadyRunning
            If it was told to stop, or lost the lease, as after a long sleep of the machine.
        """
        if not self._reason and time.monotonic() - self._renewed > self._ttl_s / 2:
            self.renew()
        if self._reason:
            raise AlreadyRunning(f"{self._reason}; this process writes nothing any more")


@contextmanager
def lead(store: Store, ttl_s: float = TTL_S) -> Iterator[Leader]:
    """Lead the plant inside the block; what a dead leader left behind is marked first.

    Parameters
    ----------
    store : Store
    ttl_s : float
        Seconds after which a leader that says nothing has lost.

    Raises
    ------
    AlreadyRunning
        If another process leads.
    """
    with locked(store.home):
        holder = f"{socket.gethostname()}:{store.home}"
        lease = store.journal.lease.acquire(holder, datetime.now(UTC), ttl_s)
        if lease is None:
            other = store.journal.lease.holder()
            who = f"{other.holder} until {other.until:%H:%M:%S} UTC" if other else "another process"
            raise AlreadyRunning(f"another scheduler leads this plant ({who}) - stop it first, or wait")
        try:
            with store.journal.fenced(lease):
                recover(store)
                come_home(store)
                yield Leader(store, lease, ttl_s)
        finally:
            store.journal.lease.release(lease)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the lock of a home folder; the system frees it when the process ends, however it ends.

    Raises
    ------
    AlreadyRunning
        If another process of this machine holds it.
    """
    with (home / LOCK).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(f"a scheduler already works in {home}{_whose(file)} - stop it first") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def _whose(file: IO[str]) -> str:
    file.seek(0)
    number = file.read(20).strip()
    return f" (process {number})" if number.isdigit() else ""
