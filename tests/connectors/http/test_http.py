"""One server asked over HTTP: faults, limits, addresses, secrets."""
# ruff: noqa: S106 - secrets are the subject

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_connectors.errors import ConnectorError, DefinitionError, SourceRefused, SourceUnavailable
from data_connectors.http import HttpOptions, Session, addresses, session
from data_connectors.http.addresses import refusal
from data_connectors.http.probing import probed
from data_connectors.schema import Source
from tests.connectors.http.site import Reply, Site, bomb, told

WHERE = "source 'mes'"


def options(url: str, **settings: Any) -> HttpOptions:
    return HttpOptions.of(Source("mes", "rest", "s", settings={"url": url, "timeout_s": 0.4, **settings}))


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site(lambda asked: told({"path": asked.path, "params": asked.params}))
    yield made
    made.stop()


def ask(site: Site, path: str = "rows", **settings: Any) -> Any:
    waited: list[float] = []
    with Session(options(site.url, **settings), WHERE, waited.append) as opened:
        return opened.get(path, [("line", "2")]).json(WHERE), waited


def test_a_question_goes_where_it_should_and_carries_what_it_should(site: Site) -> None:
    with Session(options(f"{site.url}/base?v=1"), WHERE) as opened:
        assert opened.get("rows", [("a", "x y&z"), ("a", "2")]).json(WHERE) == {
            "path": "/base/rows",
            "params": [["v", "1"], ["a", "x y&z"], ["a", "2"]],
        }
    assert site.asked[0].method == "GET"


@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=500),
        Reply(status=503),
        Reply(b'{"half": 1}', cut_at=4),
        Reply(b"\x1f\x8b\x08\x00broken", headers={"Content-Encoding": "gzip"}),
        Reply(pause_s=0.8),
    ],
    ids=["500", "503", "half-body", "broken-gzip", "time-out"],
)
def test_what_passes_is_asked_again_and_what_stays_is_said(site: Site, fault: Reply) -> None:
    site.faults = [fault]
    assert ask(site)[0]["path"] == "/rows"
    site.faults = [fault] * 2
    with pytest.raises(
        SourceUnavailable, match=r"source 'mes': http://127.0.0.1:\d+/rows (does not answer|answers 50)"
    ):
        ask(site, retries=1)


def test_a_server_that_asks_for_a_pause_gets_it(site: Site) -> None:
    site.faults = [Reply(status=429, headers={"Retry-After": "7"})]
    assert ask(site)[1] == [7.0]
    site.faults = [Reply(status=503, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})]
    assert ask(site)[1] == [0.0]
    site.faults = [Reply(status=429, headers={"Retry-After": "3600"})]
    with pytest.raises(SourceUnavailable, match="429"):
        ask(site)


def test_a_gzip_bomb_costs_no_memory(site: Site) -> None:
    site.faults = [bomb(200)]
    with pytest.raises(SourceRefused, match=r"more than 1 MB"):
        ask(site, max_mb=1)
    site.faults = [Reply(b'"' + b"a" * (2 << 20) + b'"')]
    with pytest.raises(SourceRefused, match=r"more than 1 MB"):
        ask(site, max_mb=1)


def test_redirects_lead_to_the_same_server_alone(site: Site) -> None:
    site.faults = [Reply(status=302, headers={"Location": "/elsewhere"})]
    assert ask(site)[0]["path"] == "/elsewhere"
    other = Site(lambda _: told("secret of another server"))
    try:
        for status in (301, 302, 307, 308):
            site.faults = [Reply(status=status, headers={"Location": f"{other.url}/x"})]
            with pytest.raises(SourceRefused, match=r"sends us to .* which is not followed"):
                ask(site)
        assert other.asked == []
    finally:
        other.stop()
    site.faults = [Reply(status=302, headers={"Location": "/again"})] * 9
    with pytest.raises(SourceRefused, match="for ever"):
        ask(site)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Reply(status=401), "check auth"),
        (Reply(status=403), "check auth"),
        (Reply(b"no such thing", status=404), "404 .*no such thing.*check url"),
        (Reply(b"<html>Sign in", kind="text/html"), "answers text/html instead of json .*Sign in"),
        (Reply(b"\xff\xfe", kind="application/json"), "no UTF-8"),
    ],
)
def test_a_refusal_says_what_to_do_and_is_not_asked_again(site: Site, fault: Reply, words: str) -> None:
    site.faults = [fault]
    with pytest.raises(SourceRefused, match=words):
        ask(site)
    assert len(site.asked) == 1


