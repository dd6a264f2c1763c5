"""What people do with data: dismiss quarantined pieces."""

from __future__ import annotations

from collections.abc import Sequence

from qc_app.access import Actor
from qc_app.actions.permission import authorise, record
from qc_app.errors import ActionError
from qc_app.store import Store


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
