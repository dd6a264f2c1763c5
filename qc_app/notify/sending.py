"""One letter to one route: mail and chat by Apprise, webhooks by httpx. What fails is a value with its reason."""

from __future__ import annotations

import json
import logging
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from data_connectors.errors import SourceRefused
from data_connectors.references import resolved
from qc_app.notify.signature import signed
from qc_app.plant import Route
from qc_app.records import Letter

TIMEOUT_S = 10.0
#: Answers after which the same request may succeed later (RFC 9110; RFC 6585 for 429).
LATER = frozenset({408, 425, 429})
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a letter did not arrive.

    Parameters
    ----------
    problem : str
        In words, without secrets.
    again : bool
        Whether the same letter may arrive later.
    """

    problem: str
    again: bool = True


Send = Callable[[Route, Letter], Failed | None]


def send(route: Route, letter: Letter) -> Failed | None:
    """Send a letter; return None when it arrived, or why it did not. It never raises for what the network does.

    Parameters
    ----------
    route : Route
    letter : Letter
    """
    try:
        if route.webhook:
            return _by_webhook(route, letter, resolved(route.secret, f"route {route.name!r}: secret"))
        return _by_library(resolved(route.to, f"route {route.name!r}: to"), letter)
    except SourceRefused as error:
        return Failed(str(error))


def _by_webhook(route: Route, letter: Letter, key: str) -> Failed | None:
    body = json.dumps({**letter.content, "title": letter.title, "made": letter.made.isoformat()}).encode()
    now = int(time.time())
    headers = {
        "content-type": "application/json",
        "idempotency-key": letter.key,
        "webhook-id": letter.key,
        "webhook-timestamp": str(now),
        "webhook-signature": signed(key, letter.key, now, body),
    }
    try:
        answer = httpx.post(route.webhook, content=body, headers=headers, timeout=TIMEOUT_S, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Failed(f"{type(error).__name__}: {error}"[:_LONGEST])
    if answer.is_success:
        return None
    again = answer.status_code >= 500 or answer.status_code in LATER
    return Failed(f"{httpx.URL(route.webhook).host} answered {answer.status_code}", again)


def _by_library(address: str, letter: Letter) -> Failed | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what the library imports, at its first use
        import apprise

        post = apprise.Apprise()
        if not post.add(address):
            return Failed("the address is none that the notification library knows - see its list of services", False)
        with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as said:  # type: ignore[no-untyped-call]
            sent = bool(post.notify(body=letter.body, title=letter.title, body_format=apprise.NotifyFormat.TEXT))
            words = said.getvalue().replace(address, "the address").strip()
    return None if sent else Failed(words.splitlines()[-1][:_LONGEST] if words else "the service did not take it")
