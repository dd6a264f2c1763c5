"""The switch of write-back: anyone at the line may stop it, an approver lets it go on."""

from __future__ import annotations

from qc_app.access import Actor
from qc_app.actions.permission import authorise, current_plant, record
from qc_app.errors import ActionError
from qc_app.plant import nearest
from qc_app.store import Store
from qc_app.store.outlet_room import Stopped


def stop_writeback(store: Store, actor: Actor, name: str = "", reason: str = "") -> list[str]:
    """Stop one write-back, or all; within a second what stands outside is taken back and nothing more is told.

    Returns
    -------
    list of str
        The outlets that are stopped now.

    Raises
    ------
    NotAllowed
        Below operator.
    ActionError
        If there is no such outlet, or no reason is given.
    """
    authorise(store, actor, "stop_writeback", name or "all", reason)
    names = _named(store, name)
    for one in names:
        store.outlet(one).stop(Stopped(actor.name, reason, store.clock.now()))
    record(store, actor, "stop_writeback", name or "all", reason=reason, detail={"outlets": names})
    return names


def start_writeback(store: Store, actor: Actor, name: str = "", reason: str = "") -> list[str]:
    """Let one write-back, or all, go on; only those tell that the plant definition turns on.

    Returns
    -------
    list of str
        The outlets that are not stopped any more.

    Raises
    ------
    NotAllowed
        Below approver.
    ActionError
        If there is no such outlet, or no reason is given.
    """
    authorise(store, actor, "start_writeback", name or "all", reason)
    names = _named(store, name)
    for one in names:
        store.outlet(one).start()
    record(store, actor, "start_writeback", name or "all", reason=reason, detail={"outlets": names})
    return names


def _named(store: Store, name: str) -> list[str]:
    known = [outlet.name for outlet in current_plant(store).writeback]
    if not known:
        raise ActionError("the plant has no write-back - add [writeback.<name>] to its definition")
    if name and name not in known:
        raise ActionError(f"the plant has no write-back {name!r} - {nearest(name, known)}")
    return [name] if name else known
