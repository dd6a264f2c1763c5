"""Before anything else is asked: is this person in? And the headers that every answer carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qc_app.dashboard.door.answers import CALLBACK, refusing
from qc_app.dashboard.door.cookie import cookie_name
from qc_app.dashboard.door.keeper import Keeper, place_of
from qc_app.errors import StoreError
from qc_app.language import ENGLISH, later, nearest_language, speaking, tr

#: Open to all: Streamlit's own program, which holds nothing of the plant, its health, and the door itself.
FREE = ("/static/", "/_stcore/health", "/_stcore/host-config")
DOOR = frozenset({"/sign-in", "/password", "/first", "/display"})
#: Charts are drawn by Vega, which makes functions of expressions ('unsafe-eval'), and Streamlit sets styles in place.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Gate:
    """Lets pass who is in; sends others to the sign-in, closes their sockets, refuses their files.

    Parameters
    ----------
    app : ASGI application
    keeper : Keeper
    """

    def __init__(self, app: ASGIApp, keeper: Keeper) -> None:
        self._app = app
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        hosts = self._keeper.settings.hosts
        if hosts and connection.url.hostname not in hosts:
            await self._refuse(scope, receive, send, _refusal(scope, later("not a name of this dashboard"), 400))
        elif await self._lets(connection):
            told = _with_headers(send)
            back = connection.url.path == CALLBACK and scope["type"] == "http"
            await self._app(scope, receive, refusing(told, connection, self._keeper) if back else told)
        else:
            over = cookie_name(self._keeper.settings) in connection.cookies
            await self._refuse(scope, receive, send, _turned_away(scope, over=over))

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, answer: Response) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await answer(scope, receive, _with_headers(send))

    async def _lets(self, connection: HTTPConnection) -> bool:
        path = connection.url.path
        if not self._keeper.asks or path in DOOR or path.startswith(FREE):
            return True
        try:
            return await run_in_threadpool(self._keeper.lets_in, connection.cookies, place_of(connection))
        except StoreError:  # the page says in words what is wrong with the store; it lets nobody act
            return False


def _turned_away(scope: Scope, *, over: bool) -> Response:
    """Lead to the sign-in, which says so where a sign-in is over; refuse what is no page."""
    path = str(scope["path"])
    is_page = "." not in path.rsplit("/", 1)[-1] and not path.startswith(("/_stcore", "/media"))
    if is_page and scope.get("method") == "GET":
        asked = path + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        return RedirectResponse(f"/sign-in?{'over=1&' if over else ''}next={quote(asked, safe='')}", 303)
    return _refusal(scope, later("sign in first"), 401)


def _refusal(scope: Scope, words: str, status: int) -> Response:
    """Return a refusal in a language that the browser asks for."""
    with speaking(nearest_language(Headers(scope=scope).get("accept-language")) or ENGLISH):
        return PlainTextResponse(tr(words), status)


def _with_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
