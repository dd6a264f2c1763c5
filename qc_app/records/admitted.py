"""Facts about programs that come in over HTTP: their tokens, and the replies that they may ask for twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What a program shows to be let in; the secret itself is kept nowhere.

    Parameters
    ----------
    key : str
        Public part of the token, by which it is found.
    name : str
        What the program is called in the audit trail.
    digest : str
        SHA-256 of the secret part: with 256 random bits there is nothing to guess, so no slow hash is needed.
    role : str
        The rights in which it acts.
    scopes : list of str
        What it may do of what its role may do.
    author : str
        Who made it.
    created, expires : datetime
        By the machine's clock, as all that is said of tokens.
    per_minute : int
        Requests a minute.
    revoked, last_used : datetime or None
    """

    key: str
    name: str
    digest: str
    role: str
    scopes: list[str]
    author: str
    created: datetime
    expires: datetime
    per_minute: int
    revoked: datetime | None = None
    last_used: datetime | None = None
    id: int | None = None

    def state(self, now: datetime) -> str:
        """Return ``live``, ``expired`` or ``revoked``."""
        if self.revoked is not None:
            return "revoked"
        return "live" if now < self.expires else "expired"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request with an idempotency key was answered, or that it is being done.

    Parameters
    ----------
    token, key : str
        Whose, and which.
    digest : str
        Of the request: the same key for another request is a mistake.
    at : datetime
        When it was first asked, by the plant's clock.
    began : datetime
        When work on it began last, by the machine's clock.
    status : int
        Of the reply; 0 while it is being done.
    body : mapping
    """

    token: str
    key: str
    digest: str
    at: datetime
    began: datetime
    status: int = 0
    body: dict[str, object] = field(default_factory=dict)
