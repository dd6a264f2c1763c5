"""What people do with models: promote a challenger, roll back, ask for a retraining."""

from __future__ import annotations

from qc_app.access import Actor
from qc_app.actions.permission import authorise, current_plant, record
from qc_app.actions.requests import ask
from qc_app.clock import plant_day
from qc_app.errors import ActionError
from qc_app.records import Decision, Request, Verdict
from qc_app.store import Store


def promote(store: Store, actor: Actor, stage: str, characteristic: str, reason: str = "") -> Decision:
    """Make the waiting challenger the champion, over the night's verdict.

    Raises
    ------
    NotAllowed
        Below approver.
    ActionError
        Without a reason, or if no challenger waits.
    """
    subject = f"{stage} / {characteristic}"
    authorise(store, actor, "promote", subject, reason)
    pointers = store.journal.models.pointers(stage, characteristic)
    if pointers.challenger is None:
        raise ActionError(f"{subject}: no challenger waits - retrain first, the night then makes one")
    decision = _decision(store, actor, (stage, characteristic), "promoted", f"Promoted by {actor.name}: {reason}")
    store.journal.models.promote(stage, characteristic, pointers.challenger, decision)
    record(
        store, actor, "promote", subject, reason=reason, detail={"from": pointers.champion, "to": pointers.challenger}
    )
    return decision


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
    authorise(store, actor, "roll_back", subject, reason)
    pointers = store.journal.models.pointers(stage, characteristic)
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
    return Decision(
        stage=of[0],
        characteristic=of[1],
        plant_day=plant_day(now, plant.zone, plant.day_starts),
        at=now,
        verdict=verdict,
        rule="by hand",
        sentence=sentence,
        champion=pointers.champion,
        challenger=pointers.challenger if verdict == "promoted" else pointers.previous,
        author=actor.name,
    )
