"""Who comes in: a bearer token, its scope, its rate; the rights of its role are asked for by the actions."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from qc_app.actions import Actor, digest_of, parts_of
from qc_app.api.office import Caller, Office, OfficeOf
from qc_app.api.problems import Refusal

#: Requests a minute from one address without a valid token.
STRANGERS_PER_MINUTE = 120
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="qc"'}
_bearer = HTTPBearer(auto_error=False, bearerFormat="qc_KEY_SECRET", description="Made by `qc api token create`.")
Shown = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
Guard = Callable[..., Coroutine[Any, Any, Caller]]


def with_scope(scope: str) -> Guard:
    """Return the dependency that lets in who shows a live token with a scope, within its rate."""

    async def guard(request: Request, office: OfficeOf, shown: Shown) -> Caller:
        caller = _caller(office, request, shown.credentials if shown else "")
        if scope not in caller.token.scopes:
            raise Refusal(
                403,
                f"token {caller.token.name!r} has no scope {scope!r} (has: {', '.join(caller.token.scopes)})"
                " - let an administrator make one that has",
                {"scope": scope},
            )
        return caller

    return guard


reads = with_scope("read")
scores = with_scope("score")
Scores = Annotated[Caller, Depends(scores)]
Labels = Annotated[Caller, Depends(with_scope("labels"))]
Events = Annotated[Caller, Depends(with_scope("events"))]
AlarmDeeds = Annotated[Caller, Depends(with_scope("alarms"))]


def _caller(office: Office, request: Request, shown: str) -> Caller:
    parts = parts_of(shown)
    found = office.watch.known().tokens.get(parts[0]) if parts else None
    right = found is not None and parts is not None and hmac.compare_digest(found.digest, digest_of(parts[1]))
    if found is None or not right or found.state(datetime.now(UTC)) != "live":
        within_rate(office, f"stranger {_address(request)}", STRANGERS_PER_MINUTE)
        state = found.state(datetime.now(UTC)) if found is not None and right else ""
        raise Refusal(401, _refused(state, given=bool(shown)), headers=_CHALLENGE)
    request.scope["qc_caller"] = found.name
    within_rate(office, found.key, found.per_minute)
    office.watch.used(found.key)
    return Caller(found, Actor(f"api {found.name}", found.role, place=f"http, from {_address(request)}"))  # type: ignore[arg-type]  # checked as it was made


def _address(request: Request) -> str:
    """Return from where a request came; behind a proxy the proxy's address."""
    return request.client.host if request.client else "unknown"


def within_rate(office: Office, name: str, per_minute: int, cost: float = 1.0) -> None:
    """Let pass who has not asked too often.

    Raises
    ------
    Refusal
        429; says when to come again.
    """
    wait = office.buckets.wait_s(name, per_minute, cost)
    if wait > 0:
        seconds = max(math.ceil(wait), 1)
        raise Refusal(
            429,
            f"more than {per_minute} requests a minute - come again in {seconds} s",
            headers={"Retry-After": str(seconds)},
        )


def _refused(state: str, *, given: bool) -> str:
    if state:
        return f"the token is {state} - let an administrator make a new one with `qc api token create`"
    if given:
        return "the token is not known here - check it, or let an administrator make one with `qc api token create`"
    return "a token is needed: Authorization: Bearer qc_... - an administrator makes one with `qc api token create`"
