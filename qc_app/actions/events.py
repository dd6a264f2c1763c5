"""Marks on the time axis by hand and by file: tool changes, grades, maintenance, supplier lots, shifts, notes."""

from __future__ import annotations

from datetime import UTC, datetime

from qc_app.access import Actor
from qc_app.actions.permission import MAX_TEXT, authorise, current_plant, record
from qc_app.actions.table_text import Fields, fields_of, moment_of
from qc_app.errors import ActionError, PlantError
from qc_app.plant import KNOWN_KINDS, Plant, nearest, require_kind
from qc_app.records import Event
from qc_app.store import Store

_HEADS = {
    "stage": {"stage"},
    "at": {"time", "at", "timestamp"},
    "kind": {"kind", "event"},
    "text": {"text", "what", "note", "comment"},
}


def event_kinds(plant: Plant) -> tuple[str, ...]:
    """Return the kinds of events that a person may note: those every plant knows, and those its definition names.

    Examples
    --------
    >>> event_kinds(Plant("P"))[:2]
    ('tool_change', 'grade_change')
    """
    return tuple(dict.fromkeys([*KNOWN_KINDS, *(mark.kind for mark in plant.marks)]))


def add_event(
    store: Store, actor: Actor, stage: str, kind: str, text: str, *, at: datetime | None = None, reason: str = ""
) -> Event:
    """Put a mark on the stage's time axis.

    What it sets going (control limits, baseline, adaptation) says the plant definition, kind by kind.

    Raises
    ------
    NotAllowed
        Below operator.
    ActionError
        If the stage or the kind does not exist, or the text is empty or too long.
    """
    authorise(store, actor, "add_event", stage, reason)
    plant = current_plant(store)
    moment = (at or store.clock.now()).astimezone(UTC)
    event = Event(_stage(plant, stage), moment, _kind(plant, kind), _text(text), actor.name)
    kept = store.journal.events.add(event)
    record(store, actor, "add_event", stage, reason=reason, detail={"kind": kind, "text": event.text})
    return kept


def import_events(store: Store, actor: Actor, text: str, *, reason: str = "") -> str:
    """Keep the marks of a file; the same again changes nothing.

    Parameters
    ----------
    store : Store
    actor : Actor
    text : str
        With a heading line: ``stage, time, kind, text``; a time without an offset is by the plant's clocks.
    reason : str

    Raises
    ------
    NotAllowed
        Below operator.
    ActionError
        If a line cannot be understood; nothing is kept then.
    """
    authorise(store, actor, "import_events", "plant", reason)
    plant = current_plant(store)
    lines = fields_of(text, _HEADS, {"stage", "at", "kind"})
    events = [_event(plant, actor, fields, number) for number, fields in lines]
    new = store.journal.events.add_new(events)
    record(store, actor, "import_events", "plant", reason=reason, detail={"lines": len(events), "new": new})
    return f"{len(events)} events read: {new} new, {len(events) - new} known already"


def _event(plant: Plant, actor: Actor, fields: Fields, line: int) -> Event:
    moment = moment_of(fields["at"], plant.zone, line).astimezone(UTC)
    words = fields.get("text", "") or fields["kind"].replace("_", " ")
    try:
        require_kind(fields["kind"])
        return Event(_stage(plant, fields["stage"]), moment, fields["kind"], _text(words), actor.name)
    except (ActionError, PlantError) as error:
        raise ActionError(f"line {line}: {error}") from None


def _stage(plant: Plant, stage: str) -> str:
    known = [s.id for s in plant.stages]
    if stage not in known:
        raise ActionError(f"there is no stage {stage!r} - {nearest(stage, known)}")
    return stage


def _kind(plant: Plant, kind: str) -> str:
    if kind not in event_kinds(plant):
        raise ActionError(f"there is no event kind {kind!r} - use one of: {', '.join(event_kinds(plant))}")
    return kind


def _text(text: str) -> str:
    if not text.strip() or len(text) > MAX_TEXT:
        raise ActionError(f"an event needs a text of 1 to {MAX_TEXT} characters - say what happened")
    return text.strip()
