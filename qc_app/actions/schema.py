"""Somebody's word on a changed column: the plant definition follows, and the scheduler mends what waited for it."""

from __future__ import annotations

from dataclasses import replace

from data_connectors.schema import Parameter, Source, Stage
from qc_app.access import Actor
from qc_app.actions.permission import authorise, current_plant, record
from qc_app.actions.requests import ask
from qc_app.errors import ActionError
from qc_app.plant import Plant, difference, digest, render
from qc_app.records import Proposal, Request
from qc_app.store import Store


def answer_schema(
    store: Store, actor: Actor, number: int, *, accept: bool, reason: str = ""
) -> tuple[str, Request | None]:
    """Accept or decline a proposal about a column.

    Parameters
    ----------
    store : Store
    actor : Actor
    number : int
        Of the proposal, as ``qc schema list`` shows it.
    accept : bool
        A new column becomes a parameter; a renamed one an alias, its history joined; a unit the source's own.
    reason : str
        Why, for the audit trail.

    Returns
    -------
    sentence : str
        What follows from the answer.
    request : Request or None
        The work that the scheduler does because of it.

    Raises
    ------
    NotAllowed
        Below engineer.
    StoreError, ActionError
        If there is no such open proposal, or the plant does not have its source any more.
    """
    authorise(store, actor, "answer_schema", f"proposal {number}", reason)
    proposal = store.journal.schemas.proposal(number)
    if proposal.state != "open":
        raise ActionError(f"proposal {number} was {proposal.state} by {proposal.author} - see `qc schema list`")
    plant = current_plant(store)
    changed = _changed(plant, proposal) if accept else plant
    now = store.clock.now()
    store.journal.schemas.answer(number, "accepted" if accept else "declined", actor.name, now)
    if changed != plant:
        store.journal.plants.save(render(changed), digest(changed), actor.name, reason or proposal.sentence, now)
    if not accept and proposal.kind in {"new_column", "renamed"}:
        _leave_out(store, proposal)
    left = store.journal.schemas.proposals(source=proposal.source)
    if not any((p.kind, p.stage) == (proposal.kind, proposal.stage) for p in left):
        store.journal.alarms.clear(proposal.kind, proposal.stage, proposal.source, now)
    changes = difference(plant, changed)
    detail = {"kind": proposal.kind, "column": proposal.column, "accepted": accept, "changes": changes}
    record(store, actor, "answer_schema", f"proposal {number}", reason=reason, detail=detail)
    return _told(proposal, changes, accept=accept), _mend(store, actor, proposal, accept=accept)


def _mend(store: Store, actor: Actor, proposal: Proposal, *, accept: bool) -> Request | None:
    if proposal.kind == "unit_changed" or (proposal.kind == "renamed" and accept):
        return ask(store, actor, "mend_column", proposal.stage, {"proposal": proposal.id}, reason=proposal.sentence)
    return None


def _told(proposal: Proposal, changes: list[str], *, accept: bool) -> str:
    if changes:
        return f"Accepted: {'; '.join(changes)}."
    if accept:
        return "Accepted."
    what = {"unit_changed": "the values are let go as they came", "type_changed": "its alarm is closed",
            "renamed": "both stay what they are, the new column is kept no more",
            "new_column": "the column is kept no more"}  # fmt: skip
    return f"Declined: {what[proposal.kind]}."


def _leave_out(store: Store, proposal: Proposal) -> None:
    known = store.journal.schemas.columns(proposal.stage, proposal.source)
    column = [replace(c, state="left_out") for c in known if c.name == proposal.column]
    store.journal.schemas.keep(column)


def _changed(plant: Plant, proposal: Proposal) -> Plant:
    """Return the plant as the accepted proposal makes it."""
    stage, source = _found(plant, proposal)
    unit = str(proposal.detail.get("unit", ""))
    if proposal.kind == "new_column":
        stage = replace(stage, parameters=(*stage.parameters, Parameter(proposal.column)))
    elif proposal.kind == "renamed":
        source = replace(source, columns={**source.columns, proposal.name: proposal.column})
    if unit:
        source = replace(source, units={**source.units, proposal.name: unit})
    return replace(
        plant,
        stages=tuple(stage if s.id == stage.id else s for s in plant.stages),
        sources=tuple(source if s.name == source.name else s for s in plant.sources),
    )


def _found(plant: Plant, proposal: Proposal) -> tuple[Stage, Source]:
    for source in plant.sources:
        if source.name == proposal.source and source.stage == proposal.stage:
            stage = plant.stage(source.stage)
            named = {p.name for p in stage.parameters}
            if proposal.name in {"", *named} and (proposal.kind != "new_column" or proposal.column not in named):
                return stage, source
            what = proposal.name or proposal.column
            raise ActionError(f"the plant was changed since, as to {what!r} - decline it")
    raise ActionError(f"the plant has no source {proposal.source!r} any more - decline it")
