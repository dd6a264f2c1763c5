"""Sign in, choose a password, make the first administrator, open a display: what a browser posts, and what it gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from qc_app.access import ABSOLUTE, DISPLAY_HOLDS
from qc_app.actions.access.signing import MustChoose, choose_password, first_administrator, first_token, sign_in
from qc_app.dashboard.door.cookie import put
from qc_app.dashboard.door.forms import Field, form
from qc_app.dashboard.door.keeper import Keeper, place_of
from qc_app.errors import QcError
from qc_app.language import ENGLISH, later, nearest_language, speaking, tr
from qc_app.views import recorded

MOST_BYTES = 8_192
_ACCOUNT = later("With your account at this plant.")
_OVER = later("Your sign-in is over. Sign in again and the page that you asked for opens.")
Told = Mapping[str, str]


def routes(keeper: Keeper) -> list[Route]:
    """Return the door's routes."""
    door = _Door(keeper)
    both = ["GET", "POST"]
    return [
        Route("/sign-in", _in_their_language(door.sign_in), methods=both),
        Route("/password", _in_their_language(door.password), methods=both),
        Route("/first", _in_their_language(door.first), methods=both),
        Route("/display", door.display, methods=["GET"]),
        Route("/overview", _overview, methods=["GET"]),
    ]


class _Door:
    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    async def sign_in(self, request: Request) -> Response:
        """Ask for name and password; where nobody has an account yet, for the first administrator's token."""
        if request.method == "GET":
            first = await run_in_threadpool(lambda: first_token(self._keeper.store))
            return RedirectResponse("/first", 303) if first else _sign_in_form(request)
        return await self._posted(
            request,
            lambda told, place: sign_in(self._keeper.store, told["name"], told["password"], place),
            lambda told, wrong: _sign_in_form(request, told, wrong),
        )

    async def password(self, request: Request) -> Response:
        """Ask for the present password or code and a new one, twice."""
        if request.method == "GET":
            return _password_form(name=request.query_params.get("name", ""))
        return await self._posted(
            request,
            lambda told, place: choose_password(self._keeper.store, told["name"], told["present"], _twice(told), place),
            lambda told, wrong: _password_form(name=told.get("name", ""), wrong=wrong),
        )

    async def first(self, request: Request) -> Response:
        """Ask for the token in the plant's folder, and make the first administrator."""
        if request.method == "GET":
            first = await run_in_threadpool(lambda: first_token(self._keeper.store))
            return _first_form() if first else RedirectResponse("/sign-in", 303)
        return await self._posted(
            request,
            lambda told, place: first_administrator(
                self._keeper.store, told["token"], told["name"], _twice(told), place
            ),
            lambda told, wrong: _first_form(name=told.get("name", ""), wrong=wrong),
        )

    async def display(self, request: Request) -> Response:
        """Turn the token of a display's link into its cookie and show the wall; the address bar forgets the token."""
        token, place = request.query_params.get("token", ""), place_of(request)
        known = self._keeper.may_try(place) and await run_in_threadpool(self._keeper.knows, token, place)
        response = RedirectResponse(_next(request, "/wall") if known else "/sign-in", 303)
        if known:
            put(response, self._keeper.settings, token, DISPLAY_HOLDS)
        return response

    async def _posted(
        self, request: Request, act: Callable[[Told, str], str], again: Callable[[Told, str], Response]
    ) -> Response:
        """Do what was posted and let the person in, or show the form again with what was wrong."""
        place = place_of(request)
        if not _from_here(request):
            return again({}, tr("This form was sent from another page. Open it here."))
        told = await _fields(request)
        if not self._keeper.may_try(place):
            return _late(again(told, tr("Too many tries from this address. Wait a minute.")))
        try:
            token = await run_in_threadpool(act, told, place)
        except MustChoose:
            return RedirectResponse(f"/password?name={quote(told['name'], safe='')}", 303)
        except KeyError:
            return again(told, tr("A field is empty. Fill it in."))
        except QcError as error:
            return again(told, recorded(str(error)))
        response = RedirectResponse(_next(request), 303)
        put(response, self._keeper.settings, token, ABSOLUTE)
        return response


def _in_their_language(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Let a form speak the language that the browser asks for: nobody has signed in who could have chosen one."""

    async def answered(request: Request) -> Response:
        with speaking(nearest_language(request.headers.get("accept-language")) or ENGLISH):
            return await endpoint(request)

    return answered


async def _overview(request: Request) -> Response:
    """Lead from the overview's name to its place: Streamlit serves the first page at the root only."""
    query = request.url.query
    return RedirectResponse(f"/?{query}" if query else "/", 307)


def _sign_in_form(request: Request, told: Told | None = None, wrong: str = "") -> Response:
    name = (told or {}).get("name", "")
    fields = (
        Field("name", tr("Name"), "username", value=name),
        Field("password", tr("Password"), "current-password", secret=True),
    )
    action = f"/sign-in?next={quote(_next(request), safe='')}"
    over = "over" in request.query_params and not told
    words = _OVER if over else _ACCOUNT
    return form(
        tr("Sign in"),
        tr(words),
        action,
        fields,
        tr("Sign in"),
        wrong=wrong,
        below="password",
        status=403 if wrong else 200,
    )


def _password_form(name: str = "", wrong: str = "") -> Response:
    fields = (
        Field("name", tr("Name"), "username", value=name),
        Field("present", tr("One-time code, or present password"), "current-password", secret=True),
        *_new(),
    )
    words = tr("At least 8 characters, better 15 or more: three or four words will do. All other sessions end.")
    status = 403 if wrong else 200
    return form(
        tr("Choose a password"),
        words,
        "/password",
        fields,
        tr("Set the password"),
        wrong=wrong,
        below="sign-in",
        status=status,
    )


def _first_form(name: str = "", wrong: str = "") -> Response:
    fields = (
        Field("token", tr("Token"), "one-time-code", secret=True),
        Field("name", tr("Your name"), "username", value=name),
        *_new(),
    )
    words = tr(
        "Nobody has an account here yet. The token stands in the file first-administrator in the plant's folder."
    )
    status = 403 if wrong else 200
    return form(
        tr("The first administrator"), words, "/first", fields, tr("Make the account"), wrong=wrong, status=status
    )


def _new() -> tuple[Field, Field]:
    return (
        Field("chosen", tr("New password"), "new-password", secret=True),
        Field("again", tr("New password again"), "new-password", secret=True),
    )


def _twice(told: Told) -> str:
    from qc_app.errors import ActionError

    if told["chosen"] != told["again"]:
        raise ActionError("the two new passwords differ - type them again")
    return told["chosen"]


def _late(response: Response) -> Response:
    response.status_code = 429
    response.headers["Retry-After"] = "60"
    return response


async def _fields(request: Request) -> Told:
    """Return what a form sent, at most 8 KB of it."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _from_here(request: Request) -> bool:
    """Return whether a form was sent by a page of this very host: browsers say so, and others cannot make them lie."""
    if site := request.headers.get("sec-fetch-site"):
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host", "")


def _next(request: Request, usual: str = "/") -> str:
    """Return the page that was asked for, if it is one of ours, else the usual one.

    A path that begins with two slashes, or a slash and a backslash, is another host to a browser.
    """
    asked = request.query_params.get("next", usual)
    ours = asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable()
    return asked if ours else usual
