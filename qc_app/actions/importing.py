"""Taking in a file that somebody exported: what would be made of it, then the definition and the file itself."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from data_connectors import conform, make_connector
from data_connectors.drafting import Draft
from data_connectors.file_folder.exports.text import bare
from data_connectors.names import listed
from data_connectors.schema import Source, Stage
from qc_app.access import Actor
from qc_app.actions.permission import authorise
from qc_app.actions.plant import apply_plant
from qc_app.errors import ActionError
from qc_app.plant import Plant, render
from qc_app.store import Store

#: A file that was changed later than this many seconds ago may still be written to.
_SETTLED_S = 60.0


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What ingest would make of a file.

    Parameters
    ----------
    rows : int
        Rows, or results where the source carries labels.
    first, last : datetime or None
        Of their times.
    refused : int
    why : str
        Of the first that was refused; empty: none was.
    """

    rows: int
    first: datetime | None
    last: datetime | None
    refused: int
    why: str


def rehearse(draft: Draft, now: Callable[[], datetime]) -> Rehearsal:
    """Read a file as ingest would and store nothing.

    Parameters
    ----------
    draft : Draft
    now : callable
        The present moment, aware.
    """
    source, stage = draft.source, draft.stage
    samples = stage.window is not None and source.carries == "measurements"
    named = replace(source, unit_column=source.time_column) if samples else source
    connector = make_connector(named, now)
    try:
        made = [conform(batch, stage, named, now()) for batch in connector.read(stage, None)]
    finally:
        connector.close()
    at = "t_event" if source.carries == "measurements" else "t_measured"
    times = pl.concat([m.rows[at] for m in made]) if made else pl.Series(dtype=pl.Datetime("us", "UTC"))
    refused = [reject for m in made for reject in m.rejects]
    first, last = (times.sort()[0], times.sort()[-1]) if len(times) else (None, None)
    return Rehearsal(len(times), first, last, len(refused), refused[0].message if refused else "")


def proposed(plant: Plant | None, drafts: Sequence[Draft], home: Path, zone: str = "UTC") -> Plant:
    """Return the plant with what the drafts need: a new stage or the one that is there, and a source each.

    Parameters
    ----------
    plant : Plant or None
        None: there is none yet.
    drafts : sequence of Draft
        Of one stage; the first with a window gives it to a new stage.
    home : Path
        Of the plant; the sources read folders below it, where later exports may be dropped too.
    zone : str
        Of a plant that is new.

    Raises
    ------
    ActionError
        If the stage is there and a file has none of its parameters or characteristics.
    """
    plant = plant or Plant(drafts[0].stage.id, zone=zone)
    known = next((stage for stage in plant.stages if stage.id == drafts[0].stage.id), None)
    stage = known or _joined([draft.stage for draft in drafts])
    sources = list(plant.sources)
    for draft in drafts:
        source = _placed(draft.source, home, {one.name for one in sources})
        sources.append(source if known is None else _mapped(source, known, draft.stage))
    stages = plant.stages if known is not None else (*plant.stages, stage)
    return replace(plant, stages=stages, sources=tuple(sources))


def _joined(stages: Sequence[Stage]) -> Stage:
    window = next((stage.window for stage in stages if stage.parameters and stage.window), None)
    return replace(
        stages[0],
        parameters=tuple(p for stage in stages for p in stage.parameters),
        characteristics=tuple(c for stage in stages for c in stage.characteristics),
        window=window or next((stage.window for stage in stages if stage.window), None),
    )


def _placed(source: Source, home: Path, taken: set[str]) -> Source:
    """Return a source that reads the folder into which the file is copied, under a name that is free."""
    name, number = source.name, 2
    while name in taken:
        name, number = f"{source.name}-{number}", number + 1
    settings = {key: value for key, value in source.settings.items() if key != "settle_s"}
    settings |= {"path": str((home / "imports" / name).resolve()), "pattern": "*"}
    return replace(source, name=name, settings=settings)


def _mapped(source: Source, stage: Stage, there: Stage) -> Source:
    """Return a source for a stage that is defined: columns count as its own that differ in case or punctuation."""
    labels = source.carries == "labels"
    columns = [one.name for one in (there.characteristics if labels else there.parameters)]
    wanted = [one.name for one in (stage.characteristics if labels else stage.parameters)]
    alike = {bare(column): column for column in columns}
    mapping = {name: alike[bare(name)] for name in wanted if bare(name) in alike}
    if not mapping:
        what = "characteristics" if labels else "parameters"
        raise ActionError(
            f"the file has {listed(columns)}, none of which is like the {what} of stage {stage.id!r} ({listed(wanted)})"
            " - name another stage, or map the columns in a source of your own"
        )
    absent = () if labels else tuple(name for name in wanted if name not in mapping)
    renamed = {name: column for name, column in mapping.items() if name != column}
    return replace(source, columns=renamed, optional=absent)


def import_files(store: Store, actor: Actor, plant: Plant, files: Sequence[Path], reason: str = "") -> list[str]:
    """Put the proposed plant in force and copy each file to where its source reads it.

    Parameters
    ----------
    store : Store
    actor : Actor
    plant : Plant
        As `proposed` returned it; its last sources are those of `files`, in their order.
    files : sequence of Path
    reason : str

    Returns
    -------
    list of str
        What changed in the definition.

    Raises
    ------
    NotAllowed
        Below engineer.
    PlantError, ActionError
        If the definition is wrong or a file cannot be copied.
    """
    authorise(store, actor, "import_files", "plant", reason)
    current = store.journal.plants.current()
    for file, source in zip(files, plant.sources[-len(files) :], strict=True):
        _copied(file, Path(str(source.settings["path"])))
    seen = None if current is None else current.id
    return apply_plant(store, actor, render(plant), reason or f"import of {files[0].name}", "the import", seen=seen)


def _copied(file: Path, folder: Path) -> None:
    """Copy a file under its own name, whole or not at all; one of that name is replaced: a newer export."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f".{file.name}.part"
        shutil.copy2(file, unfinished)
        settled = min(file.stat().st_mtime, time.time() - _SETTLED_S)
        os.utime(unfinished, (settled, settled))
        unfinished.replace(folder / file.name)
    except OSError as error:
        raise ActionError(f"{file} cannot be copied to {folder} ({error.strerror}) - check rights and space") from error
