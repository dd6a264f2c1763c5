"""What people do with data: dismiss quarantined pieces, note an event on the time axis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from qc_app.access import Actor
from qc_app.actions.permission import MAX_TEXT, authorise, current_plant, record
from qc_app.errors import ActionError
from qc_app.records import Event
from qc_app.store import Store

EVENT_KINDS = ("tool", "grade", "maintenance", "note")


def dismiss_quarantine(store: Store, actor: Actor, ids: Sequence[int], reason: str = "") -> str:
    """Decide that quarantined pieces shall not enter the store; they stay on record with the reason.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        Without a reason, or if nothing was chosen.
    """
    authorise(store, actor, "dismiss_quarantine", f"{len(ids)} pieces", reason)
    if not ids:
        raise ActionError("nothing chosen to dismiss - select rows of the quarantine list first")
    store.journal.quarantine.mark(list(ids), "dismissed", store.clock.now())
    record(store, actor, "dismiss_quarantine", f"{len(ids)} pieces", reason=reason, detail={"ids": sorted(ids)})
    return f"{len(ids)} dismissed by {actor.name}."


def add_event(
    store: Store, actor: Actor, stage: str, kind: str, text: str, *, at: datetime | None = None, reason: str = ""
) -> Event:
    """Put a mark on the stage's time axis: a tool change, a grade change, maintenance, a note.

    Raises
    ------
    NotAllowed
        Below operator.
    ActionError
        If the stage or the kind does not exist, or the text is empty or too long.
    """
    authorise(store, actor, "add_event", stage, reason)
    if stage not in {known.id for known in current_plant(store).stages}:
        raise ActionError(f"there is no stage {stage!r} - choose one of the plant's stages")
    if kind not in EVENT_KINDS:
        raise ActionError(f"there is no event kind {kind!r} - use one of: {', '.join(EVENT_KINDS)}")
    if not text.strip() or len(text) > MAX_TEXT:
        raise ActionError(f"an event needs a text of 1 to {MAX_TEXT} characters - say what happened")
    event = Event(stage=stage, at=at or store.clock.now(), kind=kind, text=text.strip(), author=actor.name)
    store.journal.events.add(event)
    record(store, actor, "add_event", stage, reason=reason, detail={"kind": kind, "text": text.strip()})
    return event
