"""What went wrong, as RFC 9457 problem+json: what, where, what to do; never a traceback."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from data_connectors.errors import DefinitionError
from models.errors import ModelsError
from qc_app.errors import ActionError, NotAllowed, PlantError, QcError, StoreError

log = logging.getLogger(__name__)

MEDIA = "application/problem+json"
RETRY_S = 5
#: Status -> (type, title); the type is a name to branch on, the title a heading.
KINDS: Mapping[int, tuple[str, str]] = {
    400: ("bad-request", "The request cannot be read"),
    401: ("not-signed-in", "No valid token"),
    403: ("not-allowed", "The token may not do this"),
    404: ("not-found", "There is no such thing"),
    405: ("wrong-method", "The address knows no such method"),
    408: ("too-slow", "The request came too slowly"),
    409: ("under-way", "The same request is being done"),
    413: ("too-large", "The request is too large"),
    415: ("wrong-media", "The request is not JSON"),
    422: ("not-valid", "The request cannot be followed"),
    429: ("too-many", "Too many requests"),
    500: ("unexpected", "A mistake of the program"),
    503: ("not-ready", "The plant's store is not ready"),
}
_SHOWN = 20


class Refusal(QcError):  # noqa: N818 - reads as what happened
    """A request that is answered with a problem.

    Parameters
    ----------
    status : int
        A key of `KINDS`.
    detail : str
        What, where and what to do.
    extra : mapping, optional
        Further members of the problem.
    headers : mapping, optional
    """

    def __init__(
        self,
        status: int,
        detail: str,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.extra, self.headers = dict(extra or {}), dict(headers or {})


def problem(status: int, detail: str, extra: Mapping[str, Any] | None = None, request_id: str = "") -> dict[str, Any]:
    """Return the members of a problem.

    Examples
    --------
    >>> found = problem(404, "there is no stage 'rolin' - did you mean 'rolling'?")
    >>> found["type"], found["status"]
    ('urn:qc:problem:not-found', 404)
    """
    kind, title = KINDS.get(status, ("other", "The request was not answered"))
    said = {"type": f"urn:qc:problem:{kind}", "title": title, "status": status, "detail": detail}
    return {**said, **({"instance": f"urn:qc:request:{request_id}"} if request_id else {}), **(extra or {})}


def response(refusal: Refusal, request_id: str = "") -> Response:
    """Return a problem as a response; ASCII, so that no half of a character of the request breaks it."""
    body = json.dumps(problem(refusal.status, refusal.detail, refusal.extra, request_id))
    return Response(body, refusal.status, headers=refusal.headers, media_type=MEDIA)


def refusal_of(error: Exception) -> Refusal:
    """Return the refusal that tells an error of the house, of the framework, or a mistake of ours."""
    match error:
        case Refusal():
            found = error
        case StoreError():
            found = _not_ready(error)
        case NotAllowed():
            found = Refusal(403, str(error))
        case ActionError() | PlantError() | DefinitionError() | ModelsError():
            found = Refusal(422, str(error))
        case RequestValidationError():
            found = _not_valid(error.errors())
        case HTTPException():
            found = _framework(error)
        case _:
            found = Refusal(500, "the program made a mistake; its log has the details under the number of this request")
    return found


def install(app: FastAPI) -> None:
    """Let every error of an application be answered with a problem."""
    for kind in (QcError, DefinitionError, ModelsError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _answered)


async def _answered(request: Request, error: Exception) -> Response:
    refusal = refusal_of(error)
    if refusal.status == 500:
        log.error("unexpected %s: %s", type(error).__name__, error, exc_info=error)
    elif refusal.status == 503:
        log.warning("%s", error)
    return response(refusal, str(request.scope.get("qc_request", "")))


def _not_ready(error: StoreError) -> Refusal:
    return Refusal(503, str(error), {"reason": error.reason or "unknown"}, {"Retry-After": str(RETRY_S)})


def _framework(error: HTTPException) -> Refusal:
    sentences = {
        404: "there is no such address - GET /api/v1/openapi.json lists those there are",
        405: "this address knows no such method - GET /api/v1/openapi.json says which it knows",
        400: "the body cannot be read as JSON - send UTF-8 JSON with content-type application/json",
    }
    return Refusal(error.status_code, sentences.get(error.status_code, str(error.detail)), headers=error.headers)


def _not_valid(found: Sequence[Mapping[str, Any]]) -> Refusal:
    errors = [{"where": _where(one["loc"]), "what": str(one["msg"])} for one in found[:_SHOWN]]
    first = f"{errors[0]['where']}: {errors[0]['what']}" if errors else "the request does not fit its description"
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return Refusal(422, f"{first}{more} - GET /api/v1/openapi.json describes what is expected", {"errors": errors})


def _where(place: Sequence[Any]) -> str:
    """Return a place in the request as a path; long names are cut.

    Examples
    --------
    >>> _where(("body", "units", 3, "values"))
    'body.units.3.values'
    """
    return ".".join(str(part)[:60] for part in place)