def test_json_that_breaks_off_may_come_whole_the_next_time(site: Site) -> None:
    site.faults = [Reply(b'{"a": [1, 2')]
    with pytest.raises(SourceUnavailable, match="no whole JSON"):
        ask(site)
    site.faults = [Reply(b"[" * 200_000)]
    with pytest.raises(SourceUnavailable, match="no whole JSON"):
        ask(site)


def test_secrets_travel_in_their_header_and_stand_in_no_message(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QC_TEST_SECRET", "canary-7")
    insecure = {"allow_insecure": True}
    given = [
        ({"auth": "basic", "user": "qc", "password": "env:QC_TEST_SECRET"}, "Authorization", "Basic cWM6Y2FuYXJ5LTc="),
        ({"auth": "bearer", "token": "env:QC_TEST_SECRET"}, "Authorization", "Bearer canary-7"),
        ({"auth": "header", "header": "X-Api-Key", "token": "env:QC_TEST_SECRET"}, "X-Api-Key", "canary-7"),
    ]
    for settings, header, value in given:
        ask(site, **settings, **insecure)
        assert site.asked[-1].headers[header] == value
        site.faults = [Reply(status=500)] * 2
        with pytest.raises(ConnectorError) as caught:
            ask(site, retries=1, **settings, **insecure)
        assert "canary" not in str(caught.value)
    monkeypatch.setenv("QC_TEST_SECRET", "canary\r\nX-Evil: 1")
    with pytest.raises(SourceRefused, match="no header may carry") as caught:
        ask(site, auth="bearer", token="env:QC_TEST_SECRET", **insecure)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"url": "ftp://mes/x"}, "write url = 'https://"),
        ({"url": "file:///etc/passwd"}, "write url = 'https://"),
        ({"url": "https://"}, "write url"),
        ({"url": "https://a:b@mes/"}, "the url holds a user"),
        ({"url": "https://mes/?token=abc"}, "the url holds a secret"),
        ({"url": "https://mes:99999/"}, "url cannot be read"),
        ({"auth": "basik"}, "did you mean 'basic'"),
        ({"auth": "basic", "user": "u"}, "needs password"),
        ({"token": "env:X"}, "without auth"),
        ({"auth": "bearer", "token": "hunter2"}, "a literal token"),
        ({"url": "http://mes/", "auth": "bearer", "token": "env:X"}, "unencrypted"),
        ({"auth": "header", "token": "env:X", "header": "A: b"}, "no name of a header"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"max_mb": 0}, "max_mb"),
        ({"cert_file": "x"}, "belong together"),
        ({"url": "http://mes/", "ca_file": "x"}, "without TLS"),
    ],
)
def test_a_wrong_setting_says_what_to_do(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError, match=words) as caught:
        options(**{"url": "https://mes.works.example/", **settings})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "0.0.0.0", "224.0.0.1", "100.100.100.200",  # noqa: S104
     "[::ffff:169.254.169.254]", "2852039166", "0xa9fea9fe"],
)  # fmt: skip
def test_metadata_and_link_local_addresses_are_never_asked(host: str) -> None:
    with Session(options(f"http://{host}/latest"), WHERE) as opened, pytest.raises(SourceRefused, match="never asked"):
        opened.get()


