"""When things run: one leader, a heartbeat, and the plant's own clock."""

from qc_app.plant.nights import night_moment
from qc_app.schedule.attendant import Attendant
from qc_app.schedule.due import due_night, ingest_due
from qc_app.schedule.heartbeat import Heartbeat
from qc_app.schedule.leader import Leader, lead
from qc_app.schedule.runner import run
from qc_app.schedule.watchdog import Watchdog

__all__ = ["Attendant", "Heartbeat", "Leader", "Watchdog", "due_night", "ingest_due", "lead", "night_moment", "run"]
