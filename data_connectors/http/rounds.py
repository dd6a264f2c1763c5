"""Asking a server again and again for as long as the plant runs, for kinds whose values are kept on disk first."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event

from data_connectors.base import Gap
from data_connectors.errors import SpoolFull
from data_connectors.live.sample import Sample, Sink

_ROOM_S = 1.0


def rounds(one: Callable[[], str], every_s: float, sink: Sink, stop: Event) -> None:
    """Ask every `every_s` until `stop` is set; what a round raises ends it all.

    Parameters
    ----------
    one : callable
        Asks once and keeps what comes; returns what to say of it.
    every_s : float
    sink : Sink
    stop : threading.Event
    """
    due = time.monotonic()
    while not stop.is_set():
        sink.tell("connected", one())
        due = max(due + every_s, time.monotonic())
        stop.wait(due - time.monotonic())


def keep(sink: Sink, stop: Event, samples: Sequence[Sample], mark: str, gaps: Sequence[Gap] = ()) -> bool:
    """Return once it is on the disk; while there is no room the server is not asked. False: stopped before that."""
    while not stop.is_set():
        try:
            sink.keep(samples, gaps, mark)
        except SpoolFull as full:
            sink.tell("paused", str(full))
            stop.wait(_ROOM_S)
            continue
        return True
    return False
