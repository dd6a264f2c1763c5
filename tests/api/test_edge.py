"""Bad clients and bad days: slow, large, many, broken; a store that is gone or full. Never a traceback."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import shutil
import socket
import subprocess
import sys
import time

import httpx
import pytest

from qc_app.api import serving
from qc_app.api.edge import Edge
from qc_app.api.meter import Meter
from tests.api.conftest import serving_of
from tests.api.test_contract import VALUES, problem_of
from tests.waiting import until

LARGEST = 4_000


@pytest.fixture(scope="module")
def narrow(home):
    """A service with little room; it waits as long as any, for a client on a busy machine may be slow, too."""
    with serving_of(home, most_bytes=LARGEST) as found:
        yield found


@pytest.fixture(scope="module")
def hasty(played_home, tmp_path_factory):
    """A service that waits for a body for a moment only."""
    home = tmp_path_factory.mktemp("hasty") / "home"
    shutil.copytree(played_home, home)
    with serving_of(home, body_s=0.4) as found:
        yield found


@pytest.fixture
def impatient(narrow, monkeypatch):
    """The narrow service while it waits for a head for a moment only."""
    monkeypatch.setattr(serving, "HEAD_S", 0.4)
    return narrow


def connected(service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(service.url.rsplit(":", 1)[1])), timeout=60)


def serves(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.ConnectError:
        return False


def everything_of(line: socket.socket) -> bytes:
    found = b""
    while part := line.recv(65536):
        found += part
    return found


def head(service, length: int | None, *more: str) -> bytes:
    lines = [
        "POST /api/v1/score HTTP/1.1",
        "host: x",
        f"authorization: {service.client.headers['authorization']}",
        "content-type: application/json",
        *([] if length is None else [f"content-length: {length}"]),
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_a_client_that_says_nothing_is_left(impatient):
    with connected(impatient) as line:
        assert everything_of(line) == b""


def test_a_client_that_never_ends_its_head_is_left(impatient):
    with connected(impatient) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
        assert everything_of(line) == b""


def answered(line: socket.socket) -> bool:
    """Ask whether the service lives, and tell whether it answered before it left."""
    line.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
    reply = b""
    while not reply.endswith(b"}"):
        part = line.recv(65536)
        if not part:
            return False
        reply += part
    return reply.startswith(b"HTTP/1.1 200")


def test_a_kept_connection_is_not_left_too_early(narrow, monkeypatch):
    with connected(narrow) as line:
        assert answered(line)
        monkeypatch.setattr(serving, "HEAD_S", 0.4)
        for _ in range(2):
            time.sleep(0.5)
            assert answered(line)


def test_a_body_that_comes_too_slowly_is_a_problem(hasty):
    with connected(hasty) as line:
        line.sendall(head(hasty, 500) + b'{"stage"')
        reply = everything_of(line)
    assert reply.startswith(b"HTTP/1.1 408")
    assert b"did not come within 0.4 s" in reply


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_large_is_a_problem(narrow, declared):
    body = b"[" + b"1," * LARGEST + b"1]"
    with connected(narrow) as line:
        if declared:
            line.sendall(head(narrow, len(body)))
        else:
            line.sendall(head(narrow, None, "transfer-encoding: chunked"))
            line.sendall(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        reply = line.recv(65536)
        while not reply.endswith(b"}"):
            reply += line.recv(65536)
    assert reply.startswith(b"HTTP/1.1 413")
    assert b"urn:qc:problem:too-large" in reply


@pytest.mark.parametrize(
    "said",
    [
        b"\x00\xff\x00\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /api/v1/score HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n",
        b"GET /api/v1/alarms HTTP/1.1\r\nhost: x\r\n" + b"a: " + b"b" * 40_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_no_http_is_refused_in_a_line(narrow, said):
    with connected(narrow) as line:
        line.sendall(said)
        reply = line.recv(65536)
    assert reply == b"" or reply.startswith(b"HTTP/1.1 4")
    assert b"Traceback" not in reply


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[" * 1500, 400),
        (b"\xff\xfe", 422),
        (b'{"stage": "\\ud800", "values": {}}', 422),
        (b'{"stage": "p-1", "values": {"\\ud800": 1, "force": 1, "temp": 1}}', 422),
        (b'{"stage": "p-1", "values": {"force": 1' + b"0" * 400 + b', "temp": 1}}', 422),
        (b'{"stage": "p-1", "values": {}, "more": 1}', 422),
        (b'{"stage": "p-1\\u0000", "values": {}}', 404),
        (b'{"stage": "../../etc/passwd", "values": {}}', 404),
        (b'{"stage": "x\\"; DROP TABLE labels; --", "values": {}}', 404),
    ],
)
def test_a_broken_body_is_a_problem(narrow, text, status):
    headers = {"Content-Type": "application/json"}
    reply = narrow.client.post("/api/v1/score", content=text, headers=headers)
    problem_of(reply, status)


def test_names_with_markup_come_back_as_data(narrow):
    name = "<img src=x onerror=alert(1)>"
    reply = narrow.client.get("/api/v1/stage", params={"id": name})
    problem_of(reply, 404)
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_many_clients_at_once_are_all_answered(narrow):
    async def crowd() -> list[int]:
        limits = httpx.Limits(max_connections=60)
        async with httpx.AsyncClient(base_url=narrow.url, headers=narrow.client.headers, limits=limits) as client:
            body = {"stage": "p-1", "values": VALUES}
            asked = [client.post("/api/v1/score", json=body) for _ in range(60)]
            asked += [client.get("/api/v1/alarms") for _ in range(30)]
            return [reply.status_code for reply in await asyncio.gather(*asked)]

    assert set(asyncio.run(crowd())) == {200}


def test_a_crowd_beyond_the_limit_is_asked_to_come_again():
    started, free = asyncio.Event(), asyncio.Event()
    sent: list[dict] = []

    async def slow(_scope, _receive, send) -> None:
        started.set()
        await free.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def take(message) -> None:
        sent.append(message)

    async def crowd() -> None:
        edge = Edge(slow, Meter(), at_once=1)
        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        first = asyncio.ensure_future(edge(dict(scope), None, take))
        await started.wait()
        await edge(dict(scope), None, take)
        free.set()
        await first

    asyncio.run(crowd())
    assert [m["status"] for m in sent if m["type"] == "http.response.start"] == [503, 200]
    assert json.loads(sent[1]["body"])["reason"] == "overloaded"


def test_a_client_that_leaves_leaves_no_trace_but_a_line(hasty, caplog):
    caplog.set_level(logging.INFO)
    with connected(hasty) as line:
        line.sendall(head(hasty, 500) + b"{")
    time.sleep(0.6)
    assert hasty.client.get("/healthz").status_code == 200
    assert not [r for r in caplog.records if r.exc_info]


def test_probes_are_not_for_the_outside(narrow):
    for probe in ("healthz", "readyz", "metrics"):
        assert httpx.get(f"{narrow.url}/{probe}").status_code == 200
        outside = httpx.get(f"{narrow.url}/{probe}", headers={"X-Forwarded-For": "203.0.113.7"})
        assert "not for the outside" in problem_of(outside, 404)["detail"]


def test_a_full_disk_is_told_by_its_reason(narrow, monkeypatch):
    monkeypatch.setattr("qc_app.store.reserve.Reserve.reason", "disk_full")
    reply = httpx.get(f"{narrow.url}/readyz")
    assert (reply.status_code, reply.json()["reasons"]) == (503, ["disk_full"])
    assert 'qc_unready{reason="disk_full"} 1' in httpx.get(f"{narrow.url}/metrics").text


def test_a_store_that_is_gone_is_told_and_comes_back(played_home, tmp_path, monkeypatch):
    home, away = tmp_path / "home", tmp_path / "away"
    shutil.copytree(played_home, home)
    with serving_of(home) as service:
        home.rename(away)
        monkeypatch.setattr("qc_app.api.known.STALE_S", 0.0)
        until(lambda: service.client.get("/api/v1/alarms").json().get("reason") == "no_home")
        for reply in (
            service.client.get("/api/v1/alarms"),
            service.client.post("/api/v1/score", json={"stage": "p-1", "values": VALUES}),
        ):
            assert problem_of(reply, 503)["reason"] == "no_home"
            assert reply.headers["retry-after"]
        ready = httpx.get(f"{service.url}/readyz")
        assert (ready.status_code, ready.json()["reasons"]) == (503, ["no_home"])
        assert "qc_ready 0" in httpx.get(f"{service.url}/metrics").text
        assert httpx.get(f"{service.url}/healthz").status_code == 200
        away.rename(home)
        monkeypatch.undo()
        service.server.config.app.state.office.watch.look()
        assert service.client.get("/api/v1/alarms").status_code == 200
        assert httpx.get(f"{service.url}/readyz").status_code == 200


@pytest.mark.slow
def test_a_request_that_is_being_answered_is_finished_at_the_end(played_home, tmp_path, monkeypatch):
    """SIGTERM to a real process while a batch is scored: the batch is answered, the process ends with 0."""
    from qc_app.actions import create_token
    from qc_app.settings import Settings
    from qc_app.store import open_store
    from tests.api.conftest import ROOT, free_port

    home, port = tmp_path / "home", free_port()
    shutil.copytree(played_home, home)
    with open_store(Settings(home=home)) as store:
        _, shown = create_token(store, ROOT, "batch", scopes=("score",))
    process = subprocess.Popen([sys.executable, "-m", "qc_app", "api", "--home", str(home), "--port", str(port)])
    try:
        until(lambda: serves(port))
        body = json.dumps({"stage": "p-1", "units": [{"values": VALUES}] * 2000}).encode()
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        line.putrequest("POST", "/api/v1/score/batch")
        told = {"authorization": f"Bearer {shown}", "content-type": "application/json", "expect": "100-continue"}
        for name, value in (told | {"content-length": str(len(body))}).items():
            line.putheader(name, value)
        line.endheaders()
        assert line.sock.recv(65536).startswith(b"HTTP/1.1 100"), "the service asks for the body: the answer has begun"
        process.terminate()
        line.send(body)
        reply = line.getresponse()
        assert (reply.status, len(json.loads(reply.read())["units"])) == (200, 2000)
        line.close()
        assert process.wait(timeout=60) == 0
        assert "Traceback" not in (home / "logs" / "api.log").read_text()
    finally:
        process.kill()
        process.wait()
