"""How often each may ask: a bucket a caller, filled at a steady rate."""

from __future__ import annotations

import time
from collections.abc import Callable

_KEPT = 10_000


class Buckets:
    """Token buckets by name; a full one holds what a caller may ask at once.

    Parameters
    ----------
    burst_s : float
        A full bucket holds so many seconds of its rate.
    monotonic : callable
        Seconds, never set back.

    Examples
    --------
    >>> now = [0.0]
    >>> buckets = Buckets(burst_s=2.0, monotonic=lambda: now[0])
    >>> [buckets.wait_s("mes", per_minute=60) for _ in range(3)]
    [0.0, 0.0, 1.0]
    """

    def __init__(self, burst_s: float = 10.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._burst_s, self._monotonic = burst_s, monotonic
        self._held: dict[str, tuple[float, float]] = {}

    def wait_s(self, name: str, per_minute: int, cost: float = 1.0) -> float:
        """Take `cost` out of a bucket and return 0; if it holds too little, take nothing and return for how long.

        A request that costs more than a bucket holds passes when the bucket is full.
        """
        rate = per_minute / 60.0
        room = max(rate * self._burst_s, 1.0)
        now = self._monotonic()
        held, at = self._held.get(name, (room, now))
        held = min(room, held + (now - at) * rate)
        wanted = min(cost, room)
        enough = held >= wanted - 1e-9
        if name not in self._held and len(self._held) >= _KEPT:
            self._held.pop(next(iter(self._held)))
        self._held[name] = (held - wanted if enough else held, now)
        return 0.0 if enough else (wanted - held) / rate
