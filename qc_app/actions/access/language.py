"""The language in which a person reads: a setting of their account."""

from __future__ import annotations

from qc_app.access import Actor
from qc_app.actions.access.sessions import held
from qc_app.actions.permission import authorise, record
from qc_app.errors import ActionError
from qc_app.language import LANGUAGES
from qc_app.plant import nearest
from qc_app.store import Store


def choose_language(store: Store, actor: Actor, language: str) -> str:
    """Keep the language in which the actor reads the pages, with their account.

    Raises
    ------
    NotAllowed
        If the sign-in does not hold any more.
    ActionError
        If there is no such language, or the actor has no account that could keep it.
    """
    authorise(store, actor, "choose_language", actor.name)
    if language not in LANGUAGES:
        raise ActionError(f"there is no language {language[:20]!r} - {nearest(language, list(LANGUAGES))}")
    account = held(store, actor.session) if actor.session is not None else None
    if account is None or account.id is None:
        raise ActionError(f"{actor.name} has no account that could keep a language - choose it on the page")
    store.journal.accounts.change(account.id, None, language=language)
    record(store, actor, "choose_language", actor.name, reason="", before=account.language, after=language)
    return LANGUAGES[language]
