"""A backup is taken and told; one a day where the settings name a folder, and the newest are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from qc_app.clock import plant_day
from qc_app.jobs.step import Key, Permit, Result, step
from qc_app.plant import Plant
from qc_app.records import Run
from qc_app.store import Store, backup
from qc_app.store.backup import JOB

Told = Callable[[str, float], None]


def back_up(store: Store, plant: Plant, target: Path, told: Told | None = None) -> Run:
    """Take a backup and note it among the runs, where pages, metrics and the alarm look for its age.

    Parameters
    ----------
    store : Store
    plant : Plant
    target : Path
        A name ending in ``.tar`` makes one file, another a folder; there must be nothing of that name.
    told : callable, optional
        Hears what is copied and the share done.

    Raises
    ------
    StoreError
        If it cannot be taken; nothing is left at `target` then.
    """
    began = store.clock.now()
    made = backup.take(store, target, told)
    own = backup.own_bytes(target)
    shared = f" ({own / 1e6:,.1f} MB of its own, the rest is shared with those before)" if own < made.size else ""
    words = (
        f"{len(made.files):,} files, {made.size / 1e6:,.1f} MB{shared} as of"
        f" {made.at.isoformat(' ', 'seconds')} in {target}:"
        f" {sum(made.counts.values()):,} facts, {sum(table['rows'] for table in made.tables.values()):,} rows"
    )
    words += f"; left out: {'; '.join(made.left_out[:3])}" if made.left_out else ""
    numbers = {
        "path": str(target),
        "bytes": made.size,
        "own_bytes": own,
        "files": len(made.files),
        "of": made.at.isoformat(),
    }
    runs = store.journal.runs  # noted at its end alone: a scheduler that begins meanwhile would take it for an orphan
    run = runs.start_repeat(JOB, "", plant_day(began, plant.zone, plant.day_starts), began)
    return runs.finish(replace(run, started=began), "done", words, numbers, store.clock.now())


def keep(store: Store, plant: Plant, folder: Path, most: int, permit: Permit) -> Run:
    """Take the backup of the day into a folder and remove all but the newest; a failure is recorded and rings.

    Parameters
    ----------
    store : Store
    plant : Plant
    folder : Path
        May hold backups of other plants, too; theirs are left alone.
    most : int
        How many are kept.
    permit : callable
        Raises if another scheduler leads now.
    """

    def work() -> Result:
        run = back_up(store, plant, folder / backup.dated(store))
        gone = backup.there(store, folder)[:-most]
        for path in gone:
            backup.remove(path)
        return Result(run.sentence, {**run.numbers, "removed": len(gone)})

    day = plant_day(store.clock.now(), plant.zone, plant.day_starts)
    return step(store, Key(JOB, "", day), work, permit=permit, quiet=True)
