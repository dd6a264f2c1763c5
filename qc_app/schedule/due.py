"""What is due, by the plant's clock: pure functions of plant, moment and what is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from qc_app.plant import Plant
from qc_app.plant.nights import newest_night, night_moment, report_due
from qc_app.records import Run

#: How far back runs are looked at to judge what is due.
LOOK_BACK = timedelta(days=4)
GRACE = timedelta(hours=1)
RETRY_FIRST = timedelta(minutes=10)
RETRIES = 5


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


def backup_due(plant: Plant, now: datetime, nights: Sequence[Run], newest: Run | None, tried: Sequence[Run]) -> bool:
    """Whether the backup of the day is to be taken now.

    Parameters
    ----------
    plant : Plant
    now : datetime
    nights : sequence of Run
        Runs of the job ``night`` of the last days.
    newest : Run or None
        The newest backup that is whole.
    tried : sequence of Run
        Runs of the job ``backup`` of the last days.

    Returns
    -------
    bool
        Once the newest night is over, or should have reported; an hour after a failure again.
    """
    day = newest_night(plant, now)
    begun = night_moment(plant, day)
    over = any(run.plant_day == day and run.status in {"done", "failed"} for run in nights)
    if not over and now < report_due(plant, day):
        return False
    if newest is not None and begun <= newest.started <= now:
        return False
    failed = [run.ended for run in tried if run.status == "failed" and run.ended is not None]
    return not any(timedelta(0) <= now - ended < GRACE for ended in failed)


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
