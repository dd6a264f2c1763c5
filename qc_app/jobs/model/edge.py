"""A stage's live model for small hardware: written as ONNX beside a manifest, once shown to answer alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data_connectors.schema import Characteristic, Stage
from models.base import Array, Task
from models.errors import NotExportable
from models.export import Eight, Exported, export_model, in_eight_bits
from models.export.files import file_name, write
from qc_app import framing
from qc_app.genealogy import Steps, widened
from qc_app.jobs.model.answers import Answers
from qc_app.plant import Plant
from qc_app.store import Store

UNITS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """One exported model: its manifest, what was measured, and the file in eight bits or why there is none."""

    manifest: Path
    exported: Exported
    eight: Eight


def export_stage(
    store: Store, plant: Plant, stage: Stage, folder: Path, characteristics: Sequence[Characteristic] = ()
) -> tuple[Written, ...]:
    """Write the champions of a stage as ONNX.

    Parameters
    ----------
    store : Store
    plant : Plant
    stage : Stage
        As its models read it.
    folder : Path
        Where to; made if it is not there.
    characteristics : sequence of Characteristic
        Default: all that have a champion.

    Returns
    -------
    tuple of Written

    Raises
    ------
    NotExportable
        If there is no champion, or it does not answer alike as ONNX. Nothing is written of that one.
    """
    found = []
    for what in characteristics or stage.characteristics:
        champion = store.journal.models.pointers(stage.id, what.name).champion
        if champion is not None:
            found.append(_Champion(stage, what, champion))
        elif characteristics:
            raise NotExportable(f"{stage.id!r}, {what.name!r}: no champion yet - `qc night` makes one from labels")
    if not found:
        raise NotExportable(f"stage {stage.id!r} has no champion yet - `qc night` makes one from labels")
    answers = Answers(store.registry)
    return tuple(_written(store, plant, answers, champion, folder) for champion in found)


@dataclass(frozen=True, slots=True)
class _Champion:
    stage: Stage
    what: Characteristic
    id: str


def _written(store: Store, plant: Plant, answers: Answers, champion: _Champion, folder: Path) -> Written:
    _, task = answers.recipe(champion.id)
    model = answers.model(champion.id)
    x, t = units(store, Steps(store.lake, plant), champion.stage, task)
    try:
        exported = export_model(model, x, t)
    except NotExportable as error:
        raise NotExportable(f"stage {champion.stage.id!r}, {champion.what.name!r}: {error}") from None
    eight = in_eight_bits(model, exported, x, t)
    name = file_name(champion.stage.id, champion.what.name)
    return Written(write(folder, name, exported, eight, _about(store, champion, task)), exported, eight)


def units(store: Store, steps: Steps, stage: Stage, task: Task) -> tuple[Array, Array | None]:
    """Return units on which to compare: the stage's newest as known then, and those that the model was adapted with."""
    newest = store.lake.measurements(stage.id, known_at=steps.known_at, last=UNITS)
    x, t = framing.inputs(stage, widened(store, steps, stage, newest))
    if tuple(p.name for p in stage.parameters) != tuple(task.columns):  # the definition went on, the model did not
        x, t = np.zeros((0, len(task.columns))), np.zeros(0)
    own = task.support_t if task.support_t is not None else np.full(len(task.support_x), np.nan)
    times = np.concatenate([t, own])
    return np.vstack([x, task.support_x]), times if np.isfinite(times).all() else None


def _about(store: Store, champion: _Champion, task: Task) -> dict[str, Any]:
    stage, what = champion.stage, champion.what
    _, manifest = store.registry.get(champion.id)
    version = store.journal.models.get(champion.id)
    unit_of = {p.name: p.unit for p in stage.parameters}
    return {
        "stage": stage.id,
        "characteristic": what.name,
        "kind": what.kind,
        "unit": "" if what.kind == "binary" else what.unit,
        "columns": [{"name": name, "unit": unit_of.get(name, "")} for name in task.columns],
        "model": {
            "id": champion.id,
            "prior": manifest["prior"],
            "learner": version.learner,
            "labels": version.n_labels,
        },
    }
