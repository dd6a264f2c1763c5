"""The door without a browser: what is posted from elsewhere, too often, too long, or by nobody."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from qc_app.actions import add_display, add_user
from qc_app.actions.access.signing import choose_password, first_token
from qc_app.dashboard.door.gate import Gate
from qc_app.dashboard.door.keeper import Keeper
from qc_app.dashboard.door.routes import routes
from tests.access.conftest import ADMIN

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it wants a successor of httpx that nothing else here needs
    from starlette.testclient import TestClient

STREAM = "ws://qc.works.example/_stcore/stream"
HERE = {"Sec-Fetch-Site": "same-origin"}
WORDS, WRONG, CANARY = "four words of mine", "wrong words", "canary-7f3a"


async def _page(_request) -> PlainTextResponse:
    return PlainTextResponse("the plant")


async def _stream(socket) -> None:
    await socket.accept()
    await socket.close()


@pytest.fixture
def client(store):
    keeper = Keeper(store.home)
    inner = [Route("/", _page), Route("/media/x.csv", _page), Route("/stage", _page)]
    app = Starlette(
        routes=[*routes(keeper), *inner, WebSocketRoute("/_stcore/stream", _stream)],
        middleware=[Middleware(Gate, keeper=keeper)],
    )
    with TestClient(app, base_url="http://qc.works.example", follow_redirects=False) as made:
        yield made


@pytest.fixture
def maria(store) -> str:
    code = add_user(store, ADMIN, "maria", "engineer")
    choose_password(store, "maria", code, WORDS, "here")
    return "maria"


def post(client, path: str, headers: dict[str, str] | None = None, **fields: str):
    return client.post(path, data=fields, headers=HERE if headers is None else headers)


def test_who_is_not_in_gets_the_form_and_nothing_else(client, maria):
    assert client.get("/stage?stage=a%26b").headers["location"] == "/sign-in?next=%2Fstage%3Fstage%3Da%2526b"
    assert client.get("/media/x.csv").status_code == 401
    assert client.post("/stage").status_code == 401
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(STREAM):
        pass
    for cookie in ("x", "x" * 5000, "'; DROP TABLE sessions; --"):
        assert client.get("/", headers={"Cookie": f"qc={cookie}"}).status_code == 303


def test_whose_sign_in_is_over_reads_so_and_comes_back_to_the_page(client, maria):
    there = client.get("/stage?stage=a", headers={"Cookie": "qc=gone"}).headers["location"]
    assert there == "/sign-in?over=1&next=%2Fstage%3Fstage%3Da"
    assert "Your sign-in is over. Sign in again" in client.get(there).text
    assert "With your account at this plant" in client.get("/sign-in").text
    assert post(client, there, name="maria", password=WORDS).headers["location"] == "/stage?stage=a"


def test_the_first_empty_field_has_the_cursor_and_what_was_wrong_begins_like_a_sentence(client, maria):
    page = post(client, "/sign-in", name="maria", password="wrong").text  # noqa: S106 - wrong on purpose
    assert re.search(r'name="password"[^>]* autofocus', page)
    assert page.count("autofocus") == 1
    assert '<p class="wrong" role="alert">Name or password is wrong' in page


def test_who_is_in_gets_the_page_and_the_stream(client, maria):
    answer = post(client, "/sign-in?next=%2Fstage%3Fstage%3Da", name="maria", password=WORDS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/stage?stage=a")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/").text == "the plant"
    with client.websocket_connect(STREAM):
        pass


@pytest.mark.parametrize(
    "asked", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/a%0d%0aX: y"]
)
def test_no_other_host_is_reached_through_the_door(client, maria, asked):
    answer = client.post(f"/sign-in?next={asked}", data={"name": "maria", "password": WORDS}, headers=HERE)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://qc.works.example.evil.example"},
        {},
    ],
)
def test_a_form_of_another_page_signs_nobody_in(client, maria, headers):
    answer = post(client, "/sign-in", headers, name="maria", password=WORDS)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_browser_without_fetch_metadata_is_known_by_its_origin(client, maria):
    assert (
        post(client, "/sign-in", {"Origin": "http://qc.works.example"}, name="maria", password=WORDS).status_code == 303
    )


def test_an_address_has_twenty_tries_a_minute(client, maria):
    answers = [post(client, "/sign-in", name=f"n{k}", password=WRONG).status_code for k in range(21)]
    assert answers == [403] * 20 + [429]
    assert post(client, "/sign-in", name="maria", password=WORDS).headers["retry-after"] == "60"


def test_what_is_typed_is_shown_as_text_and_never_a_password(client, maria):
    nasty = "<img src=x onerror=alert(1)>"
    shown = post(client, "/sign-in", name=nasty, password=CANARY).text
    assert nasty not in shown
    assert CANARY not in shown
    assert "&lt;img" in shown


def test_missing_fields_and_floods_are_refused_in_words(client, maria):
    assert "A field is empty" in post(client, "/sign-in", name="maria").text
    flood = client.post("/sign-in", content=b"name=" + b"x" * 100_000, headers=HERE)
    assert flood.status_code == 403
    many = client.post("/sign-in", content=b"&".join(b"a=1" for _ in range(50)), headers=HERE)
    assert many.status_code == 403


def test_the_first_administrator_comes_through_the_door_once(client, store):
    assert client.get("/sign-in").headers["location"] == "/first"
    token = first_token(store).read_text().strip()
    told = {"token": token, "name": "anna", "chosen": WORDS, "again": WORDS}
    assert post(client, "/first", **told | {"token": "other"}).status_code == 403
    assert post(client, "/first", **told).status_code == 303
    assert client.get("/").text == "the plant"
    assert client.get("/first").headers["location"] == "/sign-in"
    assert post(client, "/first", **told | {"name": "eve"}).status_code == 403


def test_every_answer_carries_its_headers(client, maria):
    for path in ("/", "/sign-in", "/media/x.csv"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_with_tls_the_cookie_is_for_this_host_alone(store, maria, monkeypatch):
    monkeypatch.setenv("QC_URL", "https://qc.works.example")
    with TestClient(
        Starlette(routes=routes(Keeper(store.home))), base_url="https://qc.works.example", follow_redirects=False
    ) as client:
        cookie = post(client, "/sign-in", name="maria", password=WORDS).headers["set-cookie"]
    assert cookie.startswith("__Host-qc=")
    assert "secure" in cookie.lower()
    assert "domain" not in cookie.lower()


def test_a_plant_whose_store_is_gone_lets_nobody_in(tmp_path: Path):
    keeper = Keeper(tmp_path / "nowhere")
    app = Starlette(routes=[Route("/media/x.csv", _page)], middleware=[Middleware(Gate, keeper=keeper)])
    with TestClient(app) as client:
        assert client.get("/media/x.csv").status_code == 401


def test_a_display_lands_on_the_wall_or_where_its_link_says_and_nowhere_else(client, store):
    link = f"/display?token={add_display(store, ADMIN, 'Hall 3')}"
    assert client.get(link).headers["location"] == "/wall"
    assert client.get(f"{link}&next=/wall%3Fline%3Dline%202").headers["location"] == "/wall?line=line%202"
    assert client.get(f"{link}&next=//evil.example").headers["location"] == "/wall"


def test_the_overview_is_found_under_its_name_with_what_was_chosen(client, store, maria):
    assert client.get("/overview?line=A").headers["location"] == "/sign-in?next=%2Foverview%3Fline%3DA"
    client.cookies.set("qc", post(client, "/sign-in", name="maria", password=WORDS).cookies["qc"])
    assert client.get("/overview?line=A").headers["location"] == "/?line=A"


def test_the_form_speaks_what_the_browser_asks_for(client, maria):
    german = client.get("/password", headers={"accept-language": "de-AT, en;q=0.5"})
    assert '<html lang="de">' in german.text
    assert "Kennwort wählen" in german.text
    assert '<html lang="en">' in client.get("/password", headers={"accept-language": "fr"}).text
