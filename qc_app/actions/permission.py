"""The frame of every action: may they, why, and a line in the audit trail either way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from models.errors import ModelsError
from qc_app.access import NEEDS_REASON, Actor, require
from qc_app.errors import ActionError, NotAllowed
from qc_app.plant import Plant, parse
from qc_app.store import Store

MAX_TEXT = 2000


def authorise(store: Store, actor: Actor, action: str, subject: str, reason: str = "") -> None:
    """Let the action begin, or refuse it and say so in the audit trail.

    Parameters
    ----------
    store : Store
    actor : Actor
    action : str
        A key of `qc_app.access.LEAST_ROLE`.
    subject : str
        What it is done to: a stage, an alarm, a source.
    reason : str
        Why, in the person's words; some actions need one.

    Raises
    ------
    NotAllowed
        If the role does not reach the action (audited as ``refused``).
    ActionError
        If a reason is needed and missing, or longer than 2,000 characters.
    """
    try:
        require(actor, action)
    except NotAllowed as refusal:
        record(store, actor, f"refused {action}", subject, reason=reason[:MAX_TEXT], detail={"refusal": str(refusal)})
        raise
    if action in NEEDS_REASON and not reason.strip():
        raise ActionError(
            f"{action.replace('_', ' ')} of {subject} needs a reason - say why, it goes to the audit trail"
        )
    if len(reason) > MAX_TEXT:
        raise ActionError(f"the reason has {len(reason)} characters - use at most {MAX_TEXT}")


def record(
    store: Store, actor: Actor, action: str, subject: str, *, reason: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Write who did what, when and why to the audit trail."""
    store.journal.audit.write(store.clock.now(), actor.name, actor.role, action, subject, reason, dict(detail or {}))


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
    version = store.journal.plants.current()
    if version is None:
        raise ActionError("this home has no plant yet - apply one with `qc apply plant.toml`")
    return parse(version.definition, where="the journal")
