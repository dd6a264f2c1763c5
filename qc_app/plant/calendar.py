"""Shifts and plant days: when people work, in the plant's own time, on days of 23, 24 and 25 hours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from qc_app.errors import PlantError

CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of the plant.

    Parameters
    ----------
    name : str
    begins, ends : str
        Local times ``HH:MM``; one that ends at or before its beginning ends on the next day.
    days : tuple of str
        Weekdays (``mon`` ... ``sun``) of the plant days to which it belongs; empty: all.
    """

    name: str
    begins: str
    ends: str
    days: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check times and days."""
        for key in ("begins", "ends"):
            if not CLOCK_TIME.fullmatch(getattr(self, key)):
                raise PlantError(
                    f"shift {self.name!r}: {key} is {getattr(self, key)!r} - write a local time such as '06:00'"
                )
        for day in self.days:
            if day not in WEEKDAYS:
                raise PlantError(f"shift {self.name!r}: day {day!r} is none - use {', '.join(WEEKDAYS)}")


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the plant works.

    Parameters
    ----------
    shifts : tuple of Shift
        Empty: around the clock, nobody says by whom.
    holidays : tuple of date
        Plant days on which no shift works.
    """

    shifts: tuple[Shift, ...] = ()
    holidays: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        """Check that no name and no day comes twice."""
        names = [shift.name for shift in self.shifts]
        for name in names:
            if names.count(name) > 1:
                raise PlantError(f"shift {name!r} is defined twice - rename one of them")
        for day in self.holidays:
            if self.holidays.count(day) > 1:
                raise PlantError(f"holiday {day} is named twice - name it once")


@dataclass(frozen=True, slots=True)
class Span:
    """A shift (or a whole plant day) of one plant day, from `start` until before `end`, both UTC."""

    name: str
    day: date
    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def local_moment(day: date, clock: str, zone: str) -> datetime:
    """Return the moment of a local time in UTC.

    A time that the clock skips counts as the same number of hours after midnight in the old time; one that comes twice
    is meant the first time.

    Examples
    --------
    >>> local_moment(date(2026, 3, 29), "02:30", "Europe/Berlin").isoformat()
    '2026-03-29T01:30:00+00:00'
    """
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


def day_span(day: date, zone: str, day_starts: int) -> Span:
    """Return from when until when a plant day lasts: 23, 24 or 25 hours.

    Examples
    --------
    >>> spring = day_span(date(2026, 3, 28), "Europe/Berlin", 6)
    >>> (spring.end - spring.start).total_seconds() / 3600
    23.0
    """
    clock = f"{day_starts:02d}:00"
    return Span("", day, local_moment(day, clock, zone), local_moment(day + timedelta(days=1), clock, zone))


def holiday_spans(calendar: Calendar, zone: str, day_starts: int) -> tuple[Span, ...]:
    """Return the plant's holidays in order, each from the start of its plant day to the start of the next.

    Examples
    --------
    >>> [span.start.isoformat() for span in holiday_spans(Calendar(holidays=(date(2026, 12, 25),)), "Europe/Berlin", 6)]
    ['2026-12-25T05:00:00+00:00']
    """
    return tuple(day_span(day, zone, day_starts) for day in sorted(calendar.holidays))


def wait_over(begin: datetime, wait: timedelta, rests: Sequence[Span]) -> datetime:
    """Return when a wait is over that stands still while the plant rests.

    Parameters
    ----------
    begin : datetime
        Aware.
    wait : timedelta
    rests : sequence of Span
        In order, none over another: see `holiday_spans`.

    Examples
    --------
    >>> rests = holiday_spans(Calendar(holidays=(date(2026, 12, 25), date(2026, 12, 26))), "UTC", 6)
    >>> wait_over(datetime(2026, 12, 24, 18, tzinfo=UTC), timedelta(days=1), rests).isoformat()
    '2026-12-27T18:00:00+00:00'
    """
    over = begin + wait
    for rest in rests:
        if rest.start < over and rest.end > begin:
            over += rest.end - max(rest.start, begin)
    return over


def shifts_of(calendar: Calendar, day: date, zone: str, day_starts: int) -> tuple[Span, ...]:
    """Return the shifts of a plant day in order; none on a holiday.

    A shift belongs to the plant day in which it begins, so the night shift to the day before the morning it ends.

    Examples
    --------
    >>> night = Calendar((Shift("night", "22:00", "06:00"),))
    >>> [(s.end - s.start).total_seconds() / 3600 for s in shifts_of(night, date(2026, 10, 24), "Europe/Berlin", 6)]
    [9.0]
    """
    if day in calendar.holidays:
        return ()
    working = [s for s in calendar.shifts if not s.days or WEEKDAYS[day.weekday()] in s.days]
    return tuple(sorted((_span(s, day, zone, day_starts) for s in working), key=lambda s: (s.start, s.name)))


def shift_at(calendar: Calendar, moment: datetime, zone: str, day_starts: int) -> Span | None:
    """Return the shift that works at a moment (aware), None if none does; of two at once the one that began last."""
    today = moment.astimezone(ZoneInfo(zone)).date()
    days = (today - timedelta(days=back) for back in range(2, -1, -1))
    found = [span for day in days for span in shifts_of(calendar, day, zone, day_starts) if moment in span]
    return max(found, key=lambda span: span.start, default=None)


def _span(shift: Shift, day: date, zone: str, day_starts: int) -> Span:
    first = day if int(shift.begins[:2]) >= day_starts else day + timedelta(days=1)
    last = first if shift.ends > shift.begins else first + timedelta(days=1)
    return Span(shift.name, day, local_moment(first, shift.begins, zone), local_moment(last, shift.ends, zone))
