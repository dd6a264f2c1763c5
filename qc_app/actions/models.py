"""What people do with models: promote a challenger, approve or reject it, roll back, ask for a retraining."""

from __future__ import annotations

from dataclasses import replace

from qc_app.access import Actor
from qc_app.actions.permission import authorise, current_plant, record
from qc_app.actions.requests import ask
from qc_app.clock import plant_day
from qc_app.errors import ActionError, NotAllowed
from qc_app.records import Decision, Request, Verdict
from qc_app.store import Store

NIGHT = "night"
REQUESTS = 500


def promote(store: Store, actor: Actor, stage: str, characteristic: str, reason: str = "") -> Decision:
    """Make the waiting challenger the champion, over the night's verdict.

    Where the plant asks for approval this only proposes it: somebody else must approve.

    Raises
    ------
    NotAllowed
        Below approver.
    ActionError
        Without a reason, or if no challenger waits.
    """
    subject = f"{stage} / {characteristic}"
    pointers = store.journal.models.pointers(stage, characteristic)
    authorise(store, actor, "promote", subject, reason, exactly=pointers.challenger or "")
    if pointers.challenger is None:
        raise ActionError(f"{subject}: no challenger waits - retrain first, the night then makes one")
    if current_plant(store).gate.approval:
        words = f"Proposed by {actor.name}: {reason}; it waits for the approval of a second person"
        decision = _decision(store, actor, (stage, characteristic), "awaiting", words)
        store.journal.decisions.add(decision)
        record(store, actor, "propose", subject, reason=reason, detail={"challenger": pointers.challenger})
        return decision
    decision = _decision(store, actor, (stage, characteristic), "promoted", f"Promoted by {actor.name}: {reason}")
    store.journal.models.promote(stage, characteristic, pointers.challenger, decision)
    record(
        store, actor, "promote", subject, reason=reason, detail={"from": pointers.champion, "to": pointers.challenger}
    )
    return decision


def approve_challenger(store: Store, actor: Actor, stage: str, characteristic: str, reason: str = "") -> Decision:
    """Approve what the night, or another person, would promote: it answers from now on.

    Raises
    ------
    NotAllowed
        Below approver, or by the person who proposed it or asked for the challenger: it takes a second one.
    ActionError
        Without a reason, or if no challenger waits for approval.
    """
    subject = f"{stage} / {characteristic}"
    authorise(store, actor, "approve_challenger", subject, reason)
    proposal = awaiting(store, stage, characteristic)
    if proposal is None or proposal.challenger is None:
        raise ActionError(f"{subject}: nothing waits for approval - a challenger must be found better first")
    first = first_person(store, proposal)
    if first == actor.name:
        detail = {"refusal": "the same person", "challenger": proposal.challenger}
        record(store, actor, "refused approve_challenger", subject, reason=reason, detail=detail)
        raise NotAllowed(f"{actor.name} asked for this challenger and may not approve it - it takes a second person")
    words = f"Approved by {actor.name}: {reason}; found before: {proposal.sentence}"
    decision = replace(_decision(store, actor, (stage, characteristic), "promoted", words), rule="approved by hand")
    store.journal.models.promote(stage, characteristic, proposal.challenger, decision)
    told = {"from": proposal.champion, "to": proposal.challenger, "verdict": proposal.id, "first": first}
    record(store, actor, "approve_challenger", subject, reason=reason, detail=told)
    return decision


def reject_challenger(store: Store, actor: Actor, stage: str, characteristic: str, reason: str = "") -> Decision:
    """Turn the challenger on trial away; it stays in the registry to be looked at, and does not come back.

    Raises
    ------
    NotAllowed
        Below approver.
    ActionError
        Without a reason, or if no challenger is on trial.
    """
    subject = f"{stage} / {characteristic}"
    authorise(store, actor, "reject_challenger", subject, reason)
    challenger = store.journal.models.pointers(stage, characteristic).challenger
    if challenger is None:
        raise ActionError(f"{subject}: no challenger is on trial - there is nothing to reject")
    made = _decision(store, actor, (stage, characteristic), "kept", f"Rejected by {actor.name}: {reason}")
    decision = replace(made, challenger=challenger)
    store.journal.models.reject(stage, characteristic, challenger, decision)
    record(store, actor, "reject_challenger", subject, reason=reason, detail={"challenger": challenger})
    return decision


def awaiting(store: Store, stage: str, characteristic: str) -> Decision | None:
    """Return the proposal that waits for a second person, None if none does: the newest verdict on the challenger."""
    challenger = store.journal.models.pointers(stage, characteristic).challenger
    newest = store.journal.decisions.list(stage=stage, characteristic=characteristic, last=1)
    waits = bool(newest) and newest[0].verdict == "awaiting" and newest[0].challenger == challenger
    return newest[0] if waits else None


def first_person(store: Store, proposal: Decision) -> str:
    """Return who is behind a proposal: its author, or who asked for the retraining that made the challenger.

    The night on its own is nobody; then whoever may approve is the second.
    """
    if proposal.author != NIGHT:
        return proposal.author
    built = store.journal.models.get(proposal.challenger or "").cutoff
    for request in reversed(store.journal.requests.list(last=REQUESTS)):
        began, ended = request.taken, request.ended or store.clock.now()
        asked = request.action == "adapt" and request.stage == proposal.stage
        if asked and began is not None and began <= built <= ended:
            return request.author
    return NIGHT


def roll_back(store: Store, actor: Actor, stage: str, characteristic: str, reason: str = "") -> Decision:
    """Let the previous version answer again and quarantine the present one, so that no night brings it back.

    Raises
    ------
    NotAllowed
        Below approver.
    ActionError
        Without a reason, or if there is no previous version.
    """
    subject = f"{stage} / {characteristic}"
    pointers = store.journal.models.pointers(stage, characteristic)
    authorise(store, actor, "roll_back", subject, reason, exactly=pointers.previous or "")
    if pointers.previous is None:
        raise ActionError(f"{subject}: there is no previous version to go back to - the present one stays")
    decision = _decision(store, actor, (stage, characteristic), "rolled_back", f"Rolled back by {actor.name}: {reason}")
    store.journal.models.roll_back(stage, characteristic, decision)
    record(
        store, actor, "roll_back", subject, reason=reason, detail={"from": pointers.champion, "to": pointers.previous}
    )
    return decision


def retrain(store: Store, actor: Actor, stage: str, reason: str = "") -> Request:
    """Ask the scheduler to adapt a challenger for `stage` now and judge it.

    Raises
    ------
    NotAllowed
        Below engineer.
    """
    authorise(store, actor, "retrain", stage, reason)
    return ask(store, actor, "adapt", stage, {}, reason=reason)


def _decision(store: Store, actor: Actor, of: tuple[str, str], verdict: Verdict, sentence: str) -> Decision:
    plant, now = current_plant(store), store.clock.now()
    pointers = store.journal.models.pointers(*of)
    moves = verdict in {"promoted", "awaiting"}
    return Decision(
        stage=of[0],
        characteristic=of[1],
        plant_day=plant_day(now, plant.zone, plant.day_starts),
        at=now,
        verdict=verdict,
        rule="by hand",
        sentence=sentence,
        champion=pointers.champion,
        challenger=pointers.challenger if moves else pointers.previous,
        author=actor.name,
    )
