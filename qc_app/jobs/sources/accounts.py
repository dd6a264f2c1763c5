"""The night's audit of the books: promise S4 is not only kept but looked at, and its breach is an alarm."""

from __future__ import annotations

from data_connectors.schema import Stage
from qc_app.jobs.monitoring.alarms import Condition, settle
from qc_app.jobs.night import Night
from qc_app.store import conservation

KIND = "conservation"


def account(night: Night, stage: Stage) -> int:
    """Compare what each source of a stage delivered with what is there, and settle the alarm that says otherwise.

    Parameters
    ----------
    night : Night
    stage : Stage

    Returns
    -------
    int
        How many sources do not balance.
    """
    conservation.catch_up(night.store, stage.id)
    found = []
    for source in night.plant.sources_of(stage.id):
        faults = conservation.of_source(night.store, stage.id, source.name, source.carries)
        if faults:
            found.append(Condition(KIND, source.name, "high", f"{source.name}: {'; '.join(faults)}"))
    settle(night.store, stage.id, (KIND,), found, night.cutoff)
    return len(found)
