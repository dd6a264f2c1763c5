"""Whether a sign-in still holds: asked at every run of a page and at every action. Times are the machine's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from qc_app.access import ABSOLUTE, DISPLAY_HOLDS, IDLE, Actor, key_of, new_token
from qc_app.records import Account, Session
from qc_app.store import Store

#: How often "last seen" is written at most: a page that is looked at must not write at every turn.
NOTED_EVERY = timedelta(minutes=1)


def begin(store: Store, account: Account, place: str, token: str = "") -> str:
    """Begin a session and return its token, which is kept nowhere."""
    token = token or new_token()
    now = machine_now()
    ends = now + (DISPLAY_HOLDS if account.kind == "display" else ABSOLUTE)
    store.journal.sessions.begin(Session(key_of(token), int(account.id or 0), now, now, ends, place[:200]))
    return token


def actor_of(store: Store, token: str, place: str = "", *, active: bool = True) -> Actor | None:
    """Return the person whose session has this token, None if it does not hold.

    Parameters
    ----------
    store : Store
    token : str
        As the browser holds it.
    place : str
        Address from which they come now.
    active : bool
        Whether the person did something, which keeps the session alive; a page that refreshes itself did not.
    """
    session = store.journal.sessions.of_key(key_of(token)) if token else None
    if session is None or session.id is None:
        return None
    account = held(store, session.id)
    if account is None:
        return None
    now = machine_now()
    if active and now - session.seen >= NOTED_EVERY:
        store.journal.sessions.touch(session.id, now)
    return Actor(account.name, account.role, session.id, place or session.place)  # type: ignore[arg-type]


def held(store: Store, number: int) -> Account | None:
    """Return the account behind a session that still holds, None if it does not."""
    found = store.journal.sessions.get(number)
    if found is None:
        return None
    session, account = found
    if account.state != "active" or session.ended is not None or is_over(session, account, machine_now()):
        return None
    return replace(account, role="viewer") if account.kind == "display" else account


def is_over(session: Session, account: Account, now: datetime) -> bool:
    """Return whether a session's time is over: idle too long, or too long altogether; a display is never idle.

    Examples
    --------
    >>> at = datetime(2026, 1, 1, 8, tzinfo=UTC)
    >>> maria = Account("maria", "operator", "local", at, at)
    >>> session = Session("", 1, at, at, at + ABSOLUTE, "")
    >>> [is_over(session, maria, at + timedelta(minutes=m)) for m in (29, 31)]
    [False, True]
    """
    idle = account.kind != "display" and now - session.seen > IDLE
    return idle or now >= session.ends


def machine_now() -> datetime:
    """Return the machine's time: a simulated plant's clock runs faster, sessions do not."""
    return datetime.now(UTC)
