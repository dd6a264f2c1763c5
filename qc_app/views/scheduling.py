"""Whether a scheduler works: without one nothing is read, and what is asked for waits."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

from qc_app.language import dated, tr
from qc_app.plant import Plant
from qc_app.plant.nights import report_due, unreported_night
from qc_app.store import Store
from qc_app.views.moments import local

LOOK_BACK = timedelta(days=4)
#: With less than this free on the plant's disk not even the sign of life of a scheduler can be written.
FULL_BYTES = 1 << 20


def silence(store: Store, now: datetime) -> str:
    """Return what to do where no scheduler works, an empty string where one does.

    Parameters
    ----------
    store : Store
    now : datetime
        The machine's time, aware: a lease lives by it, not by the plant's clock.
    """
    lease = store.journal.lease.holder()
    if lease is not None and lease.until > now:
        return ""
    if shutil.disk_usage(store.home).free < FULL_BYTES:
        return tr("The disk is full: nothing can be stored, no scheduler shows that it works. Free space; it goes on.")
    return tr("No scheduler works: nothing is read, no night runs, and what is asked for waits. Start it with `qc up`.")


def overdue_night(store: Store, plant: Plant) -> str:
    """Return what is to be said of a night that should have reported and did not, an empty string if all is well.

    Asked by every page: it needs no scheduler that says it.
    """
    if not plant.stages:
        return ""
    now, history = store.clock.now(), store.journal.plants.history()
    runs = store.journal.runs.list(since=now - LOOK_BACK, job="night")
    done = {run.plant_day for run in runs if run.status == "done"}
    day = unreported_night(plant, now, done, history[0].at) if history else None
    if day is None:
        return ""
    due = local(report_due(plant, day), plant.zone)
    said = tr(
        "The night of {day} should have reported by {due} and did not: numbers and models are older than they look.",
        day=dated(day),
        due=due,
    )
    working = next((run for run in runs if run.plant_day == day and run.status == "running"), None)
    if working is not None:
        return f"{said} {tr('It is under way since {moment}.', moment=local(working.started, plant.zone))}"
    return f"{said} {tr('The Models page says what is missing; Run the night now, there, makes up for it.')}"
