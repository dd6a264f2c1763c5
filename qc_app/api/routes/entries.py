"""What programs tell: inspection results, events, acknowledgements; through the very actions of the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response

from qc_app.actions import Entry, acknowledge_alarm, add_event, check_labels, enter_labels
from qc_app.api.admission import AlarmDeeds, Events, Labels
from qc_app.api.idempotency import Asked, Key, once
from qc_app.api.office import Caller, Office, OfficeOf, characteristic_of, stage_of
from qc_app.api.problems import Refusal
from qc_app.api.shapes.answered import EventOut, LabelsOut, Said
from qc_app.api.shapes.asked import EventIn, LabelsIn, NoteIn
from qc_app.records import Event

router = APIRouter()
_REMARKS = 50


@router.post("/labels", status_code=201, response_model=LabelsOut, tags=["labels"])
def post_labels(body: LabelsIn, office: OfficeOf, caller: Labels, key: Key) -> Response:
    """Keep inspection results, all or none; a unit that has one already gets a new revision.

    Needs the role operator. Results are checked as on the page: no unit, no number, a time to come or two values for
    one unit are refused; what is only odd is kept with a remark.
    """
    characteristic_of(stage_of(office.plant, body.stage), body.characteristic)
    return once(office, Asked(caller, key, "labels", body), lambda _: _entered(office, caller, body))


@router.post("/events", status_code=201, response_model=EventOut, tags=["events"])
def post_event(body: EventIn, office: OfficeOf, caller: Events, key: Key) -> Response:
    """Put a mark on a stage's time axis: a tool change, a grade, maintenance. Needs the role operator."""
    stage_of(office.plant, body.stage)
    return once(office, Asked(caller, key, "events", body), lambda at: _marked(office, caller, body, at))


@router.post("/alarms/{number}/acknowledge", status_code=201, response_model=Said, tags=["alarms"])
def acknowledge(
    body: NoteIn,
    office: OfficeOf,
    caller: AlarmDeeds,
    key: Key,
    number: Annotated[int, Path(ge=1, le=2**53, description="Number of the alarm.")],
) -> Response:
    """Say that an alarm was seen and is being handled. Needs the role operator."""
    if office.store.journal.alarms.get(number) is None:
        raise Refusal(404, f"there is no alarm {number} - GET /api/v1/alarms lists those there are")
    asked = Asked(caller, key, f"acknowledge {number}", body)
    return once(office, asked, lambda _: _seen(office, caller, number, body.note))


def _entered(office: Office, caller: Caller, body: LabelsIn) -> LabelsOut:
    entries = [Entry(one.unit_id.strip(), one.value, one.t_measured, one.note, str(one.value)) for one in body.results]
    checked = check_labels(office.store, body.stage, body.characteristic, entries)
    counts = enter_labels(office.store, caller.actor, body.stage, body.characteristic, entries, body.reason).counts
    remarks = [f"{one.entry.unit_id}: {one.remark}" for one in checked if one.remark]
    return LabelsOut(
        received=counts.received,
        new=counts.new,
        revisions=counts.revisions,
        duplicates=counts.duplicates,
        remarks=remarks[:_REMARKS],
    )


def _marked(office: Office, caller: Caller, body: EventIn, at: datetime) -> EventOut:
    """Add the event, unless a try that died after adding it is repeated."""
    moment = body.at or at
    same = (body.stage, moment, body.kind, body.text.strip(), caller.actor.name)
    there = office.store.journal.events.list(body.stage, since=moment)
    found = next((e for e in there if (e.stage, e.at, e.kind, e.text, e.author) == same), None)
    event = found or add_event(
        office.store, caller.actor, body.stage, body.kind, body.text, at=moment, reason=body.reason
    )
    return _out(event)


def _seen(office: Office, caller: Caller, number: int, note: str) -> Said:
    """Acknowledge, unless a try that died after acknowledging is repeated."""
    alarm = office.store.journal.alarms.get(number)
    if alarm is not None and alarm.state == "acknowledged" and alarm.acknowledged_by == caller.actor.name:
        return Said(sentence=f"Alarm {number} acknowledged by {caller.actor.name}.")
    return Said(sentence=acknowledge_alarm(office.store, caller.actor, number, note))


def _out(event: Event) -> EventOut:
    return EventOut(stage=event.stage, at=event.at, kind=event.kind, text=event.text, author=event.author)
