"""Pace: no more messages a minute than the receiver stands."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

T = TypeVar("T")
_MINUTE = timedelta(minutes=1)


class Pace:
    """Lets so many through in any minute, the newest first.

    Parameters
    ----------
    most : int

    Examples
    --------
    >>> from datetime import UTC
    >>> noon, pace = datetime(2026, 1, 1, 12, tzinfo=UTC), Pace(2)
    >>> pace.allowed(["a", "b", "c"], noon), pace.allowed(["d"], noon), pace.allowed(["e"], noon + 2 * _MINUTE)
    (['b', 'c'], [], ['e'])
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: deque[datetime] = deque()

    def allowed(self, waiting: Sequence[T], now: datetime) -> list[T]:
        """Return the newest of `waiting` that may go now, in order, and count them."""
        while self._times and not timedelta(0) <= now - self._times[0] < _MINUTE:
            self._times.popleft()
        room = self._most - len(self._times)
        through = list(waiting)[max(len(waiting) - room, 0) :] if room > 0 else []
        self._times.extend([now] * len(through))
        return through
