"""What is due, by the plant's clock: pure functions of plant, moment and what is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from qc_app.clock import plant_day
from qc_app.plant import Plant, local_moment
from qc_app.records import Run

GRACE = timedelta(hours=1)
RETRY_FIRST = timedelta(minutes=10)
RETRIES = 5


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


def due_night(plant: Plant, now: datetime, runs: Sequence[Run], since: datetime) -> date | None:
    """Return the plant day whose night is to be run now, None if there is nothing to do.

    Parameters
    ----------
    plant : Plant
    now : datetime
    runs : sequence of Run
        Runs of the job ``night`` of the last days.
    since : datetime
        When the plant was first defined: nights before are not missed.

    Returns
    -------
    date or None
        Only the newest night is made up for; after a failure it is tried again later, a few times.
    """
    day = newest_night(plant, now)
    mine = [run for run in runs if run.plant_day == day]
    if night_moment(plant, day) < since or any(run.status in {"done", "running"} for run in mine):
        return None
    failures = [run for run in mine if run.status == "failed" and run.ended is not None]
    if not failures:
        return day
    wait = RETRY_FIRST * 2 ** (len(failures) - 1)
    ready = len(failures) <= RETRIES and now - max(run.ended for run in failures if run.ended) >= wait
    return day if ready else None


def missed_night(plant: Plant, now: datetime, runs: Sequence[Run], since: datetime) -> date | None:
    """Return the plant day whose night is overdue by more than an hour and not done, None if all is well."""
    day = newest_night(plant, now)
    overdue = now - night_moment(plant, day) > GRACE and night_moment(plant, day) >= since
    return day if overdue and not any(r.plant_day == day and r.status in {"done", "running"} for r in runs) else None


def ingest_due(plant: Plant, now: datetime, last: datetime | None) -> bool:
    """Whether the sources are to be read: the period is over, or the clock was set back.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> ingest_due(Plant("P"), noon, None), ingest_due(Plant("P"), noon, noon - timedelta(seconds=60))
    (True, False)
    """
    return last is None or last > now or now - last >= timedelta(seconds=plant.ingest_every_s)
