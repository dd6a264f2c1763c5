"""The outermost layer: numbers of requests, one log line each, limits of size, time and crowd, headers, counts."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qc_app.api.meter import Meter
from qc_app.api.problems import RETRY_S, Refusal, response
from qc_app.logs import about

log = logging.getLogger(__name__)

MOST_BYTES = 4 * 2**20
BODY_S = 20.0
SEND_S = 30.0
AT_ONCE = 256
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
UNROUTED = "other"
PREFIX = "/api/v1"


class Edge:
    """ASGI middleware around everything.

    Parameters
    ----------
    app : callable
    meter : Meter
    most_bytes : int
        Largest body.
    body_s, send_s : float
        Seconds for a body to come, and for a client to take a piece of the answer.
    at_once : int
        Requests at a time; more are asked to come again.
    """

    def __init__(
        self,
        app: ASGIApp,
        meter: Meter,
        *,
        most_bytes: int = MOST_BYTES,
        body_s: float = BODY_S,
        send_s: float = SEND_S,
        at_once: int = AT_ONCE,
    ) -> None:
        self._app, self._meter = app, meter
        self._most_bytes, self._body_s, self._send_s, self._at_once = most_bytes, body_s, send_s, at_once
        self._here = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything else is passed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("x-request-id", "")
        scope["qc_request"] = asked if REQUEST_ID.fullmatch(asked) else uuid.uuid4().hex
        exchange = _Exchange(scope, receive, send, self._most_bytes, self._body_s, self._send_s)
        began = time.perf_counter()
        self._here += 1
        with about(request=scope["qc_request"]):
            try:
                await self._answer(scope, exchange)
            finally:
                self._here -= 1
                self._told(scope, exchange.status, time.perf_counter() - began)

    async def _answer(self, scope: Scope, exchange: _Exchange) -> None:
        refusal = exchange.refusal() or self._crowded()
        if refusal is not None:
            await response(refusal, scope["qc_request"])(scope, exchange.receive, exchange.send)
            return
        await self._app(scope, exchange.receive, exchange.send)

    def _crowded(self) -> Refusal | None:
        if self._here <= self._at_once:
            return None
        words = f"more than {self._at_once} requests at a time - come again in {RETRY_S} s"
        return Refusal(503, words, {"reason": "overloaded"}, {"Retry-After": str(RETRY_S)})

    def _told(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        self._meter.note(route, _method(scope), status, seconds)
        who = scope.get("qc_caller", "-")
        routine = status < 400 and (_method(scope) == "GET" or "score" in route)
        log.log(
            logging.DEBUG if routine else logging.INFO,
            "%s %s %d %.1f ms by %s",
            _method(scope),
            route,
            status,
            seconds * 1e3,
            who,
        )


@dataclass(slots=True)
class _Exchange:
    """The two ends of one request, watched."""

    scope: Scope
    inward: Receive
    outward: Send
    most_bytes: int
    body_s: float
    send_s: float
    status: int = 499  # the client left before it was answered
    taken: int = 0
    complete: bool = False
    began: float = field(default_factory=time.monotonic)

    def refusal(self) -> Refusal | None:
        """Return why the request is not even read."""
        length = Headers(scope=self.scope).get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > self.most_bytes:
            return Refusal(413, self._too_large())
        return None

    async def receive(self) -> Message:
        """Take the next piece of the body.

        Raises
        ------
        HTTPException
            413 if it is too large, 408 if it comes too slowly.
        """
        if self.complete:
            return await self.inward()
        left = self.body_s - (time.monotonic() - self.began)
        try:
            message = await asyncio.wait_for(self.inward(), max(left, 0.001))
        except TimeoutError:
            words = f"the body did not come within {self.body_s:g} s - send it faster or in smaller parts"
            raise HTTPException(408, words, {"Connection": "close"}) from None
        self.taken += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)
        if self.taken > self.most_bytes:
            raise HTTPException(413, self._too_large(), {"Connection": "close"})
        return message

    async def send(self, message: Message) -> None:
        """Send a piece of the answer; a client that does not take it is left."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.scope["qc_request"]
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store")
        await asyncio.wait_for(self.outward(message), self.send_s)

    def _too_large(self) -> str:
        return f"the body is larger than {self.most_bytes // 2**20} MB - send fewer units at a time"


def _method(scope: Scope) -> str:
    known = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
    return scope["method"] if scope["method"] in known else UNROUTED


def _route(scope: Scope) -> str:
    """Return the route as it is described, never the address itself: that may hold names."""
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        return UNROUTED
    return f"{PREFIX}{path}" if scope["path"].startswith(PREFIX) and not path.startswith(PREFIX) else str(path)
