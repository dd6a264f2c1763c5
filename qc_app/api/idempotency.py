"""The same request twice is done once: replies are kept a week under the caller's Idempotency-Key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Header, Response
from pydantic import BaseModel

from qc_app.api.office import Caller, Office
from qc_app.api.problems import Refusal
from qc_app.records import Reply

#: Who began so long ago and has not replied is dead.
GIVEN_UP = timedelta(seconds=60)
KEPT = timedelta(days=7)
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=100,
        pattern=r"^[A-Za-z0-9._:-]+$",
        description="Chosen by the caller, new for every request it means: the same key again gets the same reply.",
        examples=["lims-2026-03-01-000417"],
    ),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to do something once.

    Parameters
    ----------
    caller : Caller
    key : str
    what : str
        The address.
    body : BaseModel
        The same key with another is refused.
    """

    caller: Caller
    key: str
    what: str
    body: BaseModel

    @property
    def digest(self) -> str:
        """What tells this request from others."""
        return hashlib.sha256(f"{self.what}\n{self.body.model_dump_json()}".encode()).hexdigest()


def once(office: Office, asked: Asked, do: Callable[[datetime], BaseModel]) -> Response:
    """Do what is asked once and keep the reply; the same again gets it again.

    Parameters
    ----------
    office : Office
    asked : Asked
    do : callable
        Gets the moment at which the key was first told, so that a repetition after a crash says the same.

    Raises
    ------
    Refusal
        409 while it is being done, 422 if the key was used for something else.
    """
    replies, token, key, wall = office.store.journal.replies, asked.caller.token.key, asked.key, datetime.now(UTC)
    found, mine = replies.claim(Reply(token, key, asked.digest, office.now(), wall), wall - GIVEN_UP)
    if found.digest != asked.digest:
        raise Refusal(422, f"Idempotency-Key {key!r} was used for another request - choose a new one")
    if not mine and found.status == 0:
        raise Refusal(409, f"the request {key!r} is being done - ask again in a moment", headers={"Retry-After": "2"})
    if not mine:
        return _reply(found.status, dict(found.body), again=True)
    done: dict[str, Any] | None = None
    try:
        done = do(found.at).model_dump(mode="json")
    finally:
        if done is None:
            replies.free(token, key)
    replies.keep(token, key, 201, done)
    return _reply(201, done, again=False)


def _reply(status: int, body: dict[str, Any], *, again: bool) -> Response:
    headers = {"Idempotency-Replayed": "true"} if again else {}
    return Response(json.dumps(body), status, headers=headers, media_type="application/json")
