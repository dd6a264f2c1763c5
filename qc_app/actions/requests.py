"""Long work: a person asks, the scheduler does it, the page shows how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from qc_app.access import Actor
from qc_app.actions.permission import MAX_TEXT, authorise, current_plant, record
from qc_app.errors import ActionError
from qc_app.records import Request
from qc_app.store import Store

RUNS = ("ingest", "night", "train", "retune")


def ask(store: Store, actor: Actor, what: str, stage: str, arguments: Mapping[str, Any], *, reason: str) -> Request:
    """Put a request for the scheduler, or return the one that already waits for the same thing."""
    for waiting in store.journal.requests.list(state="open"):
        if (waiting.action, waiting.stage, dict(waiting.arguments)) == (what, stage, dict(arguments)):
            return waiting
    request = Request(action=what, stage=stage, arguments=dict(arguments), author=actor.name, at=store.clock.now())
    kept = store.journal.requests.put(request)
    record(store, actor, f"request {what}", stage or "plant", reason=reason, detail=dict(arguments))
    return kept


def request_run(store: Store, actor: Actor, what: str, stage: str = "", reason: str = "") -> Request:
    """Ask for a run out of turn: ``ingest``, ``night``, ``train`` or ``retune``.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        If there is no such run.
    """
    authorise(store, actor, "request_run", stage or "plant", reason)
    if what not in RUNS:
        raise ActionError(f"there is no run {what!r} to ask for - use one of: {', '.join(RUNS)}")
    return ask(store, actor, what, stage, {}, reason=reason)


def request_causes(
    store: Store, actor: Actor, stage: str, characteristic: str, unit: str = "", *, reason: str = ""
) -> Request:
    """Ask what further up may be behind the bad units of a stage, or behind one unit.

    Raises
    ------
    NotAllowed
        Below operator.
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    """
    authorise(store, actor, "request_causes", f"{stage} / {characteristic} {unit}"[:MAX_TEXT], reason)
    current_plant(store).stage(stage).characteristic(characteristic)
    arguments = {"characteristic": characteristic, "unit": unit}
    return ask(store, actor, "causes", stage, arguments, reason=reason)


def request_explanation(
    store: Store, actor: Actor, stage: str, characteristic: str, unit: str, *, reason: str = ""
) -> Request:
    """Ask why the model says what it says of one unit.

    Raises
    ------
    NotAllowed
        Below operator.
    PlantError, DefinitionError
        If there is no such stage or characteristic.
    ActionError
        If no unit is named.
    """
    authorise(store, actor, "request_explanation", f"{stage} / {characteristic} {unit}"[:MAX_TEXT], reason)
    current_plant(store).stage(stage).characteristic(characteristic)
    if not unit.strip():
        raise ActionError("no unit named - choose one, or type its id")
    return ask(store, actor, "explain", stage, {"characteristic": characteristic, "unit": unit}, reason=reason)


def backfill(store: Store, actor: Actor, name: str, since: datetime, until: datetime, *, reason: str = "") -> Request:
    """Ask that a source be asked again for a stretch of time.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        If there is no such source, or the stretch is none or not over.
    """
    authorise(store, actor, "backfill", name, reason)
    if name not in {one.name for one in current_plant(store).sources}:
        raise ActionError(f"there is no source {name!r} - see `qc status` for their names")
    if not since < until <= store.clock.now():
        raise ActionError(f"from {since.isoformat()} to {until.isoformat()} is no stretch of the past - turn it round")
    arguments = {"source": name, "since": since.isoformat(), "until": until.isoformat(), "author": actor.name}
    return ask(store, actor, "backfill", "", arguments, reason=reason)


def replay_quarantine(store: Store, actor: Actor, ids: Sequence[int], reason: str = "") -> Request:
    """Ask that quarantined pieces be read again, as after a corrected mapping.

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        If nothing was chosen.
    """
    authorise(store, actor, "replay_quarantine", f"{len(ids)} pieces", reason)
    if not ids:
        raise ActionError("nothing chosen to replay - select rows of the quarantine list first")
    return ask(store, actor, "replay_quarantine", "", {"ids": sorted(ids)}, reason=reason)
