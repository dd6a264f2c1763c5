"""When the nights of a plant are due, and when they must have reported: by the plant's own clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from qc_app.clock import plant_day
from qc_app.plant.calendar import local_moment
from qc_app.plant.types import Plant


def night_moment(plant: Plant, day: date) -> datetime:
    """Return when the night of a plant day is due.

    A night before the hour at which the plant day begins belongs to the day that began the morning before. A local
    time that the clock skips counts as the same number of hours after midnight in the old time; one that comes twice
    is meant the first time.

    Parameters
    ----------
    plant : Plant
    day : date
        Plant day.

    Returns
    -------
    datetime
        Aware, UTC.

    Examples
    --------
    >>> night_moment(Plant("P", zone="Europe/Berlin", night_at="02:00"), date(2026, 3, 1)).isoformat()
    '2026-03-02T01:00:00+00:00'
    """
    at = time.fromisoformat(plant.night_at)
    local = day if at.hour >= plant.day_starts else day + timedelta(days=1)
    return local_moment(local, plant.night_at, plant.zone)


def newest_night(plant: Plant, now: datetime) -> date:
    """Return the newest plant day whose night should have begun.

    Examples
    --------
    >>> from datetime import UTC
    >>> newest_night(Plant("P", night_at="02:00"), datetime(2026, 3, 2, 1, tzinfo=UTC)).isoformat()
    '2026-02-28'
    """
    day = plant_day(now, plant.zone, plant.day_starts) + timedelta(days=1)
    while night_moment(plant, day) > now:
        day -= timedelta(days=1)
    return day


def report_due(plant: Plant, day: date) -> datetime:
    """Return when the night of a plant day must have reported.

    Examples
    --------
    >>> report_due(Plant("P", night_at="02:00"), date(2026, 3, 1)).isoformat()
    '2026-03-02T06:00:00+00:00'
    """
    return night_moment(plant, day) + timedelta(hours=plant.night_within_h)


def unreported_night(plant: Plant, now: datetime, done: Collection[date], since: datetime) -> date | None:
    """Return the newest plant day whose night should have reported and did not, None if all is well.

    Parameters
    ----------
    plant : Plant
    now : datetime
    done : collection of date
        Plant days whose night is done; one that is running, or died, has not reported.
    since : datetime
        When the plant was first defined: nights before are not missed.

    Examples
    --------
    >>> from datetime import UTC
    >>> plant, day = Plant("P", night_at="02:00"), date(2026, 3, 1)
    >>> unreported_night(plant, datetime(2026, 3, 2, 6, 1, tzinfo=UTC), [], datetime(2026, 1, 1, tzinfo=UTC))
    datetime.date(2026, 3, 1)
    >>> unreported_night(plant, datetime(2026, 3, 2, 6, 1, tzinfo=UTC), [day], datetime(2026, 1, 1, tzinfo=UTC))
    """
    day = newest_night(plant, now)
    while report_due(plant, day) > now:
        day -= timedelta(days=1)
    if night_moment(plant, day) < since or any(done_day >= day for done_day in done):
        return None
    return day
