"""How many requests were answered, how, and how fast: the counts behind ``/metrics``."""

from __future__ import annotations

import threading
from bisect import bisect_left
from dataclasses import dataclass, field

#: Upper ends in seconds; 20 ms is the promise for one row.
EDGES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@dataclass(slots=True)
class Counted:
    """Answers of one route, method and status: how many took up to each edge, and seconds in all."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(EDGES) + 1))
    seconds: float = 0.0

    @property
    def count(self) -> int:
        """How many answers."""
        return sum(self.buckets)


class Meter:
    """Counts of one process; it begins with its start.

    Examples
    --------
    >>> meter = Meter()
    >>> meter.note("/api/v1/score", "POST", 200, 0.0042)
    >>> meter.read()["/api/v1/score", "POST", 200].count
    1
    """

    def __init__(self) -> None:
        self._counted: dict[tuple[str, str, int], Counted] = {}
        self._lock = threading.Lock()

    def note(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer."""
        with self._lock:
            one = self._counted.setdefault((route, method, status), Counted())
            one.buckets[bisect_left(EDGES, seconds)] += 1
            one.seconds += seconds

    def read(self) -> dict[tuple[str, str, int], Counted]:
        """Return a copy of what was counted."""
        with self._lock:
            return {key: Counted(list(one.buckets), one.seconds) for key, one in self._counted.items()}
