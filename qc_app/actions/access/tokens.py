"""Tokens for programs that come in over HTTP: made, shown once, revoked."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from qc_app.access import ROLES, Actor
from qc_app.actions.permission import authorise, record
from qc_app.clock import Clock, WallClock
from qc_app.errors import ActionError
from qc_app.plant import nearest
from qc_app.records import ApiToken
from qc_app.store import Store

#: Scope -> the actions it opens; a token also needs the role for each of them.
SCOPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "read": (),
        "score": (),
        "labels": ("enter_labels",),
        "events": ("add_event",),
        "alarms": ("acknowledge_alarm",),
    }
)
LONGEST_DAYS = 730
MOST_PER_MINUTE = 60_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}")
_TOKEN = re.compile(r"qc_(?P<key>[0-9a-f]{12})_(?P<secret>[A-Za-z0-9_-]{43})")


def create_token(
    store: Store,
    actor: Actor,
    name: str,
    *,
    role: str = "operator",
    scopes: Sequence[str] = ("read", "score"),
    days: int = 90,
    per_minute: int = 6000,
    reason: str = "",
    wall: Clock | None = None,
) -> tuple[ApiToken, str]:
    """Make a token and return it with the text that the program must show; that text is kept nowhere.

    Parameters
    ----------
    store : Store
    actor : Actor
    name : str
        What the program is called in the audit trail.
    role : str
        At most the actor's own.
    scopes : sequence of str
        Keys of `SCOPES`.
    days : int
        Until it expires.
    per_minute : int
        Requests a minute.
    reason : str
    wall : Clock, optional
        Default: the machine's.

    Raises
    ------
    NotAllowed
        Below administrator.
    ActionError
        If a live token has the name, or role, scope, days or rate cannot be.
    """
    authorise(store, actor, "create_token", f"token {name}", reason)
    now = (wall or WallClock()).now()
    _check(actor, name, role, scopes)
    _check_numbers(days, per_minute)
    if any(t.name == name and t.state(now) == "live" for t in store.journal.tokens.list()):
        raise ActionError(f"a live token is called {name!r} already - revoke it first, or choose another name")
    key, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    token = ApiToken(
        key=key,
        name=name,
        digest=digest_of(secret),
        role=role,
        scopes=sorted(set(scopes)),
        author=actor.name,
        created=now,
        expires=now + timedelta(days=days),
        per_minute=per_minute,
    )
    kept = store.journal.tokens.add(token)
    told = {"key": key, "role": role, "scopes": kept.scopes, "expires": kept.expires}
    record(store, actor, "create_token", f"token {name}", reason=reason, detail=told)
    return kept, f"qc_{key}_{secret}"


def revoke_token(store: Store, actor: Actor, name: str, reason: str = "", wall: Clock | None = None) -> str:
    """Let a token no longer in, from the next second on.

    Raises
    ------
    NotAllowed
        Below administrator.
    ActionError
        If no live token has the name; the nearest is named.
    """
    authorise(store, actor, "revoke_token", f"token {name}", reason)
    now = (wall or WallClock()).now()
    live = [t for t in store.journal.tokens.list() if t.state(now) == "live"]
    found = [t for t in live if name in {t.name, t.key}]
    if not found:
        raise ActionError(f"no live token is called {name!r} - {nearest(name, [t.name for t in live])}")
    for token in found:
        store.journal.tokens.revoke(token.key, now)
    record(store, actor, "revoke_token", f"token {name}", reason=reason, detail={"keys": [t.key for t in found]})
    return f"Token {name} is revoked: it is not let in any more."


def digest_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "backslashreplace")).hexdigest()


def parts_of(shown: str) -> tuple[str, str] | None:
    """Return the key and the secret of a token as a program shows it; None if it is no token.

    Examples
    --------
    >>> parts_of("qc_0123456789ab_" + "x" * 43)[0], parts_of("letmein")
    ('0123456789ab', None)
    """
    found = _TOKEN.fullmatch(shown)
    return None if found is None else (found["key"], found["secret"])


def _check(actor: Actor, name: str, role: str, scopes: Sequence[str]) -> None:
    if not _NAME.fullmatch(name):
        raise ActionError(f"a token cannot be called {name[:60]!r} - use 1 to 60 letters, digits, space, dot, _ or -")
    if role not in ROLES:
        raise ActionError(f"there is no role {role!r} - {nearest(role, ROLES)}")
    if ROLES.index(role) > ROLES.index(actor.role):
        raise ActionError(f"{actor.name} is {actor.role} and cannot give away the role {role} - choose a lower one")
    if not scopes:
        raise ActionError(f"a token without a scope opens nothing - choose of: {', '.join(SCOPES)}")
    for scope in scopes:
        if scope not in SCOPES:
            raise ActionError(f"there is no scope {scope!r} - {nearest(scope, SCOPES)}")


def _check_numbers(days: int, per_minute: int) -> None:
    if not 1 <= days <= LONGEST_DAYS:
        raise ActionError(f"a token can live for 1 to {LONGEST_DAYS} days, not {days} - make a new one in time")
    if not 1 <= per_minute <= MOST_PER_MINUTE:
        raise ActionError(f"a token can ask 1 to {MOST_PER_MINUTE} times a minute, not {per_minute}")