def test_a_name_that_leads_to_a_forbidden_address_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where only one of several addresses is forbidden, and between two questions (rebinding)."""
    told_now = [["10.0.0.1", "169.254.169.254"]]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (a, 80)) for a in told_now[0]])
    with Session(options("http://inner.example/"), WHERE) as opened, pytest.raises(SourceRefused, match=r"169\.254"):
        opened.get()


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def looked_up(host: str, port: int, *_: object, **__: object) -> list[Any]:
        looked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", looked_up)
    with Session(options(f"http://mes.works.example:{site.port}/"), WHERE) as opened:
        opened.get("rows")
    assert looked[0] == "mes.works.example"
    assert "mes.works.example" not in looked[1:], "the library must connect to the address, not ask for the name again"
    assert site.asked[0].headers["Host"] == f"mes.works.example:{site.port}"


@pytest.mark.parametrize(
    ("allowed", "passes"),
    [("127.0.0.1", True), ("127.0.0.0/8", True), ("*.works.example, 127.*", True), ("10.0.0.0/8,mes", False)],
)
def test_the_allow_list_names_all_that_may_be_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch, allowed: str, passes: bool
) -> None:
    monkeypatch.setenv(addresses.ALLOWED, allowed)
    if passes:
        ask(site)
    else:
        with pytest.raises(SourceRefused, match=addresses.ALLOWED):
            ask(site)
        assert site.asked == []


@given(st.ip_addresses())
def test_every_address_is_judged_and_private_ones_pass(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    why = refusal(address)
    if address.is_link_local or address.is_multicast:
        assert why
    assert refusal(ipaddress.ip_address("10.1.2.3")) is None


def test_check_goes_step_by_step(site: Site) -> None:
    good = probed(options(site.url), WHERE, [("sign-in", lambda: "in"), ("rows", lambda: "some")])
    assert [(p.step, p.ok) for p in good] == [("name", True), ("tcp", True), ("sign-in", True), ("rows", True)]
    refused = probed(options("http://169.254.169.254/"), WHERE, [])
    assert [(p.step, p.ok) for p in refused] == [("address", False)]
    unknown = probed(options("http://no.such.host.invalid/"), WHERE, [])
    assert [(p.step, p.ok) for p in unknown] == [("name", False)]


def test_tls_with_a_ca_of_the_plant(certificates: tuple[Path, Path, Path]) -> None:
    ca, certificate, key = certificates
    site = Site(lambda _: told("safe"))
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        site._server.socket = context.wrap_socket(site._server.socket, server_side=True)
        url = f"https://127.0.0.1:{site.port}"
        with Session(options(url, ca_file=str(ca)), WHERE) as opened:
            assert opened.get().json(WHERE) == "safe"
        with (
            Session(options(url, retries=0), WHERE) as opened,
            pytest.raises(SourceUnavailable, match=r"(?i)certificate"),
        ):
            opened.get()
        steps = probed(options(url, ca_file=str(ca)), WHERE, [])
        assert [p.step for p in steps if p.ok] == ["name", "tcp", "tls"]
    finally:
        site.stop()


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="ca_file"):
        Session(options("https://mes/", ca_file=str(tmp_path / "none.pem")), WHERE)


def test_the_servers_own_words_cannot_forge_a_line_of_a_log(site: Site) -> None:
    site.faults = [Reply(b"bad\nERROR forged", status=400)]
    with pytest.raises(SourceRefused) as caught:
        ask(site)
    assert "\n" not in str(caught.value)


def test_nothing_but_reading_is_asked(site: Site) -> None:
    """GET, and POST only for questions; the session has no other method."""
    methods = {name for name in vars(session.Session) if not name.startswith("_")}
    assert methods == {"get", "post", "follow", "close"}


def test_a_proxy_of_the_environment_is_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert ask(site)[0]["path"] == "/rows"


def test_stopping_ends_a_wait_early(site: Site) -> None:
    stop = threading.Event()
    stop.set()
    site.faults = [Reply(status=503, headers={"Retry-After": "50"})]
    with Session(options(site.url), WHERE, stop.wait) as opened:
        assert opened.get().status == 200
