"""Connecting again for ever: soon at first, then ever more rarely, never at the same moment as everybody else."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from threading import Event

from data_connectors.errors import SourceRefused, SourceUnavailable
from data_connectors.live.sample import Sink

FIRST_S = 1.0
MOST_S = 60.0

#: A connection that lived so long was a good one: after it, waiting begins anew.
GOOD_S = 30.0


def waits(failures: int, rng: random.Random, first_s: float = FIRST_S, most_s: float = MOST_S) -> float:
    """Return how long to wait after so many failures in a row: half of an exponential at least, at random up to all.

    "Equal jitter" of M. Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015.

    Parameters
    ----------
    failures : int
        From 1.
    rng : random.Random
    first_s, most_s : float
        The first wait, and the longest.

    Examples
    --------
    >>> rng = random.Random(1)
    >>> all(0.5 <= waits(1, rng) <= 1.0 and 30.0 <= waits(99, rng) <= 60.0 for _ in range(100))
    True
    """
    whole: float = min(most_s, first_s * 2.0 ** min(failures - 1, 30))
    return whole / 2 + rng.uniform(0, whole / 2)


def for_ever(connection: Callable[[], None], sink: Sink, stop: Event, rng: random.Random) -> None:
    """Make a connection, and the next when it ends, until `stop` is set.

    Parameters
    ----------
    connection : callable
        Connects, hears and keeps until the connection ends, which it tells by SourceUnavailable or SourceRefused.
    sink : Sink
        Is told why a connection ended.
    stop : threading.Event
    rng : random.Random
        For the waits.
    """
    failures = 0
    while not stop.is_set():
        began = time.monotonic()
        try:
            connection()
        except SourceRefused as error:
            sink.tell("refused", str(error))
        except SourceUnavailable as error:
            sink.tell("disconnected", str(error))
        failures = 1 if time.monotonic() - began > GOOD_S else failures + 1
        stop.wait(waits(failures, rng))
