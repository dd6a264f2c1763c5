"""Deciding what is done with a unit: hold, use as is, rework, regrade, scrap; with a reason, always."""

from __future__ import annotations

from qc_app.access import Actor
from qc_app.actions.permission import authorise, current_plant, record
from qc_app.errors import ActionError
from qc_app.plant import nearest
from qc_app.records import DISPOSITIONS, Disposition
from qc_app.store import Store

MAX_UNIT = 200


def dispose(  # noqa: PLR0917 - who, which unit, what, why
    store: Store, actor: Actor, stage: str, unit: str, verdict: str, reason: str = ""
) -> Disposition:
    """Decide what is done with a unit; a later decision replaces it, and both stay on record.

    Parameters
    ----------
    store : Store
    actor : Actor
    stage, unit : str
        A unit that the lake holds.
    verdict : str
        One of `qc_app.records.DISPOSITIONS`.
    reason : str

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        If there is no reason, no such unit, or no such verdict.
    PlantError
        If there is no such stage.
    """
    authorise(store, actor, "dispose", f"{stage} / {unit[:MAX_UNIT]}", reason)
    known = current_plant(store).stage(stage).id
    found = next((one for one in DISPOSITIONS if one == verdict), None)
    if found is None:
        raise ActionError(f"{verdict!r} is no disposition - {nearest(verdict, DISPOSITIONS)}")
    if not unit or not (store.lake.predictions(known, unit_id=unit, last=1).height or _measured(store, known, unit)):
        raise ActionError(f"stage {known!r} has no unit {unit[:MAX_UNIT]!r} - check the id as it stands on the part")
    kept = store.journal.dispositions.add(
        Disposition(known, unit, store.clock.now(), found, reason.strip(), actor.name)
    )
    record(store, actor, "dispose", f"{known} / {unit}", reason=reason, detail={"verdict": found})
    return kept


def _measured(store: Store, stage: str, unit: str) -> bool:
    return unit in store.lake.measurements(stage, columns=["unit_id"])["unit_id"]
