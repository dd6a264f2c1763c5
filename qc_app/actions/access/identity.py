"""A person whom an identity provider names: their account, their role by their groups, their session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from qc_app.access import ABSOLUTE, ROLES, Actor, key_of
from qc_app.actions.access.sessions import actor_of, begin, machine_now
from qc_app.actions.permission import record
from qc_app.errors import NotAllowed
from qc_app.records import Account
from qc_app.settings import Oidc
from qc_app.store import Store


def arrive(store: Store, claims: Mapping[str, Any], oidc: Oidc, place: str) -> Actor:
    """Return the person of an ID token whose signature, issuer, audience and nonce are checked already.

    A token begins one session, and only before it expires; after that the session's own limits hold. So an old cookie
    opens nothing, and signing out everywhere also ends what a provider let in.

    Parameters
    ----------
    store : Store
    claims : mapping
        Of the ID token: ``iss``, ``sub``, ``exp``, ``iat``, and the groups.
    oidc : Oidc
        Which groups have which role.
    place : str
        Address from which they come.

    Raises
    ------
    NotAllowed
        If the token is over or says too little, the session or the account is over, or no group has a role here.
    """
    issuer, subject, issued = (str(claims.get(name) or "") for name in ("iss", "sub", "iat"))
    if not issuer or not subject or not issued:
        raise NotAllowed("the identity provider does not say who you are (iss, sub, iat) - ask its administrator")
    role = role_of(claims, oidc)
    if role is None:
        raise NotAllowed("none of your groups has a role here - ask an administrator of this program")
    account = _account(store, claims, f"{issuer}|{subject}", role, place)
    token = f"oidc {issuer} {subject} {issued} {claims.get('nonce', '')}"
    if store.journal.sessions.of_key(key_of(token)) is None:
        _require_fresh(claims)
        begin(store, account, place, token)
        person = Actor(account.name, role, place=place)  # type: ignore[arg-type]
        record(store, person, "sign in", account.name, reason="", detail={"issuer": issuer})
    found = actor_of(store, token, place)
    if found is None:
        raise NotAllowed("this sign-in is over - sign in again")
    return found


def role_of(claims: Mapping[str, Any], oidc: Oidc) -> str | None:
    """Return the highest role that a person's groups have here, None if they have none.

    Examples
    --------
    >>> oidc = Oidc(metadata="https://id.example/m", client_id="qc", client_secret="env:S", roles={"lab": "operator"})
    >>> role_of({"groups": ["lab", "canteen"]}, oidc), role_of({"groups": "canteen"}, oidc)
    ('operator', None)
    """
    told = claims.get(oidc.groups_claim) or []
    groups = [told] if isinstance(told, str) else [str(one) for one in told]
    roles = [oidc.roles[group] for group in groups if group in oidc.roles]
    return max(roles, key=ROLES.index, default=None)


def _require_fresh(claims: Mapping[str, Any]) -> None:
    try:
        ends = datetime.fromtimestamp(float(claims["exp"]), UTC)
        began = datetime.fromtimestamp(float(claims["iat"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise NotAllowed("the identity provider does not say until when (exp) - ask its administrator") from None
    if machine_now() >= ends or machine_now() - began >= ABSOLUTE:
        raise NotAllowed("the identity provider's word is over - sign in again")


def _account(store: Store, claims: Mapping[str, Any], identity: str, role: str, place: str) -> Account:
    """Return the person's account: made at the first arrival; the role follows the groups."""
    accounts, now = store.journal.accounts, machine_now()
    found = accounts.of_identity(identity)
    if found is None:
        told = next((str(claims[n]) for n in ("preferred_username", "email", "name") if claims.get(n)), identity)
        name = "".join(sign for sign in " ".join(told.split()) if sign.isprintable())[:80] or key_of(identity)[:12]
        if accounts.named(name) is not None:
            name = f"{name} ({key_of(identity)[:8]})"
        found = accounts.add(Account(name, role, "oidc", now, now, identity=identity))
        record(store, _who(found, place), "add_user", name, reason="named by the identity provider", after=role)
    elif found.role != role:
        before = found.role
        found = accounts.change(int(found.id or 0), now, role=role)
        told_ = {"from": before, "to": role}
        record(store, _who(found, place), "set_role", found.name, reason="groups at the identity provider",
               detail=told_, before=before, after=role)  # fmt: skip
    if found.state != "active":
        raise NotAllowed(f"the account {found.name} is closed here - ask an administrator")
    return replace(found, role=role)


def _who(account: Account, place: str) -> Actor:
    return Actor(account.name, account.role, place=place)  # type: ignore[arg-type]
