"""What administrators do with accounts: add, change the role, close, reset, sign out."""

from __future__ import annotations

from qc_app.access import CODE_HOLDS, ROLES, Actor, hashed, new_code
from qc_app.actions.access.sessions import begin, machine_now
from qc_app.actions.access.signing import checked_name
from qc_app.actions.permission import authorise, record
from qc_app.errors import ActionError
from qc_app.plant import nearest
from qc_app.records import Account
from qc_app.store import Store


def see_administration(store: Store, actor: Actor) -> None:
    """Let pass who may see accounts, audit trail and settings.

    Raises
    ------
    NotAllowed
        Below administrator.
    """
    authorise(store, actor, "see_administration", "administration")


def add_user(store: Store, actor: Actor, name: str, role: str, reason: str = "") -> str:
    """Add a local account and return its one-time code, which is shown once and holds a day.

    Raises
    ------
    NotAllowed
        Below administrator.
    ActionError
        If name or role cannot be taken.
    StoreError
        If the name is taken.
    """
    authorise(store, actor, "add_user", name[:100], reason)
    wanted, code, now = checked_name(name), new_code(), machine_now()
    made = Account(wanted, _role(role), "local", now, now, secret=hashed(code), code_until=now + CODE_HOLDS)
    store.journal.accounts.add(made)
    record(store, actor, "add_user", wanted, reason=reason, detail={"role": role}, after=role)
    return code


def add_display(store: Store, actor: Actor, name: str, reason: str = "") -> str:
    """Add a screen on the wall, a viewer without a password, and return the token of its link, shown once.

    Raises
    ------
    NotAllowed
        Below administrator.
    ActionError, StoreError
        If the name cannot be taken.
    """
    authorise(store, actor, "add_display", name[:100], reason)
    wanted, now = checked_name(name), machine_now()
    account = store.journal.accounts.add(Account(wanted, "viewer", "display", now, now))
    token = begin(store, account, "a display's link")
    record(store, actor, "add_display", wanted, reason=reason, after="viewer")
    return token


def set_role(store: Store, actor: Actor, name: str, role: str, reason: str = "") -> str:
    """Give an account another role; it counts from its next action on.

    Raises
    ------
    NotAllowed
        Below administrator.
    ActionError
        If there is no such account or role, the account is a display, or the last administrator.
    """
    authorise(store, actor, "set_role", name[:100], reason)
    account = _account(store, name)
    if account.kind == "display":
        raise ActionError(f"{account.name} is a display and stays a viewer")
    if _role(role) != "administrator":
        _keep_one(store, account)
    store.journal.accounts.change(int(account.id or 0), machine_now(), role=role)
    told = {"from": account.role, "to": role}
    record(store, actor, "set_role", account.name, reason=reason, detail=told, before=account.role, after=role)
    return f"{account.name} is {role} from now on (was {account.role})"


def disable_user(store: Store, actor: Actor, name: str, reason: str = "") -> str:
    """Close an account for now; its sessions end.

    Raises
    ------
    NotAllowed
        Below administrator.
    ActionError
        If there is no such account, or it is the last administrator.
    """
    return _state(store, actor, "disable_user", name, state="disabled", reason=reason)


def enable_user(store: Store, actor: Actor, name: str, reason: str = "") -> str:
    """Open a closed account again; what it waits for after wrong passwords is over too.

    Raises
    ------
    NotAllowed
        Below administrator.
    ActionError
        If there is no such account.
    """
    return _state(store, actor, "enable_user", name, state="active", reason=reason)


def remove_user(store: Store, actor: Actor, name: str, reason: str = "") -> str:
    """Remove an account for good; its sessions end. The name stays taken: it stands in the audit trail.

    Raises
    ------
    NotAllowed
        Below administrator.
    ActionError
        If there is no such account, or it is the last administrator.
    """
    return _state(store, actor, "remove_user", name, state="removed", reason=reason)


def reset_user(store: Store, actor: Actor, name: str, reason: str = "") -> str:
    """Replace a password by a one-time code and return it; all sessions of the account end.

    Raises
    ------
    NotAllowed
        Below administrator.
    ActionError
        If there is no such account, or it has no password here.
    """
    authorise(store, actor, "reset_user", name[:100], reason)
    account = _account(store, name)
    if account.kind != "local":
        raise ActionError(f"{account.name} has no password here - reset it where the person signs in")
    code, number, now = new_code(), int(account.id or 0), machine_now()
    fields = {"secret": hashed(code), "code_until": now + CODE_HOLDS, "failures": 0, "locked_until": None}
    store.journal.accounts.change(number, now, **fields)
    ended = store.journal.sessions.end(number, now)
    record(store, actor, "reset_user", account.name, reason=reason, detail={"sessions_ended": ended})
    return code


def sign_out_user(store: Store, actor: Actor, name: str, reason: str = "") -> str:
    """End all sessions of an account.

    Raises
    ------
    NotAllowed
        Below administrator.
    ActionError
        If there is no such account.
    """
    authorise(store, actor, "sign_out_user", name[:100], reason)
    account = _account(store, name)
    ended = store.journal.sessions.end(int(account.id or 0), machine_now())
    record(store, actor, "sign_out_user", account.name, reason=reason, detail={"sessions_ended": ended})
    return f"{account.name}: {ended} sessions ended"


def _state(store: Store, actor: Actor, action: str, name: str, *, state: str, reason: str) -> str:
    authorise(store, actor, action, name[:100], reason)
    account = _account(store, name)
    number, now = int(account.id or 0), machine_now()
    if state != "active":
        _keep_one(store, account)
    store.journal.accounts.change(number, now, state=state, failures=0, locked_until=None)
    ended = store.journal.sessions.end(number, now) if state != "active" else 0
    told = {"sessions_ended": ended}
    record(store, actor, action, account.name, reason=reason, detail=told, before=account.state, after=state)
    return f"{account.name} is {state}; {ended} sessions ended"


def _account(store: Store, name: str) -> Account:
    found = store.journal.accounts.named(name)
    if found is None or found.state == "removed":
        known = [a.name for a in store.journal.accounts.list() if a.state != "removed"]
        raise ActionError(
            f"there is no account {name[:100]!r} - {nearest(name, known) if known else 'none at all yet'}"
        )
    return found


def _role(role: str) -> str:
    if role not in ROLES:
        raise ActionError(f"there is no role {role!r} - {nearest(role, list(ROLES))}")
    return role


def _keep_one(store: Store, account: Account) -> None:
    """Refuse what would leave nobody who can change accounts."""
    people = [a for a in store.journal.accounts.list() if a.state == "active" and a.kind != "display"]
    if [a.id for a in people if a.role == "administrator"] == [account.id]:
        raise ActionError(f"{account.name} is the last administrator - make another one first")
