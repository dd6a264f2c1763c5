"""The dead man's switch: whether the night reported and a scheduler works, seen by somebody who is neither."""

from __future__ import annotations

from datetime import datetime, timedelta

from qc_app.clock import plant_time
from qc_app.jobs.monitoring.alarms import Condition, settle
from qc_app.plant import Plant
from qc_app.plant.nights import report_due, unreported_night
from qc_app.store import Store

NIGHT = "night_missed"
SILENT = "scheduler_down"
LOOK_BACK = timedelta(days=4)


def look_at_night(store: Store, plant: Plant) -> list[Condition]:
    """Raise or clear the alarm of a night that did not report by its due time; return what is wrong."""
    now = store.clock.now()
    found = [c for c in [unreported(store, plant, now)] if c is not None]
    settle(store, "", (NIGHT,), found, now)
    return found


def unreported(store: Store, plant: Plant, now: datetime) -> Condition | None:
    """A night that should have reported by now and did not."""
    history = store.journal.plants.history()
    runs = store.journal.runs.list(since=now - LOOK_BACK, job="night")
    done = {run.plant_day for run in runs if run.status == "done"}
    day = unreported_night(plant, now, done, history[0].at) if history else None
    if day is None:
        return None
    last = [run for run in runs if run.plant_day == day]
    became = {"running": "began and has not ended", "failed": "failed"}.get(last[-1].status, "") if last else ""
    why = f": {last[-1].sentence}" if last and last[-1].sentence else ""
    words = f"the night of {day} should have reported by {plant_time(report_due(plant, day), plant.zone)} and "
    return Condition(NIGHT, "", "high", words + (f"{became}{why}" if became else "has not run"))


def look_at_scheduler(store: Store, plant: Plant, wall: datetime) -> list[Condition]:
    """Raise or clear the alarm of a plant that no scheduler works for; return what is wrong.

    Parameters
    ----------
    store : Store
    plant : Plant
    wall : datetime
        The machine's time, aware: a lease lives by it, not by the plant's clock.
    """
    lease = store.journal.lease.holder()
    found = []
    if lease is None or lease.until <= wall:
        last = f", {lease.holder} was heard last at {plant_time(lease.until, plant.zone)}" if lease else ""
        found = [Condition(SILENT, "", "high", f"no scheduler works{last}: start one with `qc up`")]
    settle(store, "", (SILENT,), found, store.clock.now())
    return found
