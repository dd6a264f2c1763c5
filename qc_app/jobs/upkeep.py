"""After the night: few large files instead of many small ones, orphans of killed writers gone, shelved alarms back."""

from __future__ import annotations

from collections.abc import Sequence

from data_connectors.schema import Stage
from qc_app.jobs.night import Night
from qc_app.jobs.sources.accounts import account
from qc_app.jobs.step import Result


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
    back = night.store.journal.alarms.unshelve(night.store.clock.now())
    words = f"{len(stages)} stages compacted, {removed} old files and {len(swept)} unfinished models removed"
    words += f", {back} shelved alarms are back" if back else ""
    words += f"; the books of {unbalanced} sources do not balance" if unbalanced else ""
    return Result(words, {"removed": removed, "unbalanced": unbalanced})
