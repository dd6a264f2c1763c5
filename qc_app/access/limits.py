"""How long a sign-in holds, and how patient the door is with wrong passwords."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: Without a click for so long, a session is over: a break, not a shift.
IDLE = timedelta(minutes=30)
#: A session is over after so long whatever happens: one shift with its hand-over.
ABSOLUTE = timedelta(hours=12)
#: A display's link holds so long, unless it is removed.
DISPLAY_HOLDS = timedelta(days=365)
#: A one-time code (new account, reset) holds so long.
CODE_HOLDS = timedelta(hours=24)
#: Wrong passwords that are let pass before an account waits.
FREE_FAILURES = 5
LONGEST_LOCK = timedelta(hours=1)


def locked_for(failures: int) -> timedelta:
    """Return how long an account waits after so many wrong passwords in a row: a minute, doubled up to an hour.

    Never for good: whoever knows a name could otherwise shut its owner out.

    Examples
    --------
    >>> [locked_for(n).total_seconds() for n in (4, 5, 6, 30)]
    [0.0, 60.0, 120.0, 3600.0]
    """
    if failures < FREE_FAILURES:
        return timedelta()
    return min(timedelta(minutes=2 ** min(failures - FREE_FAILURES, 10)), LONGEST_LOCK)


@dataclass(slots=True)
class Attempts:
    """Counts attempts by address over the last minute, for as many addresses as fit.

    Parameters
    ----------
    most : int
        Attempts a minute that are let pass.
    places : int
        Addresses remembered; the oldest is forgotten.

    Examples
    --------
    >>> from datetime import UTC
    >>> door, now = Attempts(most=2), datetime(2026, 1, 1, tzinfo=UTC)
    >>> [door.allowed("10.0.0.7", now) for _ in range(3)]
    [True, True, False]
    >>> door.allowed("10.0.0.7", now + timedelta(seconds=61))
    True
    """

    most: int = 20
    places: int = 10_000
    _seen: dict[str, deque[datetime]] = field(default_factory=dict)

    def allowed(self, place: str, now: datetime) -> bool:
        """Count an attempt and return whether it is let pass."""
        seen = self._seen.pop(place, None) or deque()
        while seen and seen[0] <= now - timedelta(minutes=1):
            seen.popleft()
        if allowed := len(seen) < self.most:
            seen.append(now)
        self._seen[place] = seen
        while len(self._seen) > self.places:
            self._seen.pop(next(iter(self._seen)))
        return allowed
