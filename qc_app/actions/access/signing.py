"""Sign in and out: passwords, one-time codes, the first administrator, a person whom an identity provider names."""

from __future__ import annotations

import math
import os
from pathlib import Path

from qc_app.access import Actor, check_new, hashed, key_of, locked_for, matches, new_code, same
from qc_app.actions.access.sessions import begin, machine_now
from qc_app.actions.permission import record
from qc_app.errors import ActionError, NotAllowed, SettingsError
from qc_app.records import Account
from qc_app.store import Store

FIRST = "first-administrator"
_WRONG = "name or password is wrong, or the account is closed - try again, or ask an administrator for a reset"
_OVER = "this one-time code is over - ask an administrator for a new one"


class MustChoose(ActionError):  # noqa: N818 - reads as what happens next
    """The code is right; now the person must choose a password of their own."""


def sign_in(store: Store, name: str, password: str, place: str) -> str:
    """Return the token of a new session.

    Raises
    ------
    NotAllowed
        If name or password is wrong, the account is closed, or waits after too many tries; all in the same words,
        except that a wait is told with its end only to who knows the password.
    MustChoose
        If the password is a one-time code.
    """
    account = _proven(store, name, password, place)
    if account.code_until is not None:
        raise MustChoose("choose a password of your own: at least 8 characters, better 15 or more; any words will do")
    return _let_in(store, account, place)


def choose_password(store: Store, name: str, present: str, chosen: str, place: str) -> str:
    """Set one's own password with the present one or a one-time code; all other sessions end. Return a new token.

    Raises
    ------
    NotAllowed
        As `sign_in`.
    ActionError
        If the new one is too short, too long, the name, or the present one.
    """
    account = _proven(store, name, present, place)
    check_new(chosen, account.name)
    if same(present, chosen):
        raise ActionError("that is the present one - choose another")
    number, now = int(account.id or 0), machine_now()
    changed = store.journal.accounts.change(number, now, secret=hashed(chosen), code_until=None)
    store.journal.sessions.end(number, now)
    record(store, _person(changed, place), "choose_password", changed.name, reason="")
    return _let_in(store, changed, place)


def sign_out(store: Store, actor: Actor, *, everywhere: bool = False) -> None:
    """End the session of a person, or all of theirs."""
    found = store.journal.sessions.get(actor.session) if actor.session is not None else None
    if found is None:
        return
    session, account = found
    only = None if everywhere else session.id
    count = store.journal.sessions.end(int(account.id or 0), machine_now(), only=only)
    record(store, actor, "sign out", account.name, reason="", detail={"sessions": count})


def first_token(store: Store) -> Path | None:
    """Return the file with the one-time token of the first administrator; None if there is an account already.

    The file is made at the first asking, readable by this account alone.

    Raises
    ------
    SettingsError
        If somebody else may read the file.
    """
    path = store.home / FIRST
    if any(a.kind != "display" for a in store.journal.accounts.list()):
        path.unlink(missing_ok=True)
        return None
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        if path.lstat().st_mode & 0o177:
            raise SettingsError(
                f"{path} can be read by others - remove it; a new one is made at the next start"
            ) from None
        return path
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(new_code() + "\n")
    return path


def first_administrator(store: Store, token: str, name: str, chosen: str, place: str) -> str:
    """Make the first account with the token of the file, which is gone then. Return the token of a session.

    Raises
    ------
    NotAllowed
        If there is an account already, or the token is another.
    ActionError
        If the name or the password cannot be taken.
    """
    path = first_token(store)
    if path is None:
        raise NotAllowed("there is an administrator already - ask them for an account")
    if not same(token.strip(), path.read_text(encoding="ascii").strip()):
        raise NotAllowed(f"the token is another - it stands in the file {FIRST} in the plant's folder")
    wanted = checked_name(name)
    check_new(chosen, wanted)
    now = machine_now()
    made = Account(wanted, "administrator", "local", now, now, secret=hashed(chosen))
    account = store.journal.accounts.add(made)
    path.unlink()
    record(store, _person(account, place), "first_administrator", account.name, reason="", after=account.role)
    return _let_in(store, account, place)


def checked_name(name: str) -> str:
    """Return a name that can stand in the audit trail.

    Raises
    ------
    ActionError
        If it is empty, longer than 100 characters, or has signs that nobody sees.
    """
    wanted = " ".join(name.split())
    if not 0 < len(wanted) <= 100 or not wanted.isprintable():
        raise ActionError("a name has 1 to 100 visible characters - like maria or maria.lopez@works.example")
    return wanted


def _proven(store: Store, name: str, password: str, place: str) -> Account:
    """Return the account if the password is its own; count the failure if not. As slow for a name nobody has."""
    account, now = store.journal.accounts.named(name), machine_now()
    usable = account is not None and account.kind == "local" and account.state == "active"
    right = matches(account.secret if account is not None and usable else "", password)
    if account is None or not usable:
        _refused(store, name, place, "no such account")
        raise NotAllowed(_WRONG)
    if account.locked_until is not None and now < account.locked_until:
        _refused(store, account.name, place, "locked")
        wait = math.ceil((account.locked_until - now).total_seconds() / 60)
        raise NotAllowed(f"too many wrong passwords - try again in {wait} min" if right else _WRONG)
    expired = account.code_until is not None and now >= account.code_until
    if not right or expired:
        _count(store, account, place, "code is over" if right else "wrong password")
        raise NotAllowed(_OVER if right else _WRONG)
    if account.failures:
        return store.journal.accounts.change(int(account.id or 0), None, failures=0, locked_until=None)
    return account


def _count(store: Store, account: Account, place: str, why: str) -> None:
    number = int(account.id or 0)
    failures = store.journal.accounts.failed(number)
    if wait := locked_for(failures):
        store.journal.accounts.change(number, None, locked_until=machine_now() + wait)
    _refused(store, account.name, place, why, failures)


def _refused(store: Store, name: str, place: str, why: str, failures: int = 0) -> None:
    nobody = Actor(name.strip()[:100] or "nobody", "viewer", place=place)
    record(store, nobody, "refused sign in", name[:100], reason="", detail={"why": why, "failures": failures})


def answer_refused(store: Store, place: str, why: str) -> None:
    """Write down that an identity provider's answer let nobody in.

    Parameters
    ----------
    store : Store
    place : str
        Address from which it came.
    why : str
    """
    _refused(store, "", place, f"identity provider: {why}")


def _let_in(store: Store, account: Account, place: str) -> str:
    token = begin(store, account, place)
    record(store, _person(account, place), "sign in", account.name, reason="", detail={"session": key_of(token)[:12]})
    return token


def _person(account: Account, place: str) -> Actor:
    return Actor(account.name, account.role, place=place)  # type: ignore[arg-type]
