"""What this process is doing right now and how long it may take: read by the watchdog, from another thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from qc_app.records import Run

UNLIMITED = float("inf")


@dataclass(frozen=True, slots=True)
class Begun:
    """A step, or all steps of a stage, that began and has not ended.

    Parameters
    ----------
    what : str
        In words.
    since : float
        Seconds of the monotonic clock.
    limit_s : float
        How long it may take.
    run : Run or None
        Its record; None for a stage as a whole.
    thread : int
        Where it is done: reading goes on beside a night, and neither is a part of the other.
    """

    what: str
    since: float
    limit_s: float
    run: Run | None = None
    thread: int = 0


@dataclass(frozen=True, slots=True)
class Overdue:
    """A step that must be ended, and why."""

    run: Run
    sentence: str


_begun: list[Begun] = []
_lock = threading.Lock()


@contextmanager
def underway(what: str, limit_s: float, run: Run | None = None) -> Iterator[None]:
    """Note that something is being done inside the block.

    Parameters
    ----------
    what : str
    limit_s : float
    run : Run, optional

    Examples
    --------
    >>> with underway("monitor", 60.0):
    ...     [begun.what for begun in doing()]
    ['monitor']
    >>> doing()
    ()
    """
    mine = Begun(what, time.monotonic(), limit_s, run, threading.get_ident())
    with _lock:
        _begun.append(mine)
    try:
        yield
    finally:
        with _lock:
            _begun.remove(mine)


def doing() -> tuple[Begun, ...]:
    """Return what is under way, the innermost last."""
    with _lock:
        return tuple(_begun)


def overdue(begun: tuple[Begun, ...], now: float) -> Overdue | None:
    """Return the innermost step if it, or what it is a part of, takes longer than it may; else None.

    Parameters
    ----------
    begun : tuple of Begun
    now : float
        Seconds of the monotonic clock.
    """
    late = next((b for b in begun if now - b.since > b.limit_s), None)
    if late is None:
        return None
    step = next((b for b in reversed(begun) if b.run is not None and b.thread == late.thread), None)
    if step is None or step.run is None:
        return None
    where = "" if late is step else f", with which {late.what} took longer than its {late.limit_s / 60:.3g} min"
    took = f"{step.what} was ended after {(now - step.since) / 60:.3g} min without an answer{where}"
    return Overdue(step.run, f"{took}; the rest of the night went on without it, the next night tries it again")
