"""Adding stages from the page: keeping an uploaded file, and going live with one stage or a sheet of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from qc_app.access import Actor
from qc_app.actions.onboard.file import require_fit
from qc_app.actions.permission import authorise, record
from qc_app.actions.plant import apply_plant
from qc_app.actions.requests import ask
from qc_app.errors import ActionError
from qc_app.store import Store, plant_in_force

#: Signs that a file name may not keep.
_MEANT = re.compile(r"[^\w .()-]")
_LONGEST = 100


def keep_upload(store: Store, actor: Actor, stage: str, file_name: str, data: bytes) -> Path:
    """Keep an uploaded file in the plant's folder, where a source of its own can read it; return that folder.

    Parameters
    ----------
    store : Store
    actor : Actor
    stage : str
        The new stage; must not be in the plant yet.
    file_name : str
        Its ending says the format.
    data : bytes

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        If the file is too large (also unpacked), of another kind than its name says, or the stage is there already.
    """
    authorise(store, actor, "keep_upload", stage or "a new stage")
    plant = plant_in_force(store)
    if not stage.strip():
        raise ActionError("the stage has no name yet - name it before a file is kept for it")
    if plant is not None and stage in {s.id for s in plant.stages}:
        raise ActionError(f"there is a stage {stage!r} already - put further files into the folder of its source")
    ending = require_fit(file_name, data)
    folder = store.uploads(stage)
    stem = _MEANT.sub("_", Path(file_name).stem)[:_LONGEST].strip(" .") or "upload"
    kept = folder / f"{stem}{ending}"
    store.keep(kept, data)
    for other in folder.iterdir():
        if other.is_file() and other != kept:
            other.unlink()
    record(store, actor, "keep_upload", stage, reason="", detail={"file": file_name[:200], "bytes": len(data)})
    return folder


def onboard_stage(
    store: Store,
    actor: Actor,
    text: str,
    stage: str,
    characteristics: Sequence[str],
    *,
    reason: str = "",
    seen: int | None = None,
) -> list[str]:
    """Put a definition with a new stage in force, and ask the scheduler to read, adapt and predict it.

    Parameters
    ----------
    store : Store
    actor : Actor
    text : str
        The plant with the stage, as TOML.
    stage : str
        Its id.
    characteristics : sequence of str
        What is to be predicted of it; none: nothing is adapted.
    reason : str
    seen : int, optional
        Number of the version that the definition was made from.

    Returns
    -------
    list of str
        What changed, in sentences.

    Raises
    ------
    NotAllowed
        Below engineer.
    PlantError, ActionError
        As `apply_plant`.
    """
    authorise(store, actor, "onboard_stage", stage, reason)
    changes = apply_plant(store, actor, text, reason or f"stage {stage} added on the page", "the new stage", seen=seen)
    ask(store, actor, "ingest", "", {}, reason=f"stage {stage} is new")
    if characteristics:
        ask(store, actor, "adapt", stage, {}, reason=f"stage {stage} is new")
    return changes


def onboard_sheet(store: Store, actor: Actor, text: str, reason: str = "", *, seen: int | None = None) -> list[str]:
    """Put a definition with many new stages in force, and ask the scheduler to read their sources.

    Raises
    ------
    NotAllowed
        Below engineer.
    PlantError, ActionError
        As `apply_plant`.
    """
    authorise(store, actor, "onboard_sheet", "a sheet of stages", reason)
    changes = apply_plant(store, actor, text, reason or "a sheet of stages added on the page", "the sheet", seen=seen)
    ask(store, actor, "ingest", "", {}, reason="a sheet of stages is new")
    return changes
