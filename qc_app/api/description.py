"""The OpenAPI description: what every address answers when it refuses, and who may ask."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from qc_app.api.problems import KINDS, MEDIA
from qc_app.api.shapes.answered import Problem

VERSION = "1.0.0"
TITLE = "Quality control"
WORDS = """Score units, tell results and events, read predictions, alarms, models and health.

* A token stands in `Authorization: Bearer qc_...`; `qc api token create` makes one. Scopes: `read`, `score`, `labels`,
  `events`, `alarms`. What is told goes through the same rights, checks and audit trail as on the pages.
* Times carry an offset, answers are in UTC. Numbers are in the plant's units.
* Errors are problems (RFC 9457): `detail` says what, where and what to do; `type` is for programs. 503 names its
  `reason` (`disk_full`, `no_home`, `unreachable`, `overloaded`, ...); 429 and 503 say in `Retry-After` when to
  come again.
* Who tells something gives an `Idempotency-Key`: repeated, it is done once and answered alike.
"""
_ALWAYS = (400, 401, 403, 408, 413, 422, 429, 500, 503)
_HAS_PLACE = (404,)
_ONCE = (409,)
_PROBE = (404, 500, 503)


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the description of an application; made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=TITLE, version=VERSION, description=WORDS, routes=app.routes)
        made["components"]["schemas"].pop("HTTPValidationError", None)
        made["components"]["schemas"].pop("ValidationError", None)
        made["components"]["schemas"]["Problem"] = Problem.model_json_schema(mode="serialization")
        for path, item in made["paths"].items():
            for operation in item.values():
                _complete(path, operation)
        app.openapi_schema = made
    return app.openapi_schema


def _complete(path: str, operation: dict[str, Any]) -> None:
    """Tell every refusal of an operation; probes need no token and refuse less."""
    probe = not path.startswith("/api/")
    asks_once = any(p["name"] == "Idempotency-Key" for p in operation.get("parameters", ()))
    told = _PROBE if probe else (*_ALWAYS, *_HAS_PLACE, *(_ONCE if asks_once else ()))
    answers = operation["responses"]
    if probe:
        answers.pop("422", None)
    for status in sorted(told):
        if str(status) not in answers or status == 422:
            answers[str(status)] = _refusal(status)
    if any(p["name"] == "cursor" for p in operation.get("parameters", ())) or operation.get("tags") == ["reading"]:
        answers["304"] = {"description": "Not changed since the ETag in If-None-Match."}


def _refusal(status: int) -> dict[str, Any]:
    _, title = KINDS[status]
    return {"description": title, "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
