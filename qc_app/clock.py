"""Time is an argument: a clock that is passed in."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the plant's present moment."""

    def now(self) -> datetime:
        """Return the present moment, aware, UTC."""
        ...


@dataclass(frozen=True, slots=True)
class WallClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the machine's time, aware, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ScaledClock:
    """Plant time that runs `speed` times as fast as the wall's: for the simulated plant.

    Parameters
    ----------
    origin : datetime
        Wall time (aware) at which plant time and wall time were `plant_origin`.
    plant_origin : datetime
        Plant time (aware) at `origin`.
    speed : float
        Plant seconds a wall second.

    Examples
    --------
    >>> start = datetime(2026, 1, 1, tzinfo=UTC)
    >>> ScaledClock(start, start, 60.0).at(start + timedelta(seconds=2)).isoformat()
    '2026-01-01T00:02:00+00:00'
    """

    origin: datetime
    plant_origin: datetime
    speed: float

    def at(self, wall: datetime) -> datetime:
        """Return the plant time at a wall time."""
        return self.plant_origin + (wall - self.origin) * self.speed

    def now(self) -> datetime:
        """Return the present plant time, aware, UTC."""
        return self.at(datetime.now(UTC))


@dataclass(slots=True)
class ManualClock:
    """A clock that moves only when told: for replays and tests.

    Examples
    --------
    >>> clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    >>> clock.advance(timedelta(hours=1)).hour
    1
    """

    moment: datetime = field(default_factory=lambda: datetime.fromtimestamp(time.time(), UTC))

    def now(self) -> datetime:
        """Return the set moment."""
        return self.moment

    def advance(self, step: timedelta) -> datetime:
        """Move on by `step` and return the new moment."""
        self.moment += step
        return self.moment


def plant_day(moment: datetime, zone: str, starts_hour: int = 6) -> date:
    """Return the plant day that `moment` belongs to.

    A plant day begins at `starts_hour` local time, so the night shift belongs to the day on which it began;
    days of 23 and 25 hours are one day each.

    Parameters
    ----------
    moment : datetime
        Aware.
    zone : str
        IANA name of the plant's zone.
    starts_hour : int
        Local hour at which the day begins.

    Examples
    --------
    >>> plant_day(datetime(2026, 3, 29, 3, 30, tzinfo=UTC), "Europe/Berlin").isoformat()
    '2026-03-28'
    """
    local = moment.astimezone(ZoneInfo(zone))
    return local.date() if local.hour >= starts_hour else local.date() - timedelta(days=1)


def plant_time(moment: datetime, zone: str) -> str:
    """Return a moment (aware) as the plant's clocks show it, with the offset.

    Examples
    --------
    >>> plant_time(datetime(2026, 7, 1, 12, 5, tzinfo=UTC), "Europe/Berlin")
    '2026-07-01 14:05 +02:00'
    """
    text = moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %z")
    return f"{text[:-2]}:{text[-2:]}"
