"""The frame of every action: may they, why, and a line in the audit trail either way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from models.errors import ModelsError
from qc_app.access import NEEDS_REASON, NEEDS_TWO, ROLES, Actor, require
from qc_app.actions.access.sessions import held
from qc_app.errors import ActionError, NotAllowed
from qc_app.plant import Plant
from qc_app.records import Consent
from qc_app.settings import Settings
from qc_app.store import Store, plant_in_force

MAX_TEXT = 2000
#: How long the first person's asking waits for the second.
CONSENT_HOLDS = timedelta(hours=24)


def authorise(store: Store, actor: Actor, action: str, subject: str, reason: str = "", *, exactly: str = "") -> None:
    """Let the action begin, or refuse it and say so in the audit trail.

    Parameters
    ----------
    store : Store
    actor : Actor
        Who signed in is looked up again: a role that changed, or a session that ended, counts at once.
    action : str
        A key of `qc_app.access.LEAST_ROLE`.
    subject : str
        What it is done to: a stage, an alarm, a source.
    reason : str
        Why, in the person's words; some actions need one.
    exactly : str
        What else must be the same if two persons have to ask: the model, the limits.

    Raises
    ------
    NotAllowed
        If the sign-in does not hold any more or the role does not reach the action (audited as ``refused``).
    ActionError
        If a reason is needed and missing, or longer than 2,000 characters; or if a second person must ask too.
    """
    try:
        now = standing(store, actor)
        require(now, action)
    except NotAllowed as refusal:
        record(store, actor, f"refused {action}", subject, reason=reason[:MAX_TEXT], detail={"refusal": str(refusal)})
        raise
    if action in NEEDS_REASON and not reason.strip():
        raise ActionError(
            f"{action.replace('_', ' ')} of {subject} needs a reason - say why, it goes to the audit trail"
        )
    if len(reason) > MAX_TEXT:
        raise ActionError(f"the reason has {len(reason)} characters - use at most {MAX_TEXT}")
    if action in NEEDS_TWO and Settings.load(store.home).dual_control:
        _second_person(store, now, action, f"{subject} {exactly}".strip(), reason)


def standing(store: Store, actor: Actor) -> Actor:
    """Return the actor in the role that they have now.

    Raises
    ------
    NotAllowed
        If they signed in and that sign-in is over, or their account is.
    """
    if actor.session is None:
        return actor
    account = held(store, actor.session)
    if account is None or account.role not in ROLES:
        raise NotAllowed(f"the sign-in of {actor.name} is over - sign in again")
    return replace(actor, role=account.role)


def record(
    store: Store,
    actor: Actor,
    action: str,
    subject: str,
    *,
    reason: str,
    detail: Mapping[str, Any] | None = None,
    before: object = None,
    after: object = None,
) -> None:
    """Write who did what, when, from where and why to the audit trail.

    What was changed may be given as it was `before` and is `after`; of both the digest is kept.
    """
    account = held(store, actor.session) if actor.session is not None else None
    role = account.role if account else actor.role
    told = (store.clock.now(), actor.name, role, action, subject, reason, dict(detail or {}))
    store.journal.audit.write(*told, place=actor.place, before=digest_of(before), after=digest_of(after))


def digest_of(thing: object) -> str:
    """Return the SHA-256 of a thing as JSON; of nothing, nothing.

    Examples
    --------
    >>> digest_of("viewer") == digest_of("viewer"), digest_of(None)
    (True, '')
    """
    if thing is None:
        return ""
    return hashlib.sha256(json.dumps(thing, sort_keys=True, default=str).encode()).hexdigest()


def _second_person(store: Store, actor: Actor, action: str, subject: str, reason: str) -> None:
    """Go on if another person asked for the same within a day; else keep this asking and stop."""
    at = store.clock.now()
    waiting = store.journal.consents.waiting(at - CONSENT_HOLDS, action, subject)
    first = next((c for c in waiting if c.author.casefold() != actor.name.casefold()), None)
    words = f"{action.replace('_', ' ')} of {subject}"
    if first is not None and store.journal.consents.use(int(first.id or 0), at):
        record(store, actor, f"second for {action}", subject, reason=reason, detail={"first": first.author})
        return
    if not waiting:
        store.journal.consents.ask(Consent(at, action, subject, actor.name, reason))
        record(store, actor, f"first for {action}", subject, reason=reason)
    raise ActionError(f"{words} needs a second person: yours is kept for a day - another approver must do the same")


@contextmanager
def in_sentences() -> Iterator[None]:
    """Let what the models refuse be an ActionError: a page shows its sentence.

    Raises
    ------
    ActionError
        Instead of a ModelsError.
    """
    try:
        yield
    except ModelsError as error:
        raise ActionError(str(error)) from None


def current_plant(store: Store) -> Plant:
    """Return the plant as it is defined now.

    Raises
    ------
    ActionError
        If no definition was ever applied.
    """
    plant = plant_in_force(store)
    if plant is None:
        raise ActionError("this home has no plant yet - apply one with `qc apply plant.toml`")
    return plant
