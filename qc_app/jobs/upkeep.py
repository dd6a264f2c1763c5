"""Few large files instead of many small ones, by night and in part by day; orphans gone, books kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from data_connectors.schema import Stage
from qc_app.jobs.night import Night
from qc_app.jobs.sources.accounts import account
from qc_app.jobs.sources.ingest import JOB
from qc_app.jobs.step import Permit, Result
from qc_app.plant import Plant
from qc_app.store import Store

#: After so long without a sign of life an incident is closed by the program, without a cause.
QUIET = timedelta(days=7)
#: So long a reading that went well is listed among the runs; its counts stay in the books.
READINGS = timedelta(days=2)


def upkeep(night: Night, stages: Sequence[Stage]) -> Result:
    """Tidy the lake of the stages that changed, and the registry.

    Parameters
    ----------
    night : Night
    stages : sequence of Stage

    Returns
    -------
    Result
    """
    removed = unbalanced = 0
    for stage in stages:
        night.permit()
        unbalanced += account(night, stage)
        night.store.lake.compact(stage.id)
        removed += night.store.lake.vacuum(stage.id)
    models = {version.id for version in night.store.journal.models.list()}
    swept = night.store.registry.sweep(models)
    closed = night.store.journal.alarms.close_quiet(night.cutoff - QUIET, night.cutoff)
    night.store.journal.runs.forget_repeats(JOB, night.cutoff - READINGS)
    words = f"{len(stages)} stages compacted, {removed} old files and {len(swept)} unfinished models removed"
    words += f", {closed} quiet incidents closed" if closed else ""
    words += f"; the books of {unbalanced} sources do not balance" if unbalanced else ""
    return Result(words, {"removed": removed, "unbalanced": unbalanced})


def tidy(store: Store, plant: Plant, permit: Permit) -> int:
    """Join the small files that came since, stage by stage; return how many fewer there are.

    A plant that is read every second makes as many files as a night can join, and no day lasts that long: the time to
    open a table grows with its files.
    """
    joined = 0
    for stage in plant.stages:
        permit()
        joined += store.lake.tidy(stage.id)
    return joined
