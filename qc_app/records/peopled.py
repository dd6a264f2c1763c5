"""Who may come in, and who is in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

AccountKind = Literal["local", "oidc", "display"]
AccountState = Literal["active", "disabled", "removed"]


@dataclass(frozen=True, slots=True)
class Account:
    """A person, or a screen on the wall.

    Parameters
    ----------
    name : str
        As it stands in the audit trail.
    role : str
        One of `qc_app.access.ROLES`.
    kind : {"local", "oidc", "display"}
        Who says that it is them: a password here, an identity provider, or a display's link.
    state : {"active", "disabled", "removed"}
    secret : str
        Hash of the password, or of the one-time code; empty where there is none.
    code_until : datetime or None
        If the secret is a one-time code: how long it holds.
    failures : int
        Wrong passwords in a row.
    locked_until : datetime or None
        Until when no password is tried.
    identity : str
        Of the identity provider: issuer and subject; empty for others.
    language : str
        Code of the language in which this person reads the pages; empty: never chosen, the browser's.
    made, changed : datetime
    """

    name: str
    role: str
    kind: AccountKind
    made: datetime
    changed: datetime
    state: AccountState = "active"
    secret: str = field(default="", repr=False)
    code_until: datetime | None = None
    failures: int = 0
    locked_until: datetime | None = None
    identity: str = ""
    language: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in: whose, since when, last seen, from where, and when it ends or ended."""

    key: str = field(repr=False)
    account: int
    began: datetime
    seen: datetime
    ends: datetime
    place: str
    ended: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """The first of two persons asked for a critical action; the second one's asking does it."""

    at: datetime
    action: str
    subject: str
    author: str
    reason: str
    used: datetime | None = None
    id: int | None = None
