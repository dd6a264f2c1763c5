"""What became of an identity provider's answer: Streamlit refuses in silence, so the reason is told here."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import Message, Send

from qc_app.actions.access.signing import answer_refused
from qc_app.dashboard.door.keeper import Keeper, place_of
from qc_app.errors import QcError

#: Where the provider sends the browser back to.
CALLBACK = "/oauth2callback"
#: Named in the address of the page that follows: the provider refused; its answer was not accepted.
DENIED, UNFIT = "denied", "unfit"
_COOKIE = "_streamlit_user="


def refusing(send: Send, connection: HTTPConnection, keeper: Keeper) -> Send:
    """Return a `send` that names the refusal in the address it leads to, and in the audit trail.

    Streamlit accepts an answer by setting its cookie. If it does not, signature, issuer, audience, nonce, state or time
    of the answer were not as they must be, or the provider itself refused.

    Parameters
    ----------
    send : callable
    connection : HTTPConnection
        A request for `CALLBACK`; without ``code`` and ``error`` it is the way back from signing out.
    keeper : Keeper
    """
    asked = parse_qs(connection.url.query)
    why = DENIED if "error" in asked else UNFIT if "code" in asked else ""
    if not why:
        return send

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and not _accepted(Headers(scope=message)):
            MutableHeaders(scope=message)["location"] = f"/?refused={why}"
            await run_in_threadpool(_note, keeper, place_of(connection), why)
        await send(message)

    return sending


def _accepted(headers: Headers) -> bool:
    given = [cookie for cookie in headers.getlist("set-cookie") if cookie.startswith(_COOKIE)]
    return any("max-age=0" not in cookie.lower() for cookie in given)


def _note(keeper: Keeper, place: str, why: str) -> None:
    """Write it down, at most as often as an address may try; a store that cannot be written hides no refusal."""
    if not keeper.may_try(place):
        return
    try:
        answer_refused(keeper.store, place, why)
    except QcError:
        return
